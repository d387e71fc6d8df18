import { posix } from 'node:path';
import { resolveStage, splitWords } from '../../languages/dockerfile/index.js';
import type { DockerfileFacts, Instruction } from '../../languages/dockerfile/index.js';
import { unwrapped } from '../../languages/load-script/commands.js';
import { shellCommands } from '../../languages/shell/index.js';

/** The code that serves a model, and what else there is. */
export interface ServiceCode {
  /** Folders with serving code, and those above them. */
  readonly folders: readonly string[];
  /** The files on the way from a route to a prediction. */
  readonly files: readonly string[];
  /** Every Python file of the repository. */
  readonly python: ReadonlySet<string>;
}

/** Images and names of things that are about models but serve none to callers. */
export const OTHER =
  /postgres|redis|kafka|zookeeper|grafana|prometheus|mlflow|mage|airflow|minio|train|jupyter|notebook|nginx|etcd|otel|pgadmin|adminer/i;

/** Does a Dockerfile build the service: by the folder it stands in, by what it copies, by what it starts? */
export function buildsService(path: string, facts: DockerfileFacts, code: ServiceCode): boolean {
  const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
  const started = startedModule(facts);
  if (started !== undefined) {
    const file = fileOf(started, folder, code.python);
    if (file !== undefined) return code.files.includes(file);
  }
  if (OTHER.test(posix.basename(path))) return false;
  if (folder !== '' && code.folders.includes(folder)) return true;
  return copiedFrom(facts).some((source) => isCopied(code.files, source, folder)) || started !== undefined;
}

export const lastLine = ({ stages, args }: DockerfileFacts): number =>
  Math.max(
    1,
    ...stages.flatMap(({ line, instructions }) => [line, ...instructions.map(({ endLine }) => endLine)]),
    ...args.map(({ line }) => line),
  );

// ── COPY and ADD ──

/** Sources of `COPY` and `ADD` out of the build context; those of other stages and of the network are none. */
function copiedFrom({ stages }: DockerfileFacts): string[] {
  return stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ keyword, flags }) => (keyword === 'COPY' || keyword === 'ADD') && flags['from'] === undefined)
    .flatMap((instruction) => words(instruction).slice(0, -1))
    .map((source) => posix.normalize(source).replace(/^\.?\/+|\/+$/g, ''))
    .filter((source) => !source.includes('://'));
}

function words({ text }: Instruction): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.filter((one) => typeof one === 'string');
    } catch {
      // Docker takes such a text for the shell form, too.
    }
  }
  return splitWords(text).map((word) => word.text.replace(/^["']|["']$/g, ''));
}

/** The context is the Dockerfile's own folder or the root: both are usual. `COPY . .` says nothing about one service. */
const isCopied = (files: readonly string[], source: string, around: string): boolean =>
  source !== '' &&
  source !== '.' &&
  [source, posix.join(around, source)].some((one) => files.some((file) => file === one || file.startsWith(`${one}/`)));

// ── CMD and ENTRYPOINT ──

const SERVERS = new Set(['uvicorn', 'gunicorn', 'hypercorn', 'waitress-serve', 'granian', 'daphne']);

/** `services.app:app` of the server that the image starts; the empty string when a server names no module. */
function startedModule(facts: DockerfileFacts): string | undefined {
  const stage = resolveStage(facts);
  const entry = stage?.entrypoint;
  const command = stage?.command;
  const given = [entry, command].flatMap((one) => (one ? one.words : []));
  const form = entry?.form ?? command?.form;
  const started =
    form === 'shell' || given.length === 1
      ? given.flatMap((text) => shellCommands(text).map((one) => one.words.map((word) => word.text)))
      : [given, ...shellText(given)];
  for (const one of started) {
    const [program = '', ...rest] = unwrapped(one);
    const name = posix.basename(program);
    if (SERVERS.has(name)) return rest.find((word) => /^[\w.]+:[\w.()]+$/.test(word)) ?? '';
    if ((name === 'fastapi' || name === 'flask') && rest.some((word) => word === 'run' || word === 'dev'))
      return rest.find((word) => word.endsWith('.py')) ?? '';
    if (name === 'bentoml' && rest.includes('serve')) return '';
  }
  return undefined;
}

/** `["sh", "-c", "uvicorn …"]`. */
function shellText(given: readonly string[]): string[][] {
  const text = given[given.indexOf('-c') + 1];
  if (!given.includes('-c') || text === undefined) return [];
  return shellCommands(text).map((one) => one.words.map((word) => word.text));
}

/** The repository's file behind a module's name, below the Dockerfile or from the root; undefined when there is none. */
function fileOf(started: string, folder: string, python: ReadonlySet<string>): string | undefined {
  const module = started.split(':')[0] ?? '';
  if (module === '') return undefined;
  const path = module.endsWith('.py') ? module : `${module.replaceAll('.', '/')}.py`;
  const known = [posix.join(folder, path), path, posix.join(folder, 'src', path), posix.join('src', path)];
  const exact = known.find((one) => python.has(one));
  if (exact !== undefined) return exact;
  const ending = [...python].filter((one) => one.endsWith(`/${path}`));
  return ending.length === 1 ? ending[0] : undefined;
}
