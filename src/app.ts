import type { Context, Probot } from 'probot';
import { commandsIn } from './github/commands.js';
import type { EVENTS } from './github/manifest.js';
import { CHECK_NAME, CONFIGURATION_PATH } from './github/situation.js';
import { offersFor } from './models/plan/index.js';
import type { Job, JobQueue, Place } from './queue/job.js';

type Event<Name extends (typeof EVENTS)[number]> = Context<Name>['payload'];

/** The whole Probot app: every event becomes jobs, the jobs go to the queue, and GitHub gets its answer. */
export const app =
  (queue: Pick<JobQueue, 'add'>, appId: number) =>
  (probot: Probot): void => {
    probot.onAny(async (event) => {
      const jobs = jobsOf(event, appId);
      for (const job of jobs) await queue.add(job);
      const repository = 'repository' in event.payload ? event.payload.repository?.full_name : undefined;
      probot.log.info(
        {
          delivery: event.id,
          event: event.name,
          action: 'action' in event.payload ? event.payload.action : undefined,
          repository,
          jobs: jobs.map((job) => job.kind),
        },
        'webhook',
      );
    });
  };

/** What a delivery asks for; nothing for what is not ours. A pure function of the payload. */
export function jobsOf(event: { readonly name: string; readonly payload: unknown }, appId: number): Job[] {
  const place = placeOf(event.payload);
  if (!place) return [];
  switch (event.name) {
    case 'pull_request':
      return pullRequest(event.payload as Event<'pull_request'>, place);
    case 'issues':
      return issues(event.payload as Event<'issues'>, place);
    case 'issue_comment':
      return issueComment(event.payload as Event<'issue_comment'>, place);
    case 'check_run':
      return checkRun(event.payload as Event<'check_run'>, place, appId);
    case 'check_suite':
      return checkSuite(event.payload as Event<'check_suite'>, place, appId);
    case 'merge_group':
      return mergeGroup(event.payload as Event<'merge_group'>, place);
    case 'push':
      return push(event.payload as Event<'push'>, place);
    case 'workflow_run':
      return workflowRun(event.payload as Event<'workflow_run'>, place);
    default:
      return [];
  }
}

/** Undefined where the delivery is not of an installation, or not about a repository. */
function placeOf(payload: unknown): Place | undefined {
  const { installation, repository } = payload as {
    installation?: { id: number };
    repository?: { name: string; owner: { login: string } };
  };
  if (!installation || !repository) return undefined;
  return { installationId: installation.id, owner: repository.owner.login, repo: repository.name };
}

const PULL_ACTIONS = new Set(['opened', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft']);

function pullRequest(payload: Event<'pull_request'>, place: Place): Job[] {
  const edited =
    payload.action === 'edited' &&
    (payload.changes.body !== undefined || payload.changes.base !== undefined || payload.changes.title !== undefined);
  const { number } = payload.pull_request;
  const review: Job[] = PULL_ACTIONS.has(payload.action) || edited ? [{ kind: 'review', ...place, number }] : [];
  return asks(payload, payload.pull_request) ? [...review, { kind: 'offer', ...place, number, issue: false }] : review;
}

function issues(payload: Event<'issues'>, place: Place): Job[] {
  const { number } = payload.issue;
  return asks(payload, payload.issue) ? [{ kind: 'offer', ...place, number, issue: true }] : [];
}

interface Opened {
  readonly title: string;
  readonly body?: string | null;
  readonly user?: { readonly type?: string } | null;
  readonly labels?: readonly ({ readonly name: string } | null)[];
}

/** Whether what is opened or labelled has one of the planner's words; whether that is wanted stands in the configuration. */
function asks(
  payload: { readonly action: string; readonly label?: { readonly name: string } | null },
  it: Opened,
): boolean {
  if (it.user?.type === 'Bot') return false;
  if (payload.action === 'labeled') return offersFor(payload.label?.name ?? '').length > 0;
  const words = [it.title, it.body ?? '', ...(it.labels ?? []).map((label) => label?.name ?? '')];
  return payload.action === 'opened' && offersFor(words.join('\n')).length > 0;
}

function issueComment(payload: Event<'issue_comment'>, place: Place): Job[] {
  const { comment, issue, sender } = payload;
  if (issue.state !== 'open') return [];
  const { number } = issue;
  // A waiver is its comment: changed or deleted, what it answered for is open again.
  const before = 'changes' in payload ? (payload.changes.body?.from ?? '') : '';
  if (payload.action !== 'created' && !issue.pull_request) return [];
  if (payload.action !== 'created')
    return [...commandsIn(comment.body), ...commandsIn(before)].some(
      ({ name }) => name === 'waive' || name === 'unwaive',
    )
      ? [{ kind: 'review', ...place, number }]
      : [];
  if (comment.user?.type === 'Bot' || sender.type === 'Bot' || commandsIn(comment.body).length === 0) return [];
  const { id, body } = comment;
  const said = { id, body, author: comment.user?.login ?? 'ghost' };
  return [{ kind: 'command', ...place, number, issue: !issue.pull_request, comment: said }];
}

function checkRun(payload: Event<'check_run'>, place: Place, appId: number): Job[] {
  const { check_run: run, sender } = payload;
  if (run.name !== CHECK_NAME || run.app?.id !== appId) return [];
  const sha = run.head_sha;
  if (payload.action === 'rerequested') return [{ kind: 'commit', ...place, sha, why: 'again' }];
  if (payload.action !== 'requested_action') return [];
  return [{ kind: 'action', ...place, action: payload.requested_action?.identifier ?? '', sha, user: sender.login }];
}

function checkSuite(payload: Event<'check_suite'>, place: Place, appId: number): Job[] {
  const { check_suite: suite, action } = payload;
  if (suite.app.id !== appId || (action !== 'requested' && action !== 'rerequested')) return [];
  return [{ kind: 'commit', ...place, sha: suite.head_sha, why: action === 'rerequested' ? 'again' : 'missing' }];
}

function mergeGroup(payload: Event<'merge_group'>, place: Place): Job[] {
  if (payload.action !== 'checks_requested') return [];
  const { head_sha: headSha, base_sha: baseSha, head_ref: headRef } = payload.merge_group;
  return [{ kind: 'merge-group', ...place, headSha, baseSha, headRef }];
}

/** A push is ours only where it may change the configuration that judges open pull requests. */
function push(payload: Event<'push'>, place: Place): Job[] {
  const branch = /^refs\/heads\/(.+)$/.exec(payload.ref)?.[1];
  if (branch === undefined || payload.deleted) return [];
  const { commits } = payload;
  const touched = commits.some((commit) =>
    [commit.added, commit.modified, commit.removed].flat().includes(CONFIGURATION_PATH),
  );
  // GitHub lists at most 2,048 commits, and none after a force push: then it cannot be known, so it is looked at.
  const unknown = commits.length >= 2048 || (payload.forced && commits.length === 0);
  return touched || unknown ? [{ kind: 'branch', ...place, branch }] : [];
}

/** The events of workflows whose head is the head of a pull request. */
const ON_HEADS = new Set(['pull_request', 'push', 'workflow_dispatch']);

/** A finished workflow may have brought evidence for the scenarios. */
function workflowRun(payload: Event<'workflow_run'>, place: Place): Job[] {
  const { id, event, head_sha: sha, updated_at: updatedAt } = payload.workflow_run;
  if (payload.action !== 'completed' || !ON_HEADS.has(event)) return [];
  return [{ kind: 'evidence', ...place, sha, run: { id, updatedAt } }];
}
