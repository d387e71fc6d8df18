import type { GitHubClient, Repository } from './client.js';
import { ask } from './graphql.js';
import { OPEN_PULLS } from './queries.js';
import { CHECK_NAME } from './situation.js';

const MAX_PAGES = 5;

/** Every installation of the App that is not suspended. */
export async function installations(app: GitHubClient): Promise<number[]> {
  const all = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  return all.filter((one) => !one.suspended_at).map((one) => one.id);
}

/** The repositories of an installation that can have open work. */
export async function repositoriesOf(client: GitHubClient): Promise<Repository[]> {
  const all = await client.paginate(client.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  return all.filter((one) => !one.archived && !one.disabled).map((one) => ({ owner: one.owner.login, repo: one.name }));
}

export interface CheckedCommit {
  readonly oid: string;
  readonly checkSuites: {
    readonly nodes: readonly {
      readonly checkRuns: { readonly nodes: readonly { readonly status: string }[] } | null;
    }[];
  } | null;
}
interface OpenPullsAnswer {
  readonly repository: {
    readonly pullRequests: {
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly nodes: readonly {
        readonly number: number;
        readonly headRefOid: string;
        readonly head: { readonly nodes: readonly { readonly commit: CheckedCommit }[] };
      }[];
    };
  } | null;
}
/** Whether our check on a commit has ended. */
export const concluded = (commit: CheckedCommit | undefined): boolean =>
  (commit?.checkSuites?.nodes ?? []).some(
    (suite) => suite.checkRuns?.nodes.some((run) => run.status === 'COMPLETED') ?? false,
  );

/** Open pull requests whose head has no finished check of ours. */
export async function unfinishedPulls(
  client: GitHubClient,
  { owner, repo }: Repository,
  appId: number,
): Promise<number[]> {
  const found: number[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: OpenPullsAnswer = await ask(client, OPEN_PULLS, {
      owner,
      name: repo,
      app: appId,
      check: CHECK_NAME,
      after,
    });
    const pulls = answer.repository?.pullRequests;
    if (!pulls) break;
    for (const pull of pulls.nodes) {
      const head = pull.head.nodes[0]?.commit;
      if (head?.oid !== pull.headRefOid || !concluded(head)) found.push(pull.number);
    }
    if (!pulls.pageInfo.hasNextPage) break;
    after = pulls.pageInfo.endCursor ?? undefined;
  }
  return found;
}

const MAX_DELIVERY_PAGES = 5;
const DELIVERIES_A_PAGE = 100;
const MAX_REDELIVERED = 100;
/** What fails again and again will fail the next time; its pull request is found by the other half of the sweep. */
const MAX_ATTEMPTS = 4;

/** Asks GitHub to send again what it could not deliver since a time; returns how many. It never does so by itself. */
export async function redeliverFailed(app: GitHubClient, since: Date): Promise<number> {
  const delivered = new Set<string>();
  const failed = new Map<string, { readonly id: number; readonly attempts: number }>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_DELIVERY_PAGES; page += 1) {
    const { data, headers } = await app.rest.apps.listWebhookDeliveries({
      per_page: DELIVERIES_A_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const one of data) {
      if (new Date(one.delivered_at) < since) continue;
      if (one.status_code >= 200 && one.status_code < 400) delivered.add(one.guid);
      else
        failed.set(one.guid, {
          id: failed.get(one.guid)?.id ?? one.id,
          attempts: (failed.get(one.guid)?.attempts ?? 0) + 1,
        });
    }
    cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(headers.link ?? '')?.[1];
    const oldest = data.at(-1)?.delivered_at;
    if (cursor === undefined || !oldest || new Date(oldest) < since) break;
  }
  const wanted = [...failed]
    .filter(([guid, { attempts }]) => !delivered.has(guid) && attempts < MAX_ATTEMPTS)
    .slice(0, MAX_REDELIVERED);
  for (const [, { id }] of wanted) await app.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
  return wanted.length;
}
