/** Things as GitHub's REST API and webhooks show them. */
import type {
  App,
  CheckRun,
  CheckSuite,
  Installation,
  Issue,
  IssueComment,
  Pull,
  Reaction,
  Repository,
  Review,
  ReviewComment,
  Topic,
  User,
  WorkflowRun,
} from './store.js';
import { nodeId } from './store.js';

/** Addresses that things carry. `api` and `web` have no trailing slash. */
export interface Addresses {
  readonly api: string;
  readonly web: string;
}

type Json = Record<string, unknown>;

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function user(at: Addresses, { id, login, type }: User): Json {
  const url = `${at.api}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `${at.web}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: type === 'Bot' ? `${at.web}/apps/${login.replace('[bot]', '')}` : `${at.web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
    user_view_type: 'public',
  };
}

/** Addresses of a repository: field name without `_url`, and what follows the repository's own address. */
const REPOSITORY_ADDRESSES: Readonly<Record<string, string>> = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  contributors: 'contributors',
  deployments: 'deployments',
  downloads: 'downloads',
  events: 'events',
  forks: 'forks',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  languages: 'languages',
  merges: 'merges',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  stargazers: 'stargazers',
  statuses: 'statuses/{sha}',
  subscribers: 'subscribers',
  subscription: 'subscription',
  tags: 'tags',
  teams: 'teams',
  trees: 'git/trees{/sha}',
  hooks: 'hooks',
};

export function repository(at: Addresses, repo: Repository): Json {
  const name = fullName(repo);
  const url = `${at.api}/repos/${name}`;
  const web = `${at.web}/${name}`;
  const addresses = Object.entries(REPOSITORY_ADDRESSES).map(
    ([key, rest]) => [`${key}_url`, `${url}/${rest}`] as const,
  );
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.name,
    full_name: name,
    private: repo.private,
    owner: user(at, repo.owner),
    html_url: web,
    description: null,
    fork: repo.fork !== undefined,
    url,
    ...Object.fromEntries(addresses),
    git_url: `git:${web.replace(/^https?:/, '')}.git`,
    ssh_url: `git@${new URL(at.web).host}:${name}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: 'Python',
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    open_issues_count: 0,
    open_issues: 0,
    size: 1,
    default_branch: repo.defaultBranch,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    is_template: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    custom_properties: {},
    visibility: repo.private ? 'private' : 'public',
    license: null,
    pushed_at: repo.pushedAt,
    created_at: repo.createdAt,
    updated_at: repo.pushedAt,
    permissions: { admin: false, push: false, pull: true },
  };
}

export function app(at: Addresses, { id, slug, name, owner, permissions, events, createdAt }: App): Json {
  return {
    id,
    client_id: `Iv1.local${id}`,
    slug,
    node_id: nodeId('App', id),
    owner: user(at, owner),
    name,
    description: '',
    external_url: at.web,
    html_url: `${at.web}/apps/${slug}`,
    created_at: createdAt,
    updated_at: createdAt,
    permissions,
    events: [...events],
  };
}

export function installation(at: Addresses, item: Installation): Json {
  return {
    id: item.id,
    account: user(at, item.account),
    repository_selection: item.selected ? 'selected' : 'all',
    access_tokens_url: `${at.api}/app/installations/${item.id}/access_tokens`,
    repositories_url: `${at.api}/installation/repositories`,
    html_url: `${at.web}/settings/installations/${item.id}`,
    app_id: item.app.id,
    client_id: `Iv1.local${item.app.id}`,
    target_id: item.account.id,
    target_type: item.account.type === 'Organization' ? 'Organization' : 'User',
    permissions: item.permissions,
    events: [...item.events],
    created_at: item.createdAt,
    updated_at: item.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    app_slug: item.app.slug,
    suspended_by: null,
    suspended_at: item.suspendedAt ?? null,
  };
}

function association(author: User, repo: Repository): string {
  if (author.id === repo.owner.id) return 'OWNER';
  const held = repo.collaborators.get(author.login);
  if (held === undefined || held === 'none') return author.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR';
  return repo.owner.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR';
}

function end(at: Addresses, repo: Repository | undefined, owner: User, ref: string, sha: string): Json {
  return { label: `${owner.login}:${ref}`, ref, sha, user: user(at, owner), repo: repo ? repository(at, repo) : null };
}

/** A pull request as in a listing; {@link pullDetails} adds what only a single read shows. */
export function pull(at: Addresses, repo: Repository, item: Pull): Json {
  const url = `${at.api}/repos/${fullName(repo)}/pulls/${item.number}`;
  const issue = `${at.api}/repos/${fullName(repo)}/issues/${item.number}`;
  const web = `${at.web}/${fullName(repo)}/pull/${item.number}`;
  const statuses = `${at.api}/repos/${fullName(repo)}/statuses/${item.head.sha}`;
  const links = {
    self: url,
    html: web,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${at.api}/repos/${fullName(repo)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses,
  };
  return {
    url,
    id: item.id,
    node_id: nodeId('PullRequest', item.id),
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: statuses,
    number: item.number,
    state: item.state,
    locked: item.locked,
    title: item.title,
    user: user(at, item.user),
    body: item.body,
    labels: labels(at, repo, item),
    milestone: null,
    active_lock_reason: null,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    closed_at: item.closedAt ?? null,
    merged_at: item.mergedAt ?? null,
    merge_commit_sha: item.mergeCommit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: end(at, item.head.repository, item.head.repository?.owner ?? item.user, item.head.ref, item.head.sha),
    base: end(at, repo, repo.owner, item.base.ref, item.base.sha),
    _links: Object.fromEntries(Object.entries(links).map(([key, href]) => [key, { href }])),
    author_association: association(item.user, repo),
    auto_merge: null,
    draft: item.draft,
  };
}

export interface PullCounts {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
}

export function pullDetails(at: Addresses, repo: Repository, item: Pull, counts: PullCounts): Json {
  return {
    ...pull(at, repo, item),
    merged: item.mergedAt !== undefined,
    mergeable: item.mergeable,
    rebaseable: item.mergeable,
    mergeable_state: item.mergeable === null ? 'unknown' : item.mergeable ? 'clean' : 'dirty',
    merged_by: null,
    comments: repo.comments.filter(({ issue }) => issue === item.number).length,
    review_comments: repo.reviewComments.filter((comment) => comment.pull === item.number).length,
    maintainer_can_modify: false,
    ...counts,
  };
}

export const labels = (at: Addresses, repo: Repository, item: Topic): Json[] =>
  item.labels.map((name, index) => ({
    id: index + 1,
    node_id: nodeId('Label', index + 1),
    url: `${at.api}/repos/${fullName(repo)}/labels/${name}`,
    name,
    color: 'ededed',
    default: false,
    description: null,
  }));

/** An issue, or a pull request as an issue, as `issue_comment` deliveries show it. */
export const issue = (at: Addresses, repo: Repository, item: Topic): Json =>
  'head' in item ? pullAsIssue(at, repo, item) : plainIssue(at, repo, item);

function plainIssue(at: Addresses, repo: Repository, item: Issue): Json {
  const url = `${at.api}/repos/${fullName(repo)}/issues/${item.number}`;
  return {
    url,
    repository_url: `${at.api}/repos/${fullName(repo)}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${at.web}/${fullName(repo)}/issues/${item.number}`,
    id: item.id,
    node_id: nodeId('Issue', item.id),
    number: item.number,
    title: item.title,
    user: user(at, item.user),
    labels: labels(at, repo, item),
    state: item.state,
    locked: item.locked,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repo.comments.filter((comment) => comment.issue === item.number).length,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    closed_at: item.closedAt ?? null,
    author_association: association(item.user, repo),
    active_lock_reason: null,
    body: item.body,
    reactions: rollup(`${url}/reactions`, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}

function pullAsIssue(at: Addresses, repo: Repository, item: Pull): Json {
  const url = `${at.api}/repos/${fullName(repo)}/issues/${item.number}`;
  const shown = pull(at, repo, item);
  const same = [
    'number',
    'title',
    'user',
    'labels',
    'state',
    'locked',
    'assignee',
    'assignees',
    'milestone',
    'created_at',
    'updated_at',
    'closed_at',
    'author_association',
    'active_lock_reason',
    'body',
    'draft',
    'html_url',
  ];
  return {
    ...Object.fromEntries(same.map((key) => [key, shown[key]])),
    url,
    repository_url: `${at.api}/repos/${fullName(repo)}`,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    id: item.id,
    node_id: nodeId('PullRequest', item.id),
    comments: repo.comments.filter((comment) => comment.issue === item.number).length,
    pull_request: {
      url: shown['url'],
      html_url: shown['html_url'],
      diff_url: shown['diff_url'],
      patch_url: shown['patch_url'],
      merged_at: shown['merged_at'],
    },
    reactions: rollup(`${url}/reactions`, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}

const CONTENTS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];

function rollup(url: string, reactions: readonly Reaction[]): Json {
  const count = (content: string): number => reactions.filter((reaction) => reaction.content === content).length;
  return {
    url,
    total_count: reactions.length,
    ...Object.fromEntries(CONTENTS.map((content) => [content, count(content)])),
  };
}

export function reaction(at: Addresses, item: Reaction): Json {
  return {
    id: item.id,
    node_id: nodeId('Reaction', item.id),
    user: user(at, item.user),
    content: item.content,
    created_at: item.createdAt,
  };
}

export function issueComment(at: Addresses, repo: Repository, item: IssueComment): Json {
  const url = `${at.api}/repos/${fullName(repo)}/issues/comments/${item.id}`;
  return {
    url,
    html_url: `${at.web}/${fullName(repo)}/${repo.issues.has(item.issue) ? 'issues' : 'pull'}/${item.issue}#issuecomment-${item.id}`,
    issue_url: `${at.api}/repos/${fullName(repo)}/issues/${item.issue}`,
    id: item.id,
    node_id: nodeId('IssueComment', item.id),
    user: user(at, item.user),
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    author_association: association(item.user, repo),
    body: item.body,
    reactions: rollup(`${url}/reactions`, item.reactions),
    performed_via_github_app: item.app ? app(at, item.app) : null,
  };
}

export function review(at: Addresses, repo: Repository, number: number, item: Review): Json {
  const url = `${at.api}/repos/${fullName(repo)}/pulls/${number}`;
  const web = `${at.web}/${fullName(repo)}/pull/${number}#pullrequestreview-${item.id}`;
  return {
    id: item.id,
    node_id: nodeId('PullRequestReview', item.id),
    user: user(at, item.user),
    body: item.body,
    state: item.state,
    html_url: web,
    pull_request_url: url,
    author_association: association(item.user, repo),
    _links: { html: { href: web }, pull_request: { href: url } },
    ...(item.submittedAt === undefined ? {} : { submitted_at: item.submittedAt }),
    ...(item.editedAt === undefined ? {} : { updated_at: item.editedAt }),
    commit_id: item.commit,
  };
}

export function reviewComment(at: Addresses, repo: Repository, item: ReviewComment): Json {
  const url = `${at.api}/repos/${fullName(repo)}/pulls/comments/${item.id}`;
  const pullUrl = `${at.api}/repos/${fullName(repo)}/pulls/${item.pull}`;
  const web = `${at.web}/${fullName(repo)}/pull/${item.pull}#discussion_r${item.id}`;
  return {
    url,
    pull_request_review_id: item.review,
    id: item.id,
    node_id: nodeId('PullRequestReviewComment', item.id),
    diff_hunk: item.diffHunk,
    path: item.path,
    commit_id: item.commit,
    original_commit_id: item.originalCommit,
    user: user(at, item.user),
    body: item.body,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    html_url: web,
    pull_request_url: pullUrl,
    author_association: association(item.user, repo),
    _links: { self: { href: url }, html: { href: web }, pull_request: { href: pullUrl } },
    reactions: rollup(`${url}/reactions`, item.reactions),
    start_line: item.startLine ?? null,
    original_start_line: item.originalStartLine ?? null,
    start_side: item.startSide,
    ...(item.subject === 'file' ? {} : { line: item.line ?? null, original_line: item.originalLine }),
    side: item.side,
    position: item.subject === 'file' ? 1 : (item.line ?? null),
    original_position: item.originalLine ?? 1,
    subject_type: item.subject,
    ...(item.inReplyTo === undefined ? {} : { in_reply_to_id: item.inReplyTo }),
  };
}

/** Pull requests a check belongs to. Those from forks are not listed: that is what GitHub does. */
function checkPulls(at: Addresses, repo: Repository, sha: string): Json[] {
  const short = ({ id, name, ...rest }: Repository): Json => ({
    id,
    url: `${at.api}/repos/${fullName({ id, name, ...rest })}`,
    name,
  });
  return [...repo.pulls.values()]
    .filter((item) => item.state === 'open' && item.head.sha === sha && item.head.repository === repo)
    .map((item) => ({
      id: item.id,
      number: item.number,
      url: `${at.api}/repos/${fullName(repo)}/pulls/${item.number}`,
      head: { ref: item.head.ref, sha: item.head.sha, repo: short(repo) },
      base: { ref: item.base.ref, sha: item.base.sha, repo: short(repo) },
    }));
}

export function checkRun(at: Addresses, repo: Repository, item: CheckRun): Json {
  const url = `${at.api}/repos/${fullName(repo)}/check-runs/${item.id}`;
  return {
    id: item.id,
    name: item.name,
    node_id: nodeId('CheckRun', item.id),
    head_sha: item.headSha,
    external_id: item.externalId,
    url,
    html_url: `${at.web}/${fullName(repo)}/runs/${item.id}`,
    details_url: item.detailsUrl,
    status: item.status,
    conclusion: item.conclusion,
    started_at: item.startedAt,
    completed_at: item.completedAt,
    output: { ...item.output, annotations_count: item.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: item.suite.id },
    app: app(at, item.suite.app),
    pull_requests: checkPulls(at, repo, item.headSha),
  };
}

export function checkSuite(at: Addresses, repo: Repository, item: CheckSuite, headCommit: unknown): Json {
  const runs = repo.runs.filter(({ suite }) => suite === item);
  const done = runs.length > 0 && runs.every(({ status }) => status === 'completed');
  const conclusion = ['action_required', 'failure', 'timed_out', 'cancelled', 'success', 'neutral', 'skipped'].find(
    (value) => runs.some((run) => run.conclusion === value),
  );
  const url = `${at.api}/repos/${fullName(repo)}/check-suites/${item.id}`;
  return {
    id: item.id,
    node_id: nodeId('CheckSuite', item.id),
    head_branch: item.headBranch,
    head_sha: item.headSha,
    status: runs.length === 0 ? 'queued' : done ? 'completed' : 'in_progress',
    conclusion: done ? (conclusion ?? null) : null,
    url,
    before: null,
    after: item.headSha,
    pull_requests: checkPulls(at, repo, item.headSha),
    app: app(at, item.app),
    repository: repository(at, repo),
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    head_commit: headCommit,
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

export function repositoryDetails(at: Addresses, repo: Repository): Json {
  const parent = repo.fork ? { parent: repository(at, repo.fork), source: repository(at, repo.fork) } : {};
  return {
    ...repository(at, repo),
    ...parent,
    network_count: 0,
    subscribers_count: 0,
    organization: repo.owner.type === 'Organization' ? user(at, repo.owner) : null,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    delete_branch_on_merge: false,
    temp_clone_token: null,
  };
}

export function organization(at: Addresses, { id, login }: User): Json {
  const url = `${at.api}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${at.web}/avatars/${id}`,
    description: null,
  };
}

export function workflowRun(at: Addresses, repo: Repository, run: WorkflowRun): Json {
  const url = `${at.api}/repos/${fullName(repo)}/actions/runs/${run.id}`;
  const rest = ['jobs', 'logs', 'artifacts', 'cancel', 'rerun', 'approvals'].map(
    (name) => [`${name}_url`, `${url}/${name}`] as const,
  );
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: `.github/workflows/${run.name}.yml`,
    display_title: run.name,
    run_number: 1,
    run_attempt: 1,
    event: run.event,
    status: 'completed',
    conclusion: run.conclusion,
    workflow_id: 1,
    url,
    html_url: `${at.web}/${fullName(repo)}/actions/runs/${run.id}`,
    pull_requests: checkPulls(at, repo, run.headSha),
    created_at: run.createdAt,
    updated_at: run.createdAt,
    run_started_at: run.createdAt,
    actor: user(at, repo.owner),
    triggering_actor: user(at, repo.owner),
    ...Object.fromEntries(rest),
    check_suite_url: `${at.api}/repos/${fullName(repo)}/check-suites/${run.id}`,
    workflow_url: `${at.api}/repos/${fullName(repo)}/actions/workflows/1`,
    previous_attempt_url: null,
    referenced_workflows: [],
    head_commit: null,
    repository: repository(at, repo),
    head_repository: repository(at, repo),
  };
}
