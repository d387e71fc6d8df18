import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { ConfigurationFile } from '../config/schema.js';
import type { Review, ReviewedFinding } from '../core/review.js';
import { SEVERITIES, type Severity, type Snapshot, type View } from '../core/types.js';
import { toJson } from '../report/json.js';
import { orchestratorReport } from '../report/orchestrator.js';
import { toMarkdown } from '../report/markdown.js';
import { toSarif } from '../report/sarif.js';
import { toText } from '../report/text.js';
import { assertFolder } from '../snapshot/directory.js';
import { localReview } from '../snapshot/checkout.js';
import { helmRenderer } from '../helm/index.js';
import { packageIndexClient } from '../package-index/index.js';
import { postgresVerifier } from '../verify/index.js';
import { ReviewPool } from '../worker/pool.js';
import {
  configOption,
  configurationFor,
  failOnOption,
  formatOption,
  localPull,
  readingAt,
  readNamed,
  type OutputOptions,
} from './options.js';
import { progressLine } from './progress.js';
import { VERSION } from './version.js';

interface ReviewOptions extends OutputOptions {
  readonly base?: string;
  readonly head?: string;
  readonly all?: boolean;
  readonly prDescription?: string;
  readonly view?: readonly View[];
}

export function addReviewCommand(program: Command, done: (code: number) => void): void {
  comparing(
    program
      .command('review')
      .description('review a checkout: what changed against the base branch, or everything with --all'),
  )
    .addOption(
      new Option('--view <view...>', 'only these views').choices(['log', 'proc', 'dev', 'phy', 'scn', 'dia', 'plan']),
    )
    .addOption(formatOption())
    .addOption(configOption())
    .addOption(failOnOption())
    .action(async (path: string, options: ReviewOptions) => {
      done(await reviewFolder(path, options));
    });
  comparing(
    program
      .command('report')
      .description('the orchestrator report: compliance by view, debates, detectors, actions, sign-off'),
  )
    .addOption(configOption())
    .action(async (path: string, options: Omit<ReviewOptions, 'format' | 'failOn'>) => {
      const { text } = await reviewOf(path, options, async (review) =>
        orchestratorReport(review, basename(resolve(path))),
      );
      process.stdout.write(text);
      done(0);
    });
}

const comparing = (command: Command): Command =>
  command
    .argument('[path]', 'folder of the repository', '.')
    .option('--base <ref>', 'branch or commit to compare with (default: origin/HEAD, main or master)')
    .option('--head <ref>', 'commit to review (default: the working tree)')
    .option('--all', 'review everything, not a change')
    .option('--pr-description <file>', 'the argument: judged by the gate as a pull request description');

/** @returns the exit code: 0 clean, 1 findings at or above the level or an incomplete answer */
async function reviewFolder(path: string, options: ReviewOptions): Promise<number> {
  const { review, text, file } = await reviewOf(path, options, (found, head, configuration) =>
    formatted(found, options, head, configuration),
  );
  process.stdout.write(text);
  return exitCode(review, options.failOn, file);
}

/** Reviews a checkout and prints the result while its files are at hand. */
async function reviewOf(
  path: string,
  options: Omit<ReviewOptions, 'format' | 'failOn'>,
  print: (review: Review, head: Snapshot, file: ConfigurationFile) => Promise<string>,
): Promise<{ review: Review; text: string; file: ConfigurationFile }> {
  const folder = resolve(path);
  await assertFolder(folder);
  const body =
    options.prDescription === undefined ? undefined : await readNamed(options.prDescription, 'the description');
  const local = await localReview(folder, {
    ...(options.base === undefined ? {} : { base: options.base }),
    ...(options.head === undefined ? {} : { head: options.head }),
    ...(options.all === undefined ? {} : { all: options.all }),
    ...(body === undefined ? {} : { pull: localPull(body) }),
  });
  try {
    // The configuration of the base branch counts, as on GitHub: a change cannot switch its own review off.
    const { file } = await configurationFor(options.config, readingAt(local.base ?? local.head));
    const review = told(await inPool(local.head, local.base, file, options.view, local.described), file);
    return { review, text: await print(review, local.head, file), file };
  } finally {
    local.close();
  }
}

/** What the configuration does to the result is said with it. */
export const told = (review: Review, { mode, review: rules }: ConfigurationFile): Review => ({
  ...review,
  notes: [
    ...review.notes,
    ...(mode === 'observe'
      ? ['This repository observes (`mode: observe`): everything is reported and nothing fails.']
      : []),
    ...(rules?.scope === 'all' ? ['What was there before counts too (`review.scope: all`).'] : []),
  ],
});

export async function inPool(
  head: Snapshot,
  base: Snapshot | undefined,
  configuration: ConfigurationFile,
  views: readonly View[] | undefined,
  described: string,
): Promise<Review> {
  const progress = progressLine(described);
  const pool = new ReviewPool({
    deadlineMs: 900_000,
    maxGrowthBytes: 6e9,
    verify: postgresVerifier({ url: process.env['VERIFY_DATABASE_URL'] }),
    render: helmRenderer({ path: process.env['PATH'] }),
    // The person at the terminal reaches their own network anyway.
    packageIndex: packageIndexClient({ privateAddresses: true }),
  });
  try {
    return await pool.review({
      head,
      ...(base ? { base } : {}),
      configuration,
      ...(views ? { views } : {}),
      today: new Date().toISOString().slice(0, 10),
      progress: progress.update,
    });
  } finally {
    progress.end();
    await pool.close();
  }
}

export async function formatted(
  whole: Review,
  options: OutputOptions,
  head: Snapshot,
  { review: rules }: ConfigurationFile,
): Promise<string> {
  if (options.format === 'json') return toJson(whole);
  if (options.format === 'sarif') return toSarif(whole, VERSION);
  // People are shown in full whatever counts.
  const review = rules?.scope === 'all' ? { ...whole, findings: whole.findings.map(counting) } : whole;
  if (options.format === 'markdown') return toMarkdown(review);
  const paths = new Set(review.findings.map((finding) => finding.location.path));
  const sources = new Map<string, string[]>();
  for (const path of paths) {
    const bytes = await head.read(path).catch(() => undefined);
    if (bytes && !bytes.subarray(0, 8000).includes(0))
      sources.set(path, Buffer.from(bytes).toString('utf8').split(/\r?\n/));
  }
  // Off a terminal `isTTY` is absent, not false; an absent choice would let CI=true turn colours on.
  const color = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
  return toText(review, { color, source: (path) => sources.get(path), existing: true });
}

const counting = (finding: ReviewedFinding): ReviewedFinding => ({ ...finding, scope: 'caused' });

export function exitCode(review: Review, failOn: Severity, { mode, review: rules }: ConfigurationFile): number {
  if (mode === 'observe') return 0;
  const level = SEVERITIES.indexOf(failOn);
  const counted = review.findings.some(
    ({ scope, severity }) => (scope !== 'existing' || rules?.scope === 'all') && SEVERITIES.indexOf(severity) <= level,
  );
  return counted || review.verdict !== 'pass' ? 1 : 0;
}
