/** The tab of checks: each run with its summary, text, annotations and buttons. */
import type { Annotation, CheckRun } from '../local-github/store.js';
import { avatar, pullUrl, runState, time } from './conversation.js';
import { type Html, markup } from './html.js';
import { markdown } from './markdown.js';
import type { PullPage } from './model.js';

const LEVELS: Readonly<Record<string, string>> = { failure: 'bad', warning: 'warn', notice: '' };

export function checks(page: PullPage): Html {
  if (page.runs.length === 0) return markup`<p class="quiet">No check has reported on this commit yet.</p>`;
  return markup`${page.runs.map((run) => one(page, run))}`;
}

function one(page: PullPage, run: CheckRun): Html {
  const { tone, icon, text } = runState(run);
  const buttons = run.actions.map(
    ({ label, description, identifier }) =>
      markup`<button name="action" value="${identifier}" title="${description}">${label}</button>`,
  );
  const done = run.completedAt !== null && markup` · ${time(run.completedAt)}`;
  return markup`<section class="run">
    <header>
      <span class="badge ${tone}">${icon}</span>
      <div>
        <h2>${run.name}</h2>
        <p class="quiet">
          ${avatar(run.suite.app.bot)} ${run.suite.app.name} · ${text}${done} · <code>${run.headSha.slice(0, 7)}</code>
        </p>
      </div>
      <form method="post" action="${pullUrl(page)}/check">
        <input type="hidden" name="run" value="${run.id}" />${buttons}<button name="action" value="">Re-run</button>
      </form>
    </header>
    <div class="body">
      <h3>${run.output.title}</h3>
      ${markdown(run.output.summary ?? '')}${run.output.text !== null && markdown(run.output.text)}
    </div>
    ${
      run.annotations.length > 0 &&
      markup`<h3 class="body">Annotations</h3>
        <ul class="annotations">
          ${run.annotations.map(annotation)}
        </ul>`
    }
  </section>`;
}

function annotation(item: Annotation): Html {
  const { path, start_line: start, end_line: end, annotation_level: level, message, title } = item;
  const lines = start === end ? start : `${start}–${end}`;
  return markup`<li class="${LEVELS[level] ?? ''}">
    <p><strong>${path}:${lines}</strong> <span class="label">${level}</span></p>
    <p>${title !== undefined && markup`<strong>${title}</strong><br>`}${message}</p>
  </li>`;
}
