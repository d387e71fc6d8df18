import { statusOf, messageOf, type GitHubClient, type Repository } from './client.js';
import { EVENTS, PERMISSIONS } from './manifest.js';
import { CHECK_NAME } from './situation.js';

/** One thing that was looked at. */
export interface Diagnosis {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly message: string;
  /** What to change, and where. */
  readonly remedy?: string;
}

const RANK = { read: 1, write: 2, admin: 3 } as const;
const enough = (has: string | undefined, wanted: string): boolean =>
  (RANK[has as keyof typeof RANK] ?? 0) >= RANK[wanted as keyof typeof RANK];

/** The App as GitHub knows it: permissions, events, webhook address, deliveries that failed. */
export async function diagnoseApp(app: GitHubClient, now: Date): Promise<Diagnosis[]> {
  const { data } = await app.rest.apps.getAuthenticated();
  if (!data)
    return [
      {
        level: 'fail',
        subject: 'App',
        message: 'GitHub does not know this App.',
        remedy: 'Check APP_ID and PRIVATE_KEY.',
      },
    ];
  const permissions = data.permissions as Record<string, string | undefined>;
  const settings = `the App's settings (${data.html_url}), Permissions & events`;
  return [
    ...Object.entries(PERMISSIONS).map(([name, wanted]) =>
      enough(permissions[name], wanted)
        ? ok('permission', `${name}: ${wanted}`)
        : fail(
            'permission',
            `${name}: ${wanted} is missing${permissions[name] ? ` (it is ${permissions[name]})` : ''}.`,
            `Grant it in ${settings}; then the owners of every installation are asked to accept.`,
          ),
    ),
    ...EVENTS.map((event) =>
      data.events.includes(event)
        ? ok('event', event)
        : fail('event', `${event} is not subscribed.`, `Tick it in ${settings}.`),
    ),
    ...(await webhook(app)),
    ...(await deliveries(app, now)),
  ];
}

const ok = (subject: string, message: string): Diagnosis => ({ level: 'ok', subject, message });
const warn = (subject: string, message: string, remedy: string): Diagnosis => ({
  level: 'warn',
  subject,
  message,
  remedy,
});
const fail = (subject: string, message: string, remedy: string): Diagnosis => ({
  level: 'fail',
  subject,
  message,
  remedy,
});

async function webhook(app: GitHubClient): Promise<Diagnosis[]> {
  const { data } = await app.rest.apps.getWebhookConfigForApp();
  const address = data.url ?? '';
  const remedy = "Set it to https://<your host>/api/github/webhooks in the App's settings.";
  if (address === '') return [fail('webhook', 'No webhook address is set.', remedy)];
  const found = [ok('webhook', address)];
  if (data.insecure_ssl === '1' || data.insecure_ssl === 1)
    found.push(warn('webhook', 'GitHub does not verify the certificate of the address.', 'Enable SSL verification.'));
  if (!data.secret)
    found.push(
      fail('webhook', 'No secret is set: anybody could send webhooks.', 'Set one, and WEBHOOK_SECRET to the same.'),
    );
  return found;
}

async function deliveries(app: GitHubClient, now: Date): Promise<Diagnosis[]> {
  const { data } = await app.rest.apps.listWebhookDeliveries({ per_page: 100 });
  const recent = data.filter((one) => now.getTime() - new Date(one.delivered_at).getTime() < 3 * 24 * 3600 * 1000);
  const delivered = new Set(
    recent.filter((one) => one.status_code >= 200 && one.status_code < 400).map((one) => one.guid),
  );
  const failed = recent.filter((one) => !delivered.has(one.guid));
  if (failed.length === 0) return [ok('deliveries', `${recent.length} of the last three days arrived`)];
  return [
    warn(
      'deliveries',
      `${failed.length} of ${recent.length} deliveries failed, the last with "${failed[0]?.status ?? ''}".`,
      'Is the address reachable from GitHub? The App asks for them again at its next start or sweep.',
    ),
  ];
}

/** The App as its installations have it: a permission that was added later counts only where the owner accepted it. */
export async function diagnoseInstallations(app: GitHubClient): Promise<Diagnosis[]> {
  const all = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  return all.flatMap(({ account, permissions, suspended_at: suspended, html_url: page }) => {
    const subject = `installation ${account?.login ?? '(unknown)'}`;
    if (suspended) return [warn(subject, 'It is suspended: nothing is reviewed there.', `Look at ${page}.`)];
    const held = permissions as Record<string, string | undefined>;
    const missing = Object.entries(PERMISSIONS).filter(([name, wanted]) => !enough(held[name], wanted));
    if (missing.length === 0) return [ok(subject, 'it has every permission')];
    const names = missing.map(([name, wanted]) => `${name}: ${wanted}`).join(', ');
    return [fail(subject, `It lacks ${names}.`, `Its owner accepts new permissions at ${page}.`)];
  });
}

/** A repository's default branch: is the check required, from this App, and does a merge queue get its answer? */
export async function diagnoseRepository(
  client: GitHubClient,
  repository: Repository,
  appId: number,
): Promise<Diagnosis[]> {
  const { data } = await client.rest.repos.get({ ...repository });
  const branch = data.default_branch;
  const subject = `${repository.owner}/${repository.repo} ${branch}`;
  try {
    const rules = await client.paginate(client.rest.repos.getBranchRules, { ...repository, branch, per_page: 100 });
    const required: RequiredCheck[] = [
      ...rules.flatMap((rule) =>
        rule.type === 'required_status_checks' ? (rule.parameters?.required_status_checks ?? []) : [],
      ),
      ...(await protectedBy(client, repository, branch)),
    ];
    return [requirement(subject, required, appId), ...queueReadiness(subject, rules, required)];
  } catch (error) {
    if (statusOf(error) !== 403 && statusOf(error) !== 404) throw error;
    return [
      warn(
        subject,
        `The branch rules could not be read: ${messageOf(error)}.`,
        'Look at them in the settings of the repository.',
      ),
    ];
  }
}

interface RequiredCheck {
  readonly context: string;
  readonly integration_id?: number;
}

/** What branch protection requires: older than rulesets, kept apart from them, and shown with the branch itself. */
async function protectedBy(client: GitHubClient, repository: Repository, branch: string): Promise<RequiredCheck[]> {
  const { data } = await client.rest.repos.getBranch({ ...repository, branch });
  const checks = data.protection.required_status_checks?.checks ?? [];
  return checks.map(({ context, app_id }) => ({ context, ...(app_id === null ? {} : { integration_id: app_id }) }));
}

function requirement(subject: string, required: readonly RequiredCheck[], appId: number): Diagnosis {
  const ours = required.filter((check) => check.context === CHECK_NAME);
  const where = 'Settings → Rules → Rulesets → Require status checks to pass';
  if (ours.length === 0)
    return warn(
      subject,
      `\`${CHECK_NAME}\` is not required: pull requests can be merged whatever it says.`,
      `Add it under ${where}.`,
    );
  if (ours.some((check) => check.integration_id === appId))
    return ok(subject, `\`${CHECK_NAME}\` is required from this App`);
  return warn(
    subject,
    `\`${CHECK_NAME}\` is required from any source: another App or workflow could report it.`,
    `Choose this App as its source under ${where}.`,
  );
}

function queueReadiness(
  subject: string,
  rules: readonly { readonly type: string }[],
  required: readonly RequiredCheck[],
): Diagnosis[] {
  if (!rules.some((rule) => rule.type === 'merge_queue')) return [];
  return required.some((check) => check.context === CHECK_NAME)
    ? [ok(subject, 'the merge queue waits for the check, and the App answers merge_group')]
    : [
        warn(
          subject,
          'The branch has a merge queue that does not wait for the check.',
          'Require it, so that the merged tree is judged.',
        ),
      ];
}
