import type { DockerfileFacts, Instruction, Pair, Stage } from './facts.js';
import { expandWord } from './words.js';

/** A value with its line; `value` is undefined when it depends on something this file does not say. */
export interface Resolved {
  readonly value: string | undefined;
  readonly line: number;
}

export interface Command {
  /** The words of the JSON form, or one word: the shell form's command line, which `/bin/sh -c` runs. */
  readonly words: readonly string[];
  readonly form: 'exec' | 'shell';
  readonly line: number;
  readonly endLine: number;
}

/** What an image built from a stage is made of, over all stages it comes from. */
export interface ResolvedStage {
  /** The image outside this file that it starts from; undefined when that cannot be known, `scratch` when it starts empty. */
  readonly base: Resolved;
  readonly environment: ReadonlyMap<string, Resolved>;
  readonly entrypoint: Command | undefined;
  readonly command: Command | undefined;
  readonly volumes: readonly Resolved[];
  readonly user: Resolved | undefined;
  /** The stages, base first. */
  readonly chain: readonly Stage[];
}

/**
 * @param target stage name or number; the last stage when undefined
 * @param buildArgs values given from outside (`build.args`); null where a value is given that is not known
 * @returns undefined when there is no such stage
 */
export function resolveStage(
  facts: DockerfileFacts,
  target?: string,
  buildArgs: ReadonlyMap<string, string | null> = new Map(),
): ResolvedStage | undefined {
  const last = indexOf(facts, target);
  if (last === undefined) return undefined;
  const global = new Map<string, Resolved>();
  for (const pair of facts.args) global.set(pair.name, argument(pair, buildArgs, undefined, global));
  const chain: Stage[] = [];
  let index: number | undefined = last;
  let base: Resolved = { value: undefined, line: 1 };
  while (index !== undefined) {
    const stage: Stage | undefined = facts.stages[index];
    if (stage === undefined) break;
    chain.unshift(stage);
    base = { value: expand(stage.from, global), line: stage.line };
    index = previous(facts, base.value, index);
  }
  return fold(base, chain, global, buildArgs);
}

function indexOf(facts: DockerfileFacts, target: string | undefined): number | undefined {
  if (target === undefined || target === '') return facts.stages.length - 1;
  const named = facts.stages.findIndex((stage) => stage.name === target.toLowerCase());
  if (named >= 0) return named;
  return /^\d{1,4}$/.test(target) && Number(target) < facts.stages.length ? Number(target) : undefined;
}

/** The earlier stage of that name, if the image is one. */
function previous(facts: DockerfileFacts, image: string | undefined, before: number): number | undefined {
  for (let i = before - 1; i >= 0; i--)
    if (image !== undefined && facts.stages[i]?.name === image.toLowerCase()) return i;
  return undefined;
}

type Scope = ReadonlyMap<string, Resolved>;

/** Undefined when a variable in it is unknown. */
function expand(raw: string, ...scopes: readonly Scope[]): string | undefined {
  let unknown = false;
  const value = expandWord(raw, (name) => {
    const found = scopes.find((scope) => scope.has(name))?.get(name);
    if (found !== undefined && found.value === undefined) unknown = true;
    if (found === undefined && PREDEFINED.test(name)) unknown = true;
    return found?.value;
  });
  return unknown ? undefined : value;
}

/** Set by the builder: proxies and platforms. */
const PREDEFINED = /^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/;

function argument(
  pair: Pair,
  buildArgs: ReadonlyMap<string, string | null>,
  inherited: Resolved | undefined,
  ...scopes: readonly Scope[]
): Resolved {
  const given = buildArgs.get(pair.name);
  if (given !== undefined) return { value: given ?? undefined, line: pair.line };
  if (pair.raw !== undefined) return { value: expand(pair.raw, ...scopes), line: pair.line };
  return inherited ?? { value: undefined, line: pair.line };
}

interface State {
  environment: Map<string, Resolved>;
  args: Map<string, Resolved>;
  entrypoint: Command | undefined;
  command: Command | undefined;
  ownCommand: boolean;
  volumes: Resolved[];
  user: Resolved | undefined;
}

function fold(
  base: Resolved,
  chain: readonly Stage[],
  global: Scope,
  buildArgs: ReadonlyMap<string, string | null>,
): ResolvedStage {
  const state: State = {
    environment: new Map(),
    args: new Map(),
    entrypoint: undefined,
    command: undefined,
    ownCommand: false,
    volumes: [],
    user: undefined,
  };
  for (const stage of chain) {
    state.args = new Map();
    state.ownCommand = false;
    for (const instruction of stage.instructions) {
      if (instruction.onbuild === undefined) apply(instruction, state, global, buildArgs);
    }
  }
  const { environment, entrypoint, command, volumes, user } = state;
  return { base, chain, environment, entrypoint, command, volumes, user };
}

function apply(
  instruction: Instruction,
  state: State,
  global: Scope,
  buildArgs: ReadonlyMap<string, string | null>,
): void {
  const { environment, args } = state;
  const word = (): Resolved => ({ value: expand(instruction.text, environment, args), line: instruction.line });
  switch (instruction.keyword) {
    case 'ARG':
      for (const pair of instruction.pairs ?? [])
        args.set(pair.name, argument(pair, buildArgs, global.get(pair.name), environment, args));
      return;
    case 'ENV': {
      // All pairs of one ENV see the values from before it.
      const values = (instruction.pairs ?? []).map(
        (pair) => [pair.name, { value: expand(pair.raw ?? '', environment, args), line: pair.line }] as const,
      );
      for (const [name, value] of values) environment.set(name, value);
      return;
    }
    case 'ENTRYPOINT':
      state.entrypoint = command(instruction);
      // A stage that sets its own entry point loses the command it inherited, not one it sets itself.
      if (!state.ownCommand) state.command = undefined;
      return;
    case 'CMD':
      state.command = command(instruction);
      state.ownCommand = true;
      return;
    case 'USER':
      state.user = word();
      return;
    case 'VOLUME':
      state.volumes.push(...volumes(instruction, environment, args));
      return;
    default:
  }
}

const command = ({ exec, text, line, endLine }: Instruction): Command =>
  exec === undefined ? { words: [text], form: 'shell', line, endLine } : { words: exec, form: 'exec', line, endLine };

function volumes({ text, line }: Instruction, ...scopes: readonly Scope[]): Resolved[] {
  const words = text.startsWith('[')
    ? [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')
    : text.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => ({ value: expand(word, ...scopes), line }));
}
