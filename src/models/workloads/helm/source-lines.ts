/**
 * Which line of a template a line of its output comes from. Lines are matched in order by what stands before the first
 * `{{`; output of a block (`toYaml`, `include`) belongs to the line that holds it, repetitions of a `range` to its body.
 * Never below 1.
 */
export function sourceLines(template: string, rendered: string): (line: number) => number {
  const source = template.split(/\r?\n/).map(shapeOf);
  const map: number[] = [];
  let at = -1;
  for (const line of rendered.split(/\r?\n/)) {
    const text = line.trim();
    const next = text === '' ? undefined : (find(source, text, at + 1) ?? find(source, text, 0));
    if (next !== undefined) at = next;
    map.push(Math.max(0, at) + 1);
  }
  return (line) => map[line - 1] ?? Math.max(0, at) + 1;
}

interface Shape {
  /** What a line that this one renders to must begin with; empty where it may be anything. */
  readonly start: string;
  readonly open: boolean;
}

function shapeOf(line: string): Shape {
  const text = line.trim();
  const action = text.indexOf('{{');
  return action < 0 ? { start: text, open: false } : { start: text.slice(0, action).trimEnd(), open: true };
}

function find(source: readonly Shape[], text: string, from: number): number | undefined {
  for (let index = from; index < source.length; index++) {
    const { start, open } = source[index] ?? { start: '', open: false };
    if (start !== '' && (open ? text.startsWith(start) : text === start)) return index;
  }
  return undefined;
}
