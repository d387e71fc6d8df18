export interface Joined {
  readonly text: string;
  readonly starts: readonly (readonly [number, number])[];
}

/**
 * One instruction's physical lines as one text: continuations joined, comment and empty lines between them dropped.
 * What follows the first complete line (heredoc bodies) keeps its line breaks.
 * @param first 0-based, as is `last`; `starts` counts lines from 1
 */
export function joined(lines: readonly string[], first: number, last: number, escape: string): Joined {
  const parts: string[] = [];
  const starts: [number, number][] = [];
  let length = 0;
  let open = true;
  for (let number = first; number <= last; number++) {
    const line = lines[number] ?? '';
    if (open && number > first && /^\s*(?:#|$)/.test(line)) continue;
    const trimmed = line.trimEnd();
    const continues: boolean = open && trimmed.endsWith(escape);
    const part = (open ? '' : '\n') + (continues ? trimmed.slice(0, -1) : line);
    starts.push([length, number + 1]);
    parts.push(part);
    length += part.length;
    open = continues;
  }
  return { text: parts.join(''), starts };
}
