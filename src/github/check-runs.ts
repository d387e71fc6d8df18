import { createHash } from 'node:crypto';
import type { Annotation, CheckReport } from '../report/publication/publication.js';
import { statusOf, type GitHubClient, type Repository } from './client.js';
import { CHECK_NAME, type OwnCheck } from './situation.js';

const ANNOTATIONS_A_REQUEST = 50;

/** Buttons on a finished check run. GitHub's limits: label 20, description 40, identifier 20 characters. */
const ACTIONS = [
  { label: 'Re-run', description: 'Reviews this commit again', identifier: 'rerun' },
  { label: 'Explain blocker', description: 'Says why the first blocker matters', identifier: 'explain' },
];

/** Equal reports have equal digests; kept in the run's external id. */
const digestOf = (report: CheckReport): string =>
  `v1-${createHash('sha256').update(JSON.stringify(report)).digest('hex').slice(0, 40)}`;

/**
 * The check run of one commit: begun, then finished with a report; a report that stands already is not written again.
 * The run that stands is updated where that can make it true. Annotations add up and are never taken back, and a run
 * that has ended cannot be begun again: where a result cannot be told in one update of what stands, it is another run
 * of the same name, which GitHub counts in place of the old one (ADR 9).
 */
export class CheckRun {
  #latest: OwnCheck | undefined;
  /** Its annotations, as far as this process knows without asking. */
  #standing: readonly Annotation[] | undefined;

  private constructor(
    private readonly client: GitHubClient,
    private readonly repository: Repository,
    private readonly headSha: string,
    existing: readonly OwnCheck[],
  ) {
    this.#latest = [...existing].sort((a, b) => a.id - b.id).at(-1);
  }

  /** Shows at once that work goes on; where a result stands already, nothing is written until there is another one. */
  static async begin(
    client: GitHubClient,
    repository: Repository,
    headSha: string,
    existing: readonly OwnCheck[],
  ): Promise<CheckRun> {
    const run = new CheckRun(client, repository, headSha, existing);
    if (!run.#latest) {
      const id = await run.#create({ status: 'in_progress', started_at: new Date().toISOString() });
      run.#latest = { id, completed: false, digest: undefined, conclusion: undefined };
      run.#standing = [];
    }
    return run;
  }

  /** Ends the run with the report. True when something was written. */
  async finish(report: CheckReport): Promise<boolean> {
    const digest = digestOf(report);
    if (this.#latest?.completed && this.#latest.digest === digest) return false;
    const { id, standing, missing } = await this.#target(report.annotations);
    const { title, summary, text } = report;
    const batches = chunks(missing, ANNOTATIONS_A_REQUEST);
    let expected = standing;
    // The conclusion comes with the last batch: completed means whole.
    for (const [index, annotations] of batches.entries()) {
      const last = index === batches.length - 1;
      expected += annotations.length;
      const output = { title, summary, ...(text === undefined ? {} : { text }), annotations: [...annotations] };
      const end = {
        status: 'completed' as const,
        conclusion: report.conclusion,
        external_id: digest,
        actions: ACTIONS,
      };
      await this.#update(
        id,
        { output, ...(last ? end : {}) },
        ({ external_id: written, output: { annotations_count } }) =>
          last ? written === digest : annotations_count >= expected,
      );
    }
    this.#latest = { id, completed: true, digest, conclusion: report.conclusion };
    this.#standing = report.annotations;
    return true;
  }

  /** The run that can tell this, and which annotations it lacks. */
  async #target(wanted: readonly Annotation[]): Promise<Target> {
    const latest = this.#latest;
    if (latest) {
      const standing = this.#standing ?? (await this.#annotations(latest.id));
      const missing = difference(wanted, standing);
      const allHold = standing.length + missing.length === wanted.length;
      if (allHold && (!latest.completed || missing.length <= ANNOTATIONS_A_REQUEST))
        return { id: latest.id, standing: standing.length, missing };
      // What a crash left half told would stay in progress for ever.
      if (!latest.completed) await this.#update(latest.id, { status: 'completed', conclusion: 'cancelled' });
    }
    return { id: await this.#create({ status: 'in_progress' }), standing: 0, missing: wanted };
  }

  async #annotations(id: number): Promise<Annotation[]> {
    const { checks } = this.client.rest;
    const found = await this.client.paginate(checks.listAnnotations, {
      ...this.repository,
      check_run_id: id,
      per_page: 100,
    });
    return found as Annotation[];
  }

  async #create(fields: { status: 'in_progress' | 'queued'; started_at?: string }): Promise<number> {
    try {
      const { data } = await this.client.rest.checks.create({
        ...this.repository,
        name: CHECK_NAME,
        head_sha: this.headSha,
        ...fields,
      });
      return data.id;
    } catch (error) {
      if ((statusOf(error) ?? 0) < 500) throw error;
      // It may have been made all the same.
      const made = (await listOwnChecks(this.client, this.repository, this.headSha)).find((one) => !one.completed);
      if (!made) throw error;
      return made.id;
    }
  }

  /** @param landed tells from the run itself that an update was done though its answer was an error */
  async #update(id: number, fields: object, landed: (run: Shown) => boolean = () => false): Promise<void> {
    const { checks } = this.client.rest;
    const where = { ...this.repository, check_run_id: id };
    const write = () => checks.update({ ...where, name: CHECK_NAME, ...fields });
    try {
      await write();
    } catch (error) {
      if ((statusOf(error) ?? 0) < 500) throw error;
      const { data } = await checks.get(where);
      if (!landed(data)) await write();
    }
  }
}

/** Of GitHub's own view of a run, what tells whether an update arrived. */
interface Shown {
  readonly external_id: string | null;
  readonly output: { readonly annotations_count: number };
}

interface Target {
  readonly id: number;
  /** How many annotations it has. */
  readonly standing: number;
  readonly missing: readonly Annotation[];
}

/** What is wanted and does not stand; equal ones are counted. */
function difference(wanted: readonly Annotation[], standing: readonly Annotation[]): Annotation[] {
  const left = standing.map(keyOf);
  return wanted.filter((annotation) => {
    const at = left.indexOf(keyOf(annotation));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const keyOf = ({ path, start_line, end_line, annotation_level, message, title }: Annotation): string =>
  JSON.stringify([path, start_line, end_line, annotation_level, message, title]);

/** Our check runs on a commit. A token sees all apps' runs; the name is ours, and `app` narrows it down where it is known. */
export async function listOwnChecks(
  client: GitHubClient,
  repository: Repository,
  ref: string,
  appId?: number,
): Promise<OwnCheck[]> {
  const { data } = await client.rest.checks.listForRef({
    ...repository,
    ref,
    check_name: CHECK_NAME,
    filter: 'latest',
    ...(appId === undefined ? {} : { app_id: appId }),
  });
  return data.check_runs.map((run) => ({
    id: run.id,
    completed: run.status === 'completed',
    digest: run.external_id ?? undefined,
    conclusion: run.conclusion ?? undefined,
  }));
}

/** Marks a commit's check as asked for again, so that the next review writes its result even if it is the same. */
export async function requeueCheck(client: GitHubClient, repository: Repository, headSha: string): Promise<void> {
  await client.rest.checks.create({ ...repository, name: CHECK_NAME, head_sha: headSha, status: 'queued' });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < items.length; at += size) result.push(items.slice(at, at + size));
  return result.length > 0 ? result : [[]];
}
