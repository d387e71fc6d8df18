import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ConfigurationFile } from '../config/schema.js';
import { configurationFrom } from '../config/configuration.js';
import { UsageError } from '../core/errors.js';
import type { CheckId, PullRequest, Section, Snapshot } from '../core/types.js';
import { memorySectionOf } from '../models/jvm/index.js';
import { mojoSummary } from '../languages/mojo/index.js';
import { isDocumentName, isRecordPath } from '../models/argument/index.js';
import { mojos } from '../models/artifacts/mojos.js';
import { pojoUses } from '../models/artifacts/pojo.js';
import { printable } from '../report/escape.js';
import { memoryFactStore } from '../reviewers/fact-store.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../reviewers/workspace.js';
import { localReview } from '../snapshot/checkout.js';
import { assertFolder, directorySnapshot, filesSnapshot } from '../snapshot/directory.js';
import { composeProject } from './compose-file.js';
import { focused, only, projectOf } from './focus.js';
import {
  configOption,
  configurationFor,
  failOnOption,
  formatOption,
  localPull,
  readingAt,
  readingFrom,
  readNamed,
  type OutputOptions,
} from './options.js';
import { pipelineSummary } from './pipeline-summary.js';
import { exitCode, formatted, inPool, told } from './review-command.js';

/** The seeds' scripts as commands: the same engine, asked one question. */
export function addSeedCommands(program: Command, done: (code: number) => void): void {
  common(program.command('detect-blocking-calls').description('what blocks the event loop, through any chain of calls'))
    .requiredOption('--source-dir <dir>', 'folder of the service')
    .action(async (options: OutputOptions & { sourceDir: string }) => {
      await assertHolds(options.sourceDir, /\.(py|pyi|ipynb)$/, 'Python file');
      done(await inProject(options.sourceDir, options, isBlocking));
    });

  common(
    program
      .command('validate-schema-migration')
      .description('JSONB, indexes, event time and append-only history in migrations'),
  )
    .requiredOption('--migration-dir <dir>', 'folder of the migrations')
    .action(async (options: OutputOptions & { migrationDir: string }) =>
      done(await validateMigrations(options.migrationDir, options)),
    );

  common(
    program
      .command('verify-mojo-artifact')
      .description('is this a MOJO that the runtime reads; does the pipeline export one'),
  )
    .argument('[artifact]', 'a MOJO: FILE.zip, or its folder')
    .option('--pipeline-dir <dir>', 'folder of the pipeline')
    .action(async (artifact: string | undefined, options: OutputOptions & { pipelineDir?: string }) =>
      done(await verifyMojo(artifact, options)),
    );

  common(program.command('check-memory-allocation').description('JVM heap against container limits'))
    .option('--compose-file <file>', 'compose file')
    .option('--manifest-dir <dir>', 'folder of Kubernetes manifests')
    .action(async (options: OutputOptions & { composeFile?: string; manifestDir?: string }) =>
      done(await memory(options)),
    );

  common(
    program
      .command('dialectical-reasoning-gate')
      .description('thesis, antithesis and synthesis in a description and in ADRs'),
  )
    .requiredOption('--pr-description <file>', "the pull request's description")
    .option('--adrs <dir>', 'folder of architecture decision records')
    .option('--base <ref>', 'compare the checkout with this branch, so that the decisions of the change are known')
    .action(async (options: OutputOptions & GateOptions) => done(await gate(options)));
}

export const common = (command: Command): Command =>
  command.addOption(formatOption()).addOption(configOption()).addOption(failOnOption());

const isBlocking = (id: CheckId): boolean =>
  [
    'proc/blocking-call',
    'proc/blocking-file-io',
    'proc/inference-on-event-loop',
    'proc/cpu-bound-dataframe',
    'proc/sync-db-driver',
  ].includes(id);

const MAGE = [
  'log/transformer-side-effect',
  'log/write-outside-exporter',
  'log/dynamic-block-fan-out',
  'log/block-without-contract',
];
const isSchema = (id: CheckId): boolean => id.startsWith('log/') && !MAGE.includes(id);

const isMemory = (id: CheckId): boolean =>
  [
    'phy/heap-not-set',
    'phy/memory-limit-missing',
    'phy/heap-over-limit-share',
    'phy/java-opts-without-effect',
  ].includes(id);

/**
 * Reviews a folder as part of its project and reports what concerns the folder.
 *
 * @param before printed first, of the whole project, where people read the answer
 */
async function inProject(
  folder: string,
  options: OutputOptions,
  wanted: (id: CheckId) => boolean,
  before?: (head: Snapshot, inside: (path: string) => boolean) => Promise<string>,
  sections?: Sections,
): Promise<number> {
  await assertFolder(resolve(folder));
  const { root, inside } = projectOf(folder);
  const local = await localReview(root, { all: true });
  try {
    const file = await configurationIn(options, root);
    if (before && options.format === 'text') process.stdout.write(printable(await before(local.head, inside)));
    return await answer(local.head, undefined, file, options, wanted, inside, folder, sections);
  } finally {
    local.close();
  }
}

/** A folder without a migration is the wrong folder, not a clean one. */
async function validateMigrations(folder: string, options: OutputOptions): Promise<number> {
  await assertFolder(resolve(folder));
  const { files } = await directorySnapshot(resolve(folder));
  if (!files.some(({ path }) => /\.(sql|ddl|pgsql|psql|py)$/.test(path)))
    throw new UsageError(`${folder} holds no migration: no SQL and no Python file.`);
  return inProject(folder, options, isSchema);
}

/** The same for a service without code, and for manifests that are none. */
async function assertHolds(folder: string, names: RegExp, what: string): Promise<void> {
  await assertFolder(resolve(folder));
  const { files, gaps = [] } = await directorySnapshot(resolve(folder));
  if (gaps.length === 0 && !files.some(({ path }) => names.test(path)))
    throw new UsageError(`${folder} holds no ${what}.`);
}

/** Parts of the answer that are made for the paths asked about, instead of the review's own. */
type Sections = (
  head: Snapshot,
  file: ConfigurationFile,
  concerns: (path: string) => boolean,
) => Promise<readonly Section[]>;

const memorySplit: Sections = (head, file, concerns) =>
  memorySectionOf(
    new SnapshotWorkspace(head, configurationFrom(file).settings, memoryFactStore(), DEFAULT_LIMITS, true),
    concerns,
  );

/** Runs the wanted checks and prints what concerns the paths. @returns the exit code */
export async function answer(
  head: Snapshot,
  base: Snapshot | undefined,
  file: ConfigurationFile,
  options: OutputOptions,
  wanted: (id: CheckId) => boolean,
  concerns: (path: string) => boolean,
  title: string,
  own?: Sections,
): Promise<number> {
  const whole = await inPool(head, base, only(file, wanted), undefined, title);
  const views = new Set(whole.outcomes.map((outcome) => outcome.check.split('/')[0]));
  const sections = own ? await own(head, file, concerns) : whole.sections.filter((section) => views.has(section.view));
  const review = told(focused({ ...whole, sections }, concerns), file);
  process.stdout.write(await formatted(review, options, head, file));
  return exitCode(review, options.failOn, file);
}

export async function configurationIn(
  options: Pick<OutputOptions, 'config'>,
  root: string,
): Promise<ConfigurationFile> {
  return (await configurationFor(options.config, readingFrom(resolve(root)))).file;
}

const isArtifact = (id: CheckId): boolean =>
  [
    'dev/pojo-export',
    'dev/mojo-not-exported',
    'dev/genmodel-jar-missing',
    'dev/mojo-invalid',
    'dev/mojo-version-mismatch',
    'dev/h2o-unpinned',
  ].includes(id);

async function verifyMojo(
  artifact: string | undefined,
  options: OutputOptions & { pipelineDir?: string },
): Promise<number> {
  if ((artifact === undefined) === (options.pipelineDir === undefined)) {
    throw new UsageError('name either one artifact (FILE.zip or its folder) or --pipeline-dir.');
  }
  const folder = options.pipelineDir ?? '.';
  if (artifact === undefined)
    return inProject(folder, options, isArtifact, (head, inside) => pipelineSummary(folder, head, inside));
  if (!existsSync(artifact)) throw new UsageError(`${artifact} does not exist.`);
  const full = resolve(artifact);
  const isFile = statSync(full).isFile();
  const head = isFile
    ? await filesSnapshot(dirname(full), [basename(full)], 'working-tree', [])
    : await directorySnapshot(full);
  const workspace = new SnapshotWorkspace(head, configurationFrom().settings, memoryFactStore(), DEFAULT_LIMITS, true);
  const found = await workspace.model(mojos);
  const isPojo = isFile && (await workspace.model(pojoUses)).some(({ kind }) => kind === 'generated');
  if (found.length === 0 && !isPojo && workspace.gaps.length === 0) {
    throw new UsageError(`${artifact} is no MOJO: neither an archive nor a folder with a model.ini of H2O.`);
  }
  if (options.format === 'text' && found.length > 0) {
    const named = (path: string): string => join(artifact, path.replace(/model\.ini$/, ''));
    const summaries = found.map(({ path, facts }) => mojoSummary(isFile ? artifact : named(path), facts));
    process.stdout.write(`${printable(summaries.join('\n\n'))}\n\n`);
  }
  return answer(
    head,
    undefined,
    {},
    options,
    (id) => id === (isPojo ? 'dev/pojo-export' : 'dev/mojo-invalid'),
    () => true,
    artifact,
  );
}

async function memory(options: OutputOptions & { composeFile?: string; manifestDir?: string }): Promise<number> {
  if ((options.composeFile === undefined) === (options.manifestDir === undefined)) {
    throw new UsageError('name either --compose-file or --manifest-dir.');
  }
  if (options.composeFile !== undefined) return composeMemory(options.composeFile, options);
  const folder = options.manifestDir ?? '.';
  await assertHolds(folder, /\.(?:ya?ml|json)$/, 'manifest: no YAML and no JSON file');
  return inProject(folder, options, isMemory, undefined, memorySplit);
}

async function composeMemory(given: string, options: OutputOptions): Promise<number> {
  const project = await composeProject(given, (root) => configurationIn(options, root));
  const { head, configuration, parts, name } = project;
  const concerns = (path: string): boolean => path === name || parts.has(path);
  return answer(head, undefined, configuration, options, isMemory, concerns, name, memorySplit);
}

interface GateOptions {
  readonly prDescription: string;
  readonly adrs?: string;
  readonly base?: string;
}

async function gate(options: OutputOptions & GateOptions): Promise<number> {
  const pull = localPull(await readNamed(options.prDescription, 'the description'));
  if (options.adrs !== undefined) await assertFolder(resolve(options.adrs));
  const isGate = (id: CheckId): boolean => id.startsWith('dia/');
  if (options.base !== undefined) {
    const local = await localReview(process.cwd(), { base: options.base, pull });
    try {
      const { file } = await configurationFor(options.config, readingAt(local.base ?? local.head));
      return await answer(local.head, local.base, file, options, isGate, () => true, local.described);
    } finally {
      local.close();
    }
  }
  return answer(
    await adrSnapshot(options.adrs, pull),
    undefined,
    await configurationIn(options, process.cwd()),
    options,
    isGate,
    () => true,
    options.prDescription,
  );
}

/** The records alone, under the name of their folder, so that they are recognised as what they are. */
async function adrSnapshot(folder: string | undefined, pull: PullRequest): Promise<Snapshot> {
  if (folder === undefined)
    return { headSha: 'working-tree', files: [], changes: [], pull, read: () => Promise.reject(new Error('no files')) };
  const full = resolve(folder);
  const own = await directorySnapshot(full);
  const paths = own.files.map((entry) => `${relative(dirname(full), full)}/${entry.path}`);
  if (!paths.some(isDocumentName)) throw new UsageError(`${folder} holds no document.`);
  if (!paths.some(isRecordPath))
    throw new UsageError(
      `${folder} holds documents, and none is known for a decision record: records lie in a folder called adr or decisions, or are called ADR-….`,
    );
  return filesSnapshot(dirname(full), paths, 'working-tree', [], new Map(), pull);
}
