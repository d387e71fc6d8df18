import type { TraceStep } from '../../core/types.js';
import { effectiveCommand, shellArgument } from '../workloads/effective-command.js';
import { UNKNOWN, type Container, type Place, type Variable } from '../workloads/model.js';
import { shellWords } from '../workloads/words.js';
import { javaCall, javaCallInShell, type ArgumentReader, type JavaCall } from './command-line.js';
import { expandKubernetes, expandShell } from './expand.js';

/** A script that starts the program: its text with a name to show. */
export interface StartScript {
  readonly path: string;
  readonly text: string;
}

/** A file of the repository that a command line names as `@/opt/jvm.args`. */
export interface ArgumentFile {
  /** As on the command line. */
  readonly word: string;
  readonly path: string;
  readonly text: string;
}

/** The call of `java` that a container starts, with everything expanded that the repository says. */
export interface Start {
  readonly call: JavaCall | undefined;
  readonly at: Place;
  readonly source: string;
  /** Variables that the command line expands. */
  readonly used: readonly string[];
  readonly via: (container: Container) => readonly TraceStep[];
  /** Known to start something that is not java. */
  readonly other: boolean;
}

export function startOf(
  container: Container,
  kubernetes: boolean,
  script: StartScript | undefined,
  files: readonly ArgumentFile[],
): Start {
  const { words, at, source, shell } = effectiveCommand(container);
  const lookup = (name: string): string | undefined => {
    const variable = container.environment.get(name);
    return variable === undefined ? undefined : (variable.value ?? UNKNOWN);
  };
  const read: ArgumentReader = (word) => {
    const file = files.find((one) => one.word === word);
    return file && argumentsIn(file.text);
  };
  const used: string[] = [];
  const via = (): readonly TraceStep[] => used.flatMap((name) => stepOf(container.environment.get(name)));
  const expanded = kubernetes ? words.map((word) => expandKubernetes(word, lookup)) : words;
  const line = shell ? expanded.join(' ') : shellArgument(expanded);
  if (line !== undefined) {
    const call = javaCallInShell(
      expandShell(line, lookup, (name) => used.push(name)),
      read,
    );
    return { call, at, source, used, via, other: call === undefined && line.trim() !== '' };
  }
  const direct = javaCall(expanded, read);
  if (direct !== undefined) return { call: direct, at, source, used, via, other: false };
  if (script !== undefined) {
    const call = scriptCall(script.text, lookup, used);
    const place = { path: script.path, line: call?.line ?? 1, endLine: call?.line ?? 1 };
    return { call: call?.call, at: place, source: script.path, used, via, other: false };
  }
  return { call: undefined, at, source, used, via, other: false };
}

function stepOf(variable: Variable | undefined): TraceStep[] {
  return variable === undefined
    ? []
    : [{ path: variable.at.path, line: variable.at.line, label: `${variable.name} is set here` }];
}

/** Follows the assignments of a start script, line by line, up to the line that runs java. */
function scriptCall(
  text: string,
  lookup: (name: string) => string | undefined,
  used: string[],
): { call: JavaCall; line: number } | undefined {
  const assigned = new Map<string, string>();
  const find = (name: string): string | undefined => assigned.get(name) ?? lookup(name);
  const lines = text.slice(0, 200_000).split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const first = index;
    let line = lines[index] ?? '';
    while (line.endsWith('\\') && index + 1 < lines.length) line = `${line.slice(0, -1)} ${lines[++index] ?? ''}`;
    if (/^\s*#/.test(line)) continue;
    const assignment = /^(\s*)(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line);
    if (assignment !== null && !/\bjava\b\s+-/.test(line)) {
      const value = shellWords(expandShell(assignment[3] ?? '', find, (name) => used.push(name)))[0] ?? '';
      // An indented assignment depends on a condition.
      assigned.set(assignment[2] ?? '', assignment[1] === '' ? value : UNKNOWN);
      continue;
    }
    const call = javaCallInShell(expandShell(line, find, (name) => used.push(name)));
    if (call !== undefined) return { call, line: first + 1 };
  }
  return undefined;
}

/** The words of an argument file: whitespace separates, quotes hold together, `#` begins a comment. */
const argumentsIn = (text: string): string[] =>
  text.split(/\r?\n/).flatMap((line) => (/^\s*#/.test(line) ? [] : shellWords(line)));
