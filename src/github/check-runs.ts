import { createHash } from 'node:crypto';
import type { CheckReport } from '../report/publication/publication.js';
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

/** The check run of one commit: begun, then finished with a report; a report that stands already is not written again. */
export class CheckRun {
  #open: number | undefined;
  readonly #standing: string | undefined;

  private constructor(
    private readonly client: GitHubClient,
    private readonly repository: Repository,
    private readonly headSha: string,
    existing: readonly OwnCheck[],
  ) {
    const latest = [...existing].sort((a, b) => a.id - b.id).at(-1);
    this.#open = latest && !latest.completed ? latest.id : undefined;
    this.#standing = latest?.completed ? latest.digest : undefined;
    this.fresh = latest === undefined;
  }

  private readonly fresh: boolean;

  /** Shows at once that work goes on; where a result stands already, nothing is written until there is another one. */
  static async begin(
    client: GitHubClient,
    repository: Repository,
    headSha: string,
    existing: readonly OwnCheck[],
  ): Promise<CheckRun> {
    const run = new CheckRun(client, repository, headSha, existing);
    if (run.fresh) run.#open = await run.#create({ status: 'in_progress', started_at: new Date().toISOString() });
    return run;
  }

  /** Ends the run with the report. True when something was written. */
  async finish(report: CheckReport): Promise<boolean> {
    const digest = digestOf(report);
    if (this.#open === undefined && this.#standing === digest) return false;
    const batches = chunks(report.annotations, ANNOTATIONS_A_REQUEST);
    // Annotations of an ended run would be kept beside the new ones: another result is another run.
    this.#open ??= await this.#create({ status: 'in_progress' });
    // The conclusion comes with the last batch: completed means whole.
    for (const [index, annotations] of batches.entries()) {
      const last = index === batches.length - 1;
      await this.#update(this.#open, {
        output: {
          title: report.title,
          summary: report.summary,
          ...(report.text === undefined ? {} : { text: report.text }),
          annotations: [...annotations],
        },
        ...(last
          ? { status: 'completed' as const, conclusion: report.conclusion, external_id: digest, actions: ACTIONS }
          : {}),
      });
    }
    this.#open = undefined;
    return true;
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

  async #update(id: number, fields: object): Promise<void> {
    const parameters = { ...this.repository, check_run_id: id, name: CHECK_NAME, ...fields };
    try {
      await this.client.rest.checks.update(parameters);
    } catch (error) {
      if ((statusOf(error) ?? 0) < 500) throw error;
      const standing = (await listOwnChecks(this.client, this.repository, this.headSha)).find((one) => one.id === id);
      const wanted = 'external_id' in fields ? fields.external_id : undefined;
      if (wanted === undefined || standing?.digest !== wanted) await this.client.rest.checks.update(parameters);
    }
  }
}

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
