// Keeps the page up to date without losing what is being typed, and fills in commands.
const field = () => document.getElementById('comment-body');

document.addEventListener('click', (event) => {
  const command = event.target.closest?.('[data-insert]')?.dataset.insert;
  const input = field();
  if (command === undefined || input === null) return;
  input.value = input.value === '' ? command : `${input.value}\n${command}`;
  input.focus();
});

let known;
async function look() {
  try {
    const version = await (await window.fetch('/-/version')).text();
    if (known !== undefined && version !== known) await refresh();
    known = version;
  } catch {
    // The demo has ended; the page stays as it is.
  }
  setTimeout(look, 700);
}

async function refresh() {
  const text = await (await window.fetch(window.location.href)).text();
  const fresh = new window.DOMParser().parseFromString(text, 'text/html');
  const typed = field()?.value ?? '';
  const focused = document.activeElement === field();
  const open = new Map([...document.querySelectorAll('details[id]')].map((element) => [element.id, element.open]));
  document.getElementById('live').replaceWith(fresh.getElementById('live'));
  document.body.dataset.checks = fresh.body.dataset.checks;
  for (const element of document.querySelectorAll('details[id]')) {
    if (open.has(element.id) && !element.classList.contains('done')) element.open = open.get(element.id);
  }
  if (field() !== null) field().value = typed;
  if (focused) field()?.focus();
}
void look();
