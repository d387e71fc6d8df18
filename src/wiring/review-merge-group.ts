import type { LoadedConfiguration } from '../config/load.js';
import { VIEWS } from '../core/types.js';
import { CheckRun, listOwnChecks } from '../github/check-runs.js';
import { composed, configurationAt } from '../github/configuration.js';
import { pullsOfGroup } from '../github/merge-queue.js';
import type { Situation } from '../github/situation.js';
import { readSnapshots } from '../github/snapshot.js';
import type { Attempt, Job } from '../queue/job.js';
import { publicationOf } from '../report/publication/index.js';
import { configurationTrouble, withUnargued, type Unargued } from '../report/publication/trouble.js';
import type { CheckReport } from '../report/publication/publication.js';
import { concluding } from './conclude.js';
import { evidenceFor, reviewWith, snapshotsOf, waiversOf } from './judge.js';
import type { Session } from './services.js';

type MergeGroup = Extract<Job, { kind: 'merge-group' }>;

/**
 * The tree that a merge queue is about to make, against the queue's base: two changes that were each fine may not be
 * fine together. The argument is demanded on the pull requests; what was waived and measured there counts here too.
 */
export async function reviewMergeGroup(session: Session, group: MergeGroup, attempt: Attempt): Promise<void> {
  const { client, repository, services } = session;
  const existing = await listOwnChecks(client, repository, group.headSha, services.appId);
  const check = await CheckRun.begin(client, repository, group.headSha, existing);
  const log = session.log.child({ head: group.headSha });
  await concluding(check, attempt, log, async () => {
    const report = await judgeGroup(session, group);
    log.info({ conclusion: report.conclusion, requests: session.requests() }, 'reviewed');
    return report;
  });
}

async function judgeGroup(session: Session, group: MergeGroup): Promise<CheckReport> {
  const { client, repository, services } = session;
  const { headSha, baseSha } = group;
  const texts = await configurationAt(client, repository, baseSha);
  const loaded = await composed(client, repository, texts.organisation, texts.own, baseSha);
  const { configuration } = loaded;
  if (!configuration) return configurationTrouble(loaded.problems);
  const numbers = await pullsOfGroup(client, repository, services.appId, group);
  const held = await Promise.all(numbers.map((number) => session.situation(number)));
  const situations = held.filter((one): one is Situation => one !== undefined);
  const evidence = await evidenceFor(session, { runs: situations.flatMap(({ runs }) => runs) }, loaded);
  const snapshots = await readSnapshots(client, { repository, headSha, baseSha, evidence }, services.caches);
  const waivers = await Promise.all(situations.map((situation) => waiversOf(session, situation, configuration)));
  const review = await services.review({
    head: snapshots.head,
    base: snapshots.base,
    configuration: loaded.file,
    waivers: waivers.flat(),
    views: VIEWS.filter((view) => view !== 'dia' && view !== 'plan'),
    today: session.today(),
  });
  const { mode, scope } = configuration;
  const changes = snapshots.head.changes;
  const shown = { review, changes, link: session.lineLink(headSha), draft: true, approve: false, mode, scope };
  const { check } = publicationOf({ ...shown, extra: [noteOn(numbers)] });
  return withUnargued(check, await unarguedOf(session, numbers, held, loaded), mode === 'observe');
}

/** The pull requests whose argument is not made. A check of ours that passed says that it is; anything else is looked at now. */
async function unarguedOf(
  session: Session,
  numbers: readonly number[],
  held: readonly (Situation | undefined)[],
  loaded: LoadedConfiguration,
): Promise<Unargued[]> {
  const found: Unargued[] = [];
  for (const [index, number] of numbers.entries()) {
    const situation = held[index];
    if (!situation) {
      found.push({ number, known: false });
      continue;
    }
    const latest = [...situation.checks].sort((a, b) => a.id - b.id).at(-1);
    // What is only observed passes without an argument, so there its check proves nothing.
    if (latest?.conclusion === 'success' && loaded.configuration?.mode === 'enforce') continue;
    const { gate } = await reviewWith(session, situation, await snapshotsOf(session, situation), loaded, ['dia']);
    if (gate && gate.exemption === undefined && !gate.met) found.push({ number, known: true });
  }
  return found;
}

const noteOn = (numbers: readonly number[]): string =>
  numbers.length === 0
    ? 'The merged tree of a merge queue. Which pull requests it holds could not be read.'
    : `The merged tree of a merge queue, with ${numbers.length === 1 ? 'pull request' : 'pull requests'} ${numbers.join(', ')}. Thesis, antithesis and synthesis are judged there.`;
