import { shellCommands } from '../shell/index.js';
import type { ShellCommand, ShellWord } from '../shell/index.js';
import { loadCommand, unwrapped } from './commands.js';
import type { LoadTest, Swap } from './facts.js';
import { swapsByCommand } from './swaps.js';

/** What the commands of one text have to do with a load test, in their order. */
export interface CommandFacts {
  readonly tests: readonly LoadTest[];
  readonly swaps: readonly Swap[];
  /** Lines of commands that run in the background, and of those that wait until a rollout or a job is over. */
  readonly background: readonly number[];
  readonly waits: readonly number[];
}

/** A command as a file writes it down: its words, variables filled in where their values are known. */
export interface WrittenCommand {
  readonly words: readonly string[];
  readonly line: number;
  /** What comes next does not wait for its end. */
  readonly background: boolean;
}

/** Nobody writes down more in one file. */
const MOST = 2000;

/** @param lineOf the file's line of an offset in the text */
export function writtenCommands(text: string, lineOf: (offset: number) => number): WrittenCommand[] {
  const variables = new Map<string, string>();
  const found: WrittenCommand[] = [];
  for (const command of shellCommands(text)) {
    note(command, variables);
    const [first] = command.words;
    if (!first || found.length >= MOST) continue;
    const words = command.words.map((word) => filledIn(word, variables));
    found.push({ words, line: lineOf(first.start), background: command.background === true });
  }
  return found;
}

/** What commands have to do with load tests and swaps, in their order. */
export function readCommands(commands: readonly WrittenCommand[]): CommandFacts {
  const facts = { tests: [] as LoadTest[], swaps: [] as Swap[], background: [] as number[], waits: [] as number[] };
  for (const { words, line, background } of commands) {
    const test = loadCommand(words, line);
    if (test) facts.tests.push(test);
    const bare = unwrapped(words);
    if (swapsByCommand(bare)) facts.swaps.push({ line, text: words.join(' ').slice(0, 200) });
    if (waits(bare)) facts.waits.push(line);
    if (background) facts.background.push(line);
  }
  return facts;
}

/** Ends only when the rollout is over, or the job in the background. */
function waits([program = '', ...rest]: readonly string[]): boolean {
  const name = program.split('/').at(-1);
  if (name === 'wait') return true;
  if (name === 'kubectl' || name === 'oc')
    return rest.includes('wait') || (rest.includes('rollout') && rest.includes('status'));
  return (name === 'helm' || name === 'argocd') && rest.some((word) => /^--(?:wait|atomic)/.test(word));
}

/** `RATE=1000`, `export RATE=${1:-1000}`. */
function note({ words, assignments }: ShellCommand, variables: Map<string, string>): void {
  if (words.length === 0) for (const { name, value } of assignments) variables.set(name, filledIn(value, variables));
  if (!/^(?:export|readonly|local|declare)$/.test(words[0]?.text ?? '')) return;
  for (const word of words.slice(1)) {
    const at = word.text.indexOf('=');
    if (at > 0) variables.set(word.text.slice(0, at), filledIn({ ...word, text: word.text.slice(at + 1) }, variables));
  }
}

const EXPANSION = /\$(?:\{(\w{1,100})(?::?[-=]([^{}]{0,200}))?\}|(\w{1,100}))/g;

/** A variable's value or its default; one that is not known stays as written. */
function filledIn({ text, expands }: ShellWord, variables: ReadonlyMap<string, string>): string {
  if (!expands) return text;
  return text
    .replace(EXPANSION, (all, braced?: string, fallback?: string, bare?: string) => {
      return variables.get(braced ?? bare ?? '') ?? fallback ?? all;
    })
    .slice(0, 2000);
}
