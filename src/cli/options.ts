import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { Option } from 'commander';
import { elsewhere, loadConfiguration, CONFIGURATION_PATH, type LoadedConfiguration } from '../config/load.js';
import { UsageError } from '../core/errors.js';
import { printable } from '../report/escape.js';
import { SEVERITIES, type PullRequest, type Severity, type Snapshot } from '../core/types.js';

const FORMATS = ['text', 'json', 'sarif', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

export const formatOption = (): Option =>
  new Option('--format <format>', 'how to print the result').choices(FORMATS).default('text');

export const failOnOption = (): Option =>
  new Option('--fail-on <severity>', 'lowest severity that makes the exit code 1').choices(SEVERITIES).default('block');

export const configOption = (): Option =>
  new Option('--config <file>', `configuration file (default: ${CONFIGURATION_PATH} of the repository)`);

export interface OutputOptions {
  readonly format: Format;
  readonly failOn: Severity;
  readonly config?: string;
}

/** @throws UsageError with the line of every mistake */
function assertValid(loaded: LoadedConfiguration): LoadedConfiguration {
  if (loaded.problems.length === 0) return loaded;
  const lines = loaded.problems.map(({ source, line, message }) => `${source}:${line}: ${message}`);
  throw new UsageError(`the configuration is not valid.\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

/** @throws UsageError when a file that the user named cannot be read */
export async function readNamed(file: string, what: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder'
          : error instanceof TypeError
            ? 'is not UTF-8 text'
            : 'cannot be read';
    throw new UsageError(`${what} ${file} ${why}.`);
  }
}

/** Text of a file of the repository by its path; undefined where there is none. */
export type ReadFile = (path: string) => Promise<string | undefined>;

/**
 * The named configuration or the repository's own, over what it extends.
 *
 * @throws UsageError with the line of every mistake
 */
export async function configurationFor(named: string | undefined, read: ReadFile): Promise<LoadedConfiguration> {
  const text = named === undefined ? await read(CONFIGURATION_PATH) : await readNamed(named, 'configuration');
  if (text === undefined) return loadConfiguration([]);
  const own = { source: named ?? CONFIGURATION_PATH, text };
  const { file } = assertValid(loadConfiguration([own]));
  const extended = [];
  for (const target of [file.extends ?? []].flat()) {
    if (elsewhere(target)) {
      process.stderr.write(
        `dialectic: ${own.source} extends ${printable(target)}; another repository is read on GitHub only, so the result may differ there.\n`,
      );
      continue;
    }
    const found = await read(target);
    if (found === undefined) throw new UsageError(`${own.source} extends ${target}, which does not exist.`);
    extended.push({ source: target, text: found });
  }
  return assertValid(loadConfiguration([...extended, own]));
}

/** Reads the files of a repository that a folder is. */
export const readingFrom =
  (root: string): ReadFile =>
  async (path) => {
    const full = resolve(root, path);
    if (!full.startsWith(root + sep)) throw new UsageError(`${path} leads out of the repository.`);
    return lstatSync(full, { throwIfNoEntry: false }) ? readNamed(full, 'configuration') : undefined;
  };

/** Reads the files of a commit: what a change brings cannot switch its own review off. */
export const readingAt =
  (snapshot: Snapshot): ReadFile =>
  async (path) => {
    const file = snapshot.files.find((one) => one.path === path);
    if (!file) return undefined;
    if (file.kind === 'symlink' || file.kind === 'submodule')
      throw new UsageError(`configuration ${path} is a ${file.kind === 'symlink' ? 'symbolic link' : 'submodule'}.`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await snapshot.read(path));
    } catch (error) {
      throw new UsageError(
        `configuration ${path} ${error instanceof TypeError ? 'is not UTF-8 text' : 'cannot be read'}.`,
      );
    }
  };

/** A description on disk stands for the pull request's. */
export const localPull = (body: string): PullRequest => ({
  number: 0,
  title: '',
  body,
  author: '',
  authorIsBot: false,
  draft: false,
  baseSha: '',
});
