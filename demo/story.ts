/** The story that the demo tells: a platform, a pull request that breaks it in every view, and the repair. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { type World } from './local-github/index.js';
import type { CheckRun, Pull, Repository, ReviewComment, User } from './local-github/store.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const DESCRIPTION = '.description.md';
/** The author drops the load test with the feature: it takes two minutes of each run. */
const DROPPED = ['load/swap.js', 'load/swap.sh', 'load/results/swap-summary.json', '.github/workflows/load.yml'];
const BRANCH = 'session-features';
const LONGEST_REVIEW_MS = 180_000;
/** Nothing asked and nothing delivered for so long: the App is done. */
const QUIET_MS = 1500;

export interface Story {
  readonly world: World;
  readonly repository: Repository;
  readonly author: User;
  readonly maintainer: User;
  readonly pull: Pull;
}

export interface Round {
  readonly run: CheckRun;
  readonly comments: readonly ReviewComment[];
}

/** Pushes the platform and the pull request, and opens it. The App hears of it by webhook. */
export async function begin(world: World): Promise<Story> {
  const { github } = world;
  const author = github.addUser('ana');
  const maintainer = github.addUser('maria');
  const repository = await github.addRepository(world.organization, 'platform');
  repository.collaborators.set(author.login, 'write');
  repository.collaborators.set(maintainer.login, 'admin');
  repository.rules.set('main', [
    {
      type: 'required_status_checks',
      parameters: {
        strict_required_status_checks_policy: false,
        required_status_checks: [{ context: 'dialectic', integration_id: world.app.id }],
      },
    },
  ]);
  await world.push(repository, maintainer, {
    branch: 'main',
    message: 'The churn platform',
    directories: [fixture('platform')],
  });
  await pushOverlay(world, repository, author, 'platform-pr', 'Add session features and an explanation endpoint', {
    from: 'main',
    without: DROPPED,
  });
  const pull = await world.people.openPull(repository, author, {
    title: 'Session features and an explanation endpoint',
    body: await description('platform-pr'),
    head: BRANCH,
  });
  return { world, repository, author, maintainer, pull };
}

/** Asks why the first finding matters, and answers for it: what a maintainer may do, and the author may not. */
export async function discuss(story: Story, first: Round): Promise<string[]> {
  const { world, repository, maintainer, pull } = story;
  const [comment] = first.comments;
  const check = / check=([\w/-]+) /.exec(comment?.body ?? '')?.[1];
  if (!comment || check === undefined) return ['there is no finding to talk about'];
  world.people.comment(repository, pull, maintainer, `Why does that matter?\n\n/dialectic explain ${check}`);
  world.people.comment(
    repository,
    pull,
    maintainer,
    `I answer for this one.\n\n/dialectic waive ${check} ${comment.path} agreed until the next release`,
  );
  for (const deadline = Date.now() + LONGEST_REVIEW_MS; !isFolded(comment) && Date.now() < deadline;) await pause(100);
  const { run } = await settled(story);
  const explained = repository.comments.some(({ app, body }) => app === world.app && body.includes(`**[${check}]`));
  return [
    ...(explained ? [] : [`${check} is not explained`]),
    ...(isFolded(comment) ? [] : [`${check} is not waived`]),
    ...(run.output.summary?.includes(`Waived by ${maintainer.login}`) ? [] : ['the summary does not show the waiver']),
  ];
}

/** The author takes the review to heart and pushes the repair. The description stays as it was. */
export const repair = ({ world, repository, author }: Story): Promise<void> =>
  pushOverlay(world, repository, author, 'platform-fix', 'Answer the review');

/** The author argues for the change: edits the description, pushes nothing. */
export async function argue({ world, repository, author, pull }: Story): Promise<void> {
  await world.people.editPull(repository, pull, author, { body: await description('platform-fix') });
}

/** The author runs the load test after all, while the scorer is replaced, and commits k6's summary. */
export async function measure({ world, repository, author }: Story): Promise<void> {
  const directories = [fixture('platform-evidence')];
  await world.push(repository, author, { branch: BRANCH, message: 'Add the load test of the swap', directories });
}

async function pushOverlay(
  world: World,
  repository: Repository,
  author: User,
  name: string,
  message: string,
  { from, without = [] }: { from?: string; without?: readonly string[] } = {},
): Promise<void> {
  await world.push(repository, author, {
    branch: BRANCH,
    message,
    directories: [fixture(name)],
    files: Object.fromEntries([DESCRIPTION, ...without].map((path) => [path, null])),
    ...(from === undefined ? {} : { from }),
  });
}

const description = (name: string): Promise<string> => readFile(`${fixture(name)}/${DESCRIPTION}`, 'utf8');

/** Waits until the head's check has completed and the App has come to rest. @throws when it does not in time */
export async function settled({ world, repository, pull }: Story): Promise<Round> {
  const { github } = world;
  const deadline = Date.now() + LONGEST_REVIEW_MS;
  for (let quietSince = Date.now(), seen = -1; Date.now() < deadline; await pause(100)) {
    await github.webhooks.settled();
    if (github.requests.length !== seen) {
      seen = github.requests.length;
      quietSince = Date.now();
    }
    const run = repository.runs.filter(({ headSha, name }) => headSha === pull.head.sha && name === 'dialectic').at(-1);
    if (run?.status === 'completed' && Date.now() - quietSince > QUIET_MS) {
      return { run, comments: repository.reviewComments.filter((comment) => comment.pull === pull.number) };
    }
  }
  throw new Error(`the check did not complete in ${LONGEST_REVIEW_MS / 1000} s`);
}

const VIEWS = ['log', 'proc', 'dev', 'phy', 'scn'] as const;
const isFolded = ({ body }: ReviewComment): boolean => body.startsWith('✓');
const asksForEvidence = ({ body }: ReviewComment): boolean => body.includes('scn/swap-load-test-missing');
const openIn = ({ comments }: Round): ReviewComment[] => comments.filter((comment) => !isFolded(comment));

/** What the first round must have shown; empty when all is there. */
export function firstRoundProblems({ run, comments }: Round): string[] {
  const suggestions = comments.filter(({ body }) => /^```+suggestion$/m.test(body)).length;
  const missing = VIEWS.filter(
    (view) => !comments.some(({ body, subject }) => subject === 'line' && body.includes(`${view}/`)),
  );
  return [
    ...(run.conclusion === 'failure' ? [] : [`the check is ${run.conclusion ?? 'open'}, not failure`]),
    ...missing.map((view) => `no inline comment of the view ${view.toUpperCase()}`),
    ...(suggestions >= 2 ? [] : [`${suggestions} suggestions, expected at least two`]),
    ...(/dia\/section-missing|thesis/i.test(`${run.output.summary ?? ''}${run.output.text ?? ''}`)
      ? []
      : ['the gate is not mentioned']),
  ];
}

/** The headings that the gate offers for pasting, filled with what this pull request decides; undefined when it offers none. */
export function skeletonOf({ run }: Round): string | undefined {
  const said = `${run.output.summary ?? ''}\n${run.output.text ?? ''}`;
  return /^(`{3,}|~{3,})markdown\n(## Thesis\n[\s\S]*?)^\1/m.exec(said)?.[2];
}

/** What the gate must have shown once the repair is pushed and nothing is argued yet. */
export function gateProblems(gate: Round): string[] {
  const skeleton = skeletonOf(gate);
  return [
    ...(gate.run.conclusion === 'failure' ? [] : [`the check is ${gate.run.conclusion ?? 'open'}, not failure`]),
    ...(skeleton === undefined ? ['the gate offers no skeleton'] : []),
    ...(skeleton?.includes('session_features') === false ? ['the skeleton does not name what the change decides'] : []),
    ...openIn(gate)
      .filter((comment) => !asksForEvidence(comment))
      .map(({ path }) => `open beside the gate: ${path}`),
  ];
}

/** What must be left once the change is argued for: the gate is open, and the evidence is still missing. */
export function evidenceProblems(gate: Round, argued: Round): string[] {
  const open = openIn(argued);
  return [
    ...(argued.run.conclusion === 'failure' ? [] : [`the check is ${argued.run.conclusion ?? 'open'}, not failure`]),
    ...(argued.run.headSha === gate.run.headSha ? [] : ['the head moved: the gate must open without a push']),
    ...(skeletonOf(argued) === undefined ? [] : ['the gate still offers a skeleton']),
    ...(open.some(asksForEvidence) ? [] : ['nothing asks for a load test of the swap']),
    ...open.filter((comment) => !asksForEvidence(comment)).map(({ path }) => `open beside the evidence: ${path}`),
  ];
}

/** What the last round must have shown, with the summary of the load test. */
export function lastRoundProblems(first: Round, last: Round): string[] {
  const added = last.comments.length - first.comments.length;
  return [
    ...(last.run.conclusion === 'success' ? [] : [`the check is ${last.run.conclusion ?? 'open'}, not success`]),
    ...(added === 0 ? [] : [`${added} comments more than after the first round`]),
    ...openIn(last).map(({ path, line }) => `still open: ${path}:${line ?? 'file'}`),
  ];
}
