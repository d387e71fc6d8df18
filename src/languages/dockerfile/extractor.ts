import { DockerfileParser, type Instruction as AstInstruction } from 'dockerfile-ast';
import { Unparsable } from '../../core/errors.js';
import type { Extracted, Extractor, Problem } from '../../core/facts.js';
import { type DockerfileFacts, type Instruction, lineAt, type Pair, type Stage } from './facts.js';
import { joined, type Joined } from './lines.js';
import { splitWords } from './words.js';
import { decodeText } from '../text.js';

const MAX_CHARACTERS = 200_000;
const MAX_STAGES = 500;
const MAX_FLAGS = 20;
const KEYWORDS = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
);
const EXECUTABLE = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'SHELL']);
const PAIRED = new Set(['ENV', 'ARG', 'LABEL']);

/** Dockerfiles and Containerfiles: stages and their instructions, with lines. */
export const dockerfileExtractor: Extractor<DockerfileFacts> = {
  name: 'dockerfile',
  version: 1,
  extract(bytes) {
    const text = decodeText(bytes);
    return extractDockerfile(text);
  },
};

/** @throws Unparsable when it is no Dockerfile at all */
export function extractDockerfile(text: string): Extracted<DockerfileFacts> {
  if (text.length > MAX_CHARACTERS)
    throw new Unparsable(`a Dockerfile of more than ${MAX_CHARACTERS} characters is not evaluated`);
  const parsed = DockerfileParser.parse(text);
  const escape = parsed.getEscapeCharacter();
  const lines = text.split(/\r\n|\n|\r/);
  const problems: Problem[] = [];
  const args: Pair[] = [];
  const stages: { stage: Stage; instructions: Instruction[] }[] = [];
  for (const ast of parsed.getInstructions()) {
    const instruction = read(ast, lines, escape);
    const current = stages[stages.length - 1];
    if (!KEYWORDS.has(instruction.keyword)) problems.push(unknown(instruction));
    else if (instruction.keyword === 'FROM') stages.push(begin(instruction));
    else if (current !== undefined) current.instructions.push(instruction);
    else if (instruction.keyword === 'ARG') args.push(...(instruction.pairs ?? []));
  }
  if (stages.length > MAX_STAGES)
    throw new Unparsable(`a Dockerfile of more than ${MAX_STAGES} stages is not evaluated`);
  if (stages.length === 0) throw absent(text);
  return { facts: { args, stages: stages.map(({ stage, instructions }) => ({ ...stage, instructions })) }, problems };
}

const unknown = (instruction: Instruction): Problem => ({
  kind: /\{\{|\{%/.test(instruction.keyword + instruction.text) ? 'unsupported' : 'unread',
  reason: `"${instruction.keyword.slice(0, 30)}" is not a Dockerfile instruction`,
  line: instruction.line,
});

const absent = (text: string): Unparsable =>
  /\{\{|\{%/.test(text)
    ? new Unparsable('a template of a Dockerfile is not evaluated', 1, 'unsupported')
    : new Unparsable('a Dockerfile without FROM', 1);

function begin(instruction: Instruction): { stage: Stage; instructions: Instruction[] } {
  const words = splitWords(instruction.text);
  const name = words[1]?.text.toLowerCase() === 'as' ? words[2]?.text.toLowerCase() : undefined;
  const platform = instruction.flags['platform'];
  const stage: Stage = {
    from: words[0]?.text ?? '',
    line: instruction.line,
    instructions: [],
    ...(name === undefined ? {} : { name }),
    ...(platform === undefined ? {} : { platform }),
  };
  return { stage, instructions: [] };
}

function read(ast: AstInstruction, lines: readonly string[], escape: string): Instruction {
  const { start, end } = ast.getRange();
  const whole = joined(lines, start.line, end.line, escape);
  let rest = after(whole, /^\s*\S+\s*/);
  let keyword = ast.getKeyword();
  const onbuild = keyword === 'ONBUILD';
  if (onbuild) {
    keyword = (/^\S+/.exec(rest.text)?.[0] ?? '').toUpperCase();
    rest = after(rest, /^\S+\s*/);
  }
  const flags: Record<string, string> = {};
  for (let flag = FLAG.exec(rest.text), n = 0; flag !== null && n < MAX_FLAGS; flag = FLAG.exec(rest.text), n++) {
    flags[flag[1] ?? ''] = flag[2] ?? '';
    rest = after(rest, FLAG);
  }
  const base = { keyword, line: start.line + 1, endLine: end.line + 1, flags, text: rest.text, starts: rest.starts };
  return { ...base, ...(onbuild ? { onbuild } : {}), ...details(base) };
}

const FLAG = /^--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)/;

function after({ text, starts }: Joined, prefix: RegExp): Joined {
  const length = prefix.exec(text)?.[0].length ?? 0;
  return {
    text: text.slice(length),
    starts: starts.map(([offset, line]) => [Math.max(0, offset - length), line] as const),
  };
}

function details(instruction: Instruction): Partial<Instruction> {
  if (PAIRED.has(instruction.keyword)) return { pairs: pairs(instruction) };
  if (!EXECUTABLE.has(instruction.keyword)) return {};
  const exec = jsonForm(instruction.text);
  return exec === undefined ? {} : { exec };
}

/** `ENV A=1 B=2`, the older `ENV A the rest`, `ARG A`, `ARG A=1`. */
function pairs(instruction: Instruction): Pair[] {
  const words = splitWords(instruction.text);
  const [first, second] = words;
  const lineOf = (offset: number): number => lineAt(instruction, offset);
  if (first === undefined) return [];
  if (instruction.keyword !== 'ARG' && !first.text.includes('=')) {
    return [
      {
        name: first.text,
        raw: second === undefined ? '' : instruction.text.slice(second.start).trimEnd(),
        line: lineOf(first.start),
      },
    ];
  }
  return words.map(({ text, start }) => {
    const equals = text.indexOf('=');
    return {
      name: equals < 0 ? text : text.slice(0, equals),
      raw: equals < 0 ? undefined : text.slice(equals + 1),
      line: lineOf(start),
    };
  });
}

/** Docker falls back to the shell form when the brackets do not hold a JSON array of strings. */
function jsonForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
