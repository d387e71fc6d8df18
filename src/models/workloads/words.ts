/**
 * Splits a command line as a POSIX shell does: blanks outside quotes, quotes and backslashes removed. Variables and
 * operators stay as text.
 */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (open) words.push(word);
      word = '';
      open = false;
      continue;
    }
    open = true;
    if (char === '\\' && quote !== "'" && i + 1 < text.length) {
      const next = text[++i] ?? '';
      if (next !== '\n') word += quote === '"' && !'"$`\\'.includes(next) ? `\\${next}` : next;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else word += char;
  }
  if (open) words.push(word);
  return words;
}
