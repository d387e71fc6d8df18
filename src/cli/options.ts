import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { loadConfiguration, CONFIGURATION_PATH, type LoadedConfiguration } from '../config/load.js';
import { UsageError } from '../core/errors.js';
import { SEVERITIES, type PullRequest, type Severity } from '../core/types.js';

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

export async function configurationFor(
  named: string | undefined,
  own: () => Promise<string | undefined>,
): Promise<LoadedConfiguration> {
  const text = named === undefined ? await own() : await readNamed(named, 'configuration');
  return assertValid(loadConfiguration(text === undefined ? [] : [{ source: named ?? CONFIGURATION_PATH, text }]));
}

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
