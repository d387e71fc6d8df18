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
    const block = next === undefined && text !== '' && source[at + 1]?.prints === true;
    map.push(Math.max(0, block ? at + 1 : at) + 1);
  }
  return (line) => map[line - 1] ?? Math.max(0, at) + 1;
}

interface Shape {
  /** What a line that this one renders to must begin with; empty where it may be anything. */
  readonly start: string;
  readonly open: boolean;
  /** Nothing but an action that puts out text, such as `{{- toYaml .Values.resources | nindent 12 }}`. */
  readonly prints: boolean;
}

const SILENT = /^\{\{-?\s*(?:if|else|end|range|with|define|break|continue|\/\*|\$\w*\s*:?=)/;

function shapeOf(line: string): Shape {
  const text = line.trim();
  const action = text.indexOf('{{');
  if (action < 0) return { start: text, open: false, prints: false };
  return { start: text.slice(0, action).trimEnd(), open: true, prints: action === 0 && !SILENT.test(text) };
}

function find(source: readonly Shape[], text: string, from: number): number | undefined {
  for (let index = from; index < source.length; index++) {
    const { start = '', open = false } = source[index] ?? {};
    if (start !== '' && (open ? text.startsWith(start) : text === start)) return index;
  }
  return undefined;
}
