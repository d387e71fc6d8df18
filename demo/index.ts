/**
 * `npm run demo`: a local GitHub, the real App beside it, and a pull request that goes from red to green.
 * `npm run demo -- --exit` ends by itself: 0 when all rounds went as they should.
 */
import { parseArgs } from 'node:util';
import { createInterface } from 'node:readline/promises';
import { type AppProcess, startApp } from './app-process.js';
import { startLocalGitHub, type World } from './local-github/index.js';
import { fullName } from './local-github/represent.js';
import { pages, type Stage } from './page/pages.js';
import {
  argue,
  begin,
  discuss,
  evidenceProblems,
  firstRoundProblems,
  gateProblems,
  lastRoundProblems,
  measure,
  repair,
  type Round,
  settled,
  skeletonOf,
  type Story,
} from './story.js';
import { say, showRound, showSkeleton, step } from './terminal.js';

const FIRST_PORT = 4600;
const PORTS_TRIED = 20;

const HELP = `Usage: npm run demo [-- --exit] [-- --port N]

  --exit    play all rounds and end: 0 when they went as they should, 1 otherwise
  --port N  port of the page (default: the first free one from ${FIRST_PORT})`;

interface Options {
  readonly exit: boolean;
  readonly port: number | undefined;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      exit: { type: 'boolean', default: false },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new UsageProblem(`--port takes a number up to 65535, not "${values.port ?? ''}"`);
  return { exit: values.exit, port };
}

class UsageProblem extends Error {}

/** The wanted port, or the first free one from the usual. */
async function openWorld(wanted: number | undefined, stage: () => Stage | undefined): Promise<World> {
  const candidates =
    wanted === undefined ? [...Array.from({ length: PORTS_TRIED }, (_, index) => FIRST_PORT + index), 0] : [wanted];
  for (const port of candidates) {
    try {
      return await startLocalGitHub({ port, pages: pages(stage) });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
  throw new UsageProblem(`port ${wanted ?? FIRST_PORT} is in use; choose another with --port`);
}

async function play({ exit, port }: Options, cleanUp: (() => Promise<void>)[]): Promise<number> {
  const shown: { stage?: Stage } = {};
  step('Starting a local GitHub');
  const world = await openWorld(port, () => shown.stage);
  cleanUp.push(() => world.close());
  step('Starting the App (Probot) with a generated key and webhook secret');
  const app = await startApp(world);
  cleanUp.push(() => app.close());
  step('Pushing the example platform, and a pull request that breaks something in every view');
  const story = await begin(world);
  const stage: Stage = { world, people: [story.author, story.maintainer] };
  shown.stage = stage;
  say(`  ${pageOf(story)}`);
  const first = await settled(story).catch((error: unknown) => explain(error, app));
  showRound('First round', story.pull, first.run, first.comments);
  const problems = firstRoundProblems(first);
  step('A maintainer asks why the first finding matters, and answers for it');
  problems.push(...(await discuss(story, first).catch((error: unknown) => explain(error, app))));
  if (exit)
    return conclude(story, app, [
      ...problems,
      ...(await playAll(story, first).catch((error: unknown) => explain(error, app))),
    ]);
  report(problems);
  await explore(story, first, stage);
  return 0;
}

const pageOf = ({ world, repository, pull }: Story): string =>
  `${world.server.url}/${fullName(repository)}/pull/${pull.number}`;

/** A deed of the author, what the App makes of it, and what is wrong with that. */
interface Chapter {
  readonly label: string;
  readonly hint: string;
  readonly says: string;
  readonly title: string;
  readonly act: (story: Story) => Promise<void>;
  /** @param rounds all so far, this one last */
  readonly problems: (rounds: readonly Round[]) => string[];
}

const round = (rounds: readonly Round[], index: number): Round => {
  const found = rounds.at(index);
  if (!found) throw new Error(`there is no round ${index}`);
  return found;
};

/** What follows the first round. */
const CHAPTERS: readonly Chapter[] = [
  {
    label: 'Push the repair',
    hint: 'The author answers the review with a commit. The description still argues for nothing.',
    says: 'The author pushes the repair, and argues for nothing yet',
    title: 'The gate, and no evidence',
    act: repair,
    problems: (rounds) => gateProblems(round(rounds, -1)),
  },
  {
    label: 'Edit the description',
    hint: 'Thesis, antithesis and synthesis, and no push: only the gate looks again.',
    says: 'The author fills it in: edits the description, pushes nothing',
    title: 'Argued, and no evidence',
    act: argue,
    problems: (rounds) => evidenceProblems(round(rounds, -2), round(rounds, -1)),
  },
  {
    label: 'Add the summary of k6',
    hint: 'The load test ran while the scorer was replaced; its result goes into the pull request.',
    says: 'The author runs the load test during the swap, and commits the summary of k6',
    title: 'Last round',
    act: measure,
    problems: (rounds) => lastRoundProblems(round(rounds, 0), round(rounds, -1)),
  },
];

async function playChapter(story: Story, chapter: Chapter, rounds: Round[]): Promise<string[]> {
  step(chapter.says);
  await chapter.act(story);
  const result = await settled(story);
  rounds.push(result);
  showRound(chapter.title, story.pull, result.run, result.comments);
  if (chapter.act === repair) showSkeleton(skeletonOf(result));
  return chapter.problems(rounds);
}

async function playAll(story: Story, first: Round): Promise<string[]> {
  const rounds = [first];
  const problems: string[] = [];
  for (const chapter of CHAPTERS) problems.push(...(await playChapter(story, chapter, rounds)));
  return problems;
}

/** Leaves the page to people until they end the demo. */
async function explore(story: Story, first: Round, stage: Stage): Promise<void> {
  const rounds = [first];
  const offer = ([chapter, ...rest]: readonly Chapter[]): void => {
    if (!chapter) return;
    const { label, hint } = chapter;
    const run = async (): Promise<void> => {
      delete stage.next;
      report(await playChapter(story, chapter, rounds));
      offer(rest);
    };
    stage.next = { label, hint, run: async () => void run() };
  };
  offer(CHAPTERS);
  say(`\nLook at ${pageOf(story)}`);
  say(
    `Comment there, try commands, press buttons. Enter goes on: ${CHAPTERS.map(({ label }) => label.toLowerCase()).join(', ')}; Ctrl-C ends.`,
  );
  const terminal = createInterface({ input: process.stdin });
  terminal.on('line', () => void stage.next?.run());
  await new Promise((resolve) => terminal.once('close', resolve));
}

function lastWords({ log }: AppProcess): string {
  return `The App's last words:\n${log.slice(-15).join('\n')}`;
}

function explain(error: unknown, app: AppProcess): never {
  throw new Error(`${error instanceof Error ? error.message : String(error)}\n${lastWords(app)}`, { cause: error });
}

function report(problems: readonly string[]): void {
  for (const problem of problems) say(`✘ ${problem}`);
}

function conclude({ world }: Story, app: AppProcess, problems: readonly string[]): number {
  const all = [
    ...problems,
    ...world.github.violations.map((violation) => `against GitHub's description: ${violation}`),
  ];
  report(all);
  if (all.length > 0) say(`\n${lastWords(app)}`);
  say(all.length === 0 ? '\nAll rounds went as they should.' : '\nThe demo did not go as it should.');
  return all.length === 0 ? 0 : 1;
}

const cleanUp: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;
/** In reverse order, once, whoever asks first. */
const end = (): Promise<void> =>
  (ending ??= (async () => {
    for (const close of cleanUp.splice(0).reverse()) await close().catch((error: unknown) => say(String(error)));
  })());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)));
try {
  process.exitCode = await play(options(), cleanUp);
} catch (error) {
  process.exitCode = error instanceof UsageProblem ? 2 : 1;
  say(
    `demo: ${error instanceof UsageProblem ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
}
await end();
process.exit();
