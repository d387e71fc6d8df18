import { elsewhere, extendedBy, type LoadedConfiguration } from '../config/load.js';
import { configurationFrom, type Configuration } from '../config/configuration.js';
import { DESCRIPTION_PATH } from '../core/pull-request.js';
import type { Review } from '../core/review.js';
import type { Snapshot, View } from '../core/types.js';
import { evidenceOf, NO_EVIDENCE, type Evidence } from '../github/artifacts.js';
import { waiversIn } from '../github/commands.js';
import { composed, effectiveConfiguration, type ComposedConfiguration } from '../github/configuration.js';
import { CONFIGURATION_PATH, type Situation } from '../github/situation.js';
import { readSnapshots, type Snapshots } from '../github/snapshot.js';
import { publicationOf } from '../report/publication/index.js';
import type { CheckReport, Publication } from '../report/publication/publication.js';
import { configurationTrouble, problemItem } from '../report/publication/trouble.js';
import { plural } from '../report/counts.js';
import { codeSpan } from '../report/markdown.js';
import type { Waiver } from '../reviewers/excuses.js';
import type { Session } from './services.js';

export interface Judged {
  readonly number: number;
  readonly report: CheckReport;
  /** Undefined when the configuration was not valid: then nothing is said on the pull request itself. */
  readonly publication: Publication | undefined;
  readonly review: Review | undefined;
}

/** Reads, reviews and words one pull request at the head that `situation` names. Writes nothing. */
export async function judge(session: Session, situation: Situation, signal?: AbortSignal): Promise<Judged> {
  const { number } = situation.pull;
  const base = await effectiveConfiguration(session.client, session.repository, situation);
  const snapshots = await snapshotsOf(session, situation, await evidenceFor(session, situation, base));
  const proposed = await proposedConfiguration(session, situation, snapshots.head);
  const { loaded, extra } = inForce(base, proposed);
  if (!loaded.configuration) {
    const report = configurationTrouble(loaded.problems);
    return { number, report, publication: undefined, review: undefined };
  }
  const review = await reviewWith(session, situation, snapshots, loaded, undefined, signal);
  const preview = proposed
    ? await previewOf(session, situation, snapshots, review, withPowersOf(loaded, proposed))
    : [];
  const publication = publicationOf({
    review,
    changes: snapshots.head.changes,
    showsLines: (path) => snapshots.shown.has(path),
    link: linkFor(session, situation),
    draft: situation.pull.draft,
    approve: loaded.configuration.approve,
    mode: loaded.configuration.mode,
    scope: loaded.configuration.scope,
    extra: [...extra, ...preview],
  });
  return { number, report: publication.check, publication, review };
}

/** @param evidence what workflow runs on the head uploaded; the gate alone needs none */
export const snapshotsOf = (
  session: Session,
  situation: Situation,
  evidence: Evidence = NO_EVIDENCE,
): Promise<Snapshots> =>
  readSnapshots(
    session.client,
    {
      repository: session.repository,
      headSha: situation.headSha,
      baseSha: situation.baseSha,
      pull: situation.pull,
      changedFiles: situation.changedFiles,
      evidence,
    },
    session.services.caches,
  );

/** Evidence from workflow runs on the head, as far as the configuration in force wants it. */
export async function evidenceFor(
  { client, repository, services }: Session,
  { runs }: Pick<Situation, 'runs'>,
  { configuration }: LoadedConfiguration,
): Promise<Evidence> {
  if (!configuration || runs.length === 0) return NO_EVIDENCE;
  const { artifacts } = configuration.settings.scenarios;
  return evidenceOf(client, repository, runs, artifacts, services.caches.artifacts);
}

/** Runs the engine under a configuration, with the waivers that the discussion holds. */
export async function reviewWith(
  session: Session,
  situation: Situation,
  snapshots: Snapshots,
  { file, configuration }: LoadedConfiguration,
  views?: readonly View[],
  signal?: AbortSignal,
): Promise<Review> {
  const waivers = await waiversOf(session, situation, configuration);
  return session.services.review({
    head: snapshots.head,
    base: snapshots.base,
    configuration: file,
    waivers,
    ...(views ? { views } : {}),
    ...(signal ? { signal } : {}),
    today: session.today(),
  });
}

/** The waivers that stand in the discussion of a pull request. */
export const waiversOf = (
  session: Session,
  situation: Situation,
  configuration: Configuration | undefined,
): Promise<Waiver[]> =>
  waiversIn(situation.comments, {
    pullAuthor: situation.pull.author,
    allowAuthor: configuration?.allowAuthorWaivers ?? false,
    mayWrite: session.mayWrite,
  });

/** The description has no line to link to: the pull request itself is meant. */
export function linkFor(session: Session, situation: Situation): (path: string, line: number) => string {
  const { owner, repo } = session.repository;
  const lines = session.lineLink(situation.headSha);
  return (path, line) =>
    path === DESCRIPTION_PATH
      ? `${session.services.webUrl}/${owner}/${repo}/pull/${situation.pull.number}`
      : lines(path, line);
}

interface InForce {
  readonly loaded: LoadedConfiguration;
  readonly extra: readonly string[];
}

/** The base branch's configuration counts. Where it is broken, the change that repairs it is judged by the defaults, or nobody could merge it. */
function inForce(base: LoadedConfiguration, proposed: LoadedConfiguration | undefined): InForce {
  if (base.configuration || !proposed?.configuration) return { loaded: base, extra: [] };
  return {
    loaded: { ...base, file: {}, configuration: configurationFrom({}), problems: [] },
    extra: [
      'The configuration on the base branch is not valid and this change repairs it; it was judged by the defaults.',
    ],
  };
}

async function proposedConfiguration(
  session: Session,
  situation: Situation,
  head: Snapshot,
): Promise<ComposedConfiguration | undefined> {
  const change = head.changes.find((one) => one.path === CONFIGURATION_PATH);
  if (!change) return undefined;
  const text =
    change.status === 'removed' ? undefined : Buffer.from(await head.read(CONFIGURATION_PATH)).toString('utf8');
  // What this App may read, the author of a pull request may not: problems of a file quote it.
  const named = new Set(extendedBy(situation.configuration));
  const mayRead = (target: string): boolean => elsewhere(target) === undefined || named.has(target);
  return composed(session.client, session.repository, situation.organisation, text, situation.headSha, mayRead);
}

/**
 * What reaches beyond reading files is never a pull request's choice: which address this server connects to, whether it runs
 * SQL, whether it starts a program. There the base branch's word stays.
 */
function withPowersOf(base: LoadedConfiguration, proposed: ComposedConfiguration): ComposedConfiguration {
  const { development, logical, physical } = base.file;
  const file = {
    ...proposed.file,
    development: { ...proposed.file.development, packageIndex: development?.packageIndex },
    logical: { ...proposed.file.logical, verify: logical?.verify },
    physical: { ...proposed.file.physical, helm: physical?.helm },
  };
  return { ...proposed, file };
}

/** What a changed configuration would bring about; it judges nothing before it is on the base branch. */
async function previewOf(
  session: Session,
  situation: Situation,
  snapshots: Snapshots,
  review: Review,
  proposed: ComposedConfiguration,
): Promise<string[]> {
  const title = '### This change alters the configuration';
  if (proposed.withheld.length > 0)
    return [
      `${title}\n\nIt extends ${proposed.withheld.map((target) => codeSpan(target)).join(', ')}. A file of another repository is read only where the base branch names it, so what the new configuration would bring about is not known.`,
    ];
  if (!proposed.configuration)
    return [
      `${title}\n\nThe new one is **not valid**; once merged, every check would end in \`action_required\`:\n\n${proposed.problems.map(problemItem).join('\n')}`,
    ];
  const after = await reviewWith(session, situation, snapshots, proposed);
  const counted = (one: Review, configuration: Configuration): Map<string, string> =>
    new Map(
      one.findings
        .filter((finding) => finding.scope !== 'existing' || configuration.scope === 'all')
        .map((finding) => [finding.fingerprint, finding.severity]),
    );
  const before = counted(review, proposed.configuration);
  const then = counted(after, proposed.configuration);
  const changed = [...new Set([...before.keys(), ...then.keys()])].filter((key) => before.get(key) !== then.get(key));
  const verdict =
    review.verdict === after.verdict
      ? `would stay **${after.verdict}**`
      : `would be **${after.verdict}** instead of **${review.verdict}**`;
  return [
    `${title}\n\nThe one on the base branch judged this review. Under the new one the verdict ${verdict}, and ${plural(changed.length, 'finding')} would appear, vanish or weigh differently.`,
  ];
}
