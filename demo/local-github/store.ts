/** Everything the local GitHub remembers. Repositories' content lives in real git directories; the rest is here. */
import type { GitDirectory } from './git.js';

export type Level = 'read' | 'write' | 'admin';
export type Permissions = Readonly<Record<string, Level>>;
export type CollaboratorPermission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  readonly bot: User;
  readonly publicKey: string;
  permissions: Permissions;
  events: readonly string[];
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: User;
  permissions: Permissions;
  events: readonly string[];
  /** Undefined: all repositories of the account. */
  selected?: Set<number>;
  suspendedAt?: string;
  readonly createdAt: string;
}

export interface Repository {
  readonly id: number;
  owner: User;
  name: string;
  readonly git: GitDirectory;
  private: boolean;
  defaultBranch: string;
  readonly fork: Repository | undefined;
  readonly createdAt: string;
  pushedAt: string;
  readonly collaborators: Map<string, CollaboratorPermission>;
  readonly pulls: Map<number, Pull>;
  readonly issues: Map<number, Issue>;
  readonly comments: IssueComment[];
  readonly reviewComments: ReviewComment[];
  readonly suites: CheckSuite[];
  readonly runs: CheckRun[];
  readonly workflowRuns: WorkflowRun[];
  readonly artifacts: Artifact[];
  /** Rules in effect on a branch, as GitHub lists them, by branch name. */
  readonly rules: Map<string, readonly BranchRule[]>;
  /** Checks that branch protection requires, the older way beside rulesets, by branch name. */
  readonly protections: Map<string, readonly { readonly context: string; readonly app_id: number | null }[]>;
  readonly mergeQueue: QueueEntry[];
  /** Names under which the repository was reachable before a rename or transfer. */
  readonly formerNames: Set<string>;
  nextNumber: number;
}

/** A pull request that waits in the merge queue, and the commit that would become the base branch with it. */
export interface QueueEntry {
  readonly pull: Pull;
  readonly ref: string;
  readonly baseSha: string;
  readonly headSha: string;
}

export interface BranchRule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Pull {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly user: User;
  state: 'open' | 'closed';
  draft: boolean;
  /** Nobody without write permission may say anything, Apps included. */
  locked: boolean;
  labels: string[];
  base: { ref: string; sha: string };
  /** `repository` is undefined once the fork was deleted. */
  head: { repository: Repository | undefined; ref: string; sha: string };
  mergedAt?: string;
  mergeCommit: string | undefined;
  mergeable: boolean | null;
  readonly createdAt: string;
  updatedAt: string;
  closedAt?: string;
  readonly reviews: Review[];
  /** What happened besides comments and reviews, oldest first. */
  readonly events: PullEvent[];
}

/** An issue that is no pull request; both share the numbers. */
export interface Issue {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly user: User;
  state: 'open' | 'closed';
  locked: boolean;
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt?: string;
}

/** Where people talk. */
export type Topic = Pull | Issue;

export interface PullEvent {
  readonly id: number;
  readonly at: string;
  readonly by: User;
  readonly what: 'pushed' | 'edited' | 'closed' | 'reopened' | 'merged' | 'draft' | 'ready' | 'queued';
  readonly detail?: string;
}

export type ReviewState = 'PENDING' | 'COMMENTED' | 'CHANGES_REQUESTED' | 'APPROVED' | 'DISMISSED';

export interface Review {
  readonly id: number;
  readonly user: User;
  readonly app: App | undefined;
  body: string;
  state: ReviewState;
  readonly commit: string;
  submittedAt?: string;
  editedAt?: string;
  dismissal?: { readonly id: number; readonly by: User; readonly message: string; readonly at: string };
}

export interface Edit {
  editor?: User;
  lastEditedAt?: string;
  minimized?: string;
}

export interface Reaction {
  readonly id: number;
  readonly user: User;
  readonly content: string;
  readonly createdAt: string;
}

export interface IssueComment extends Edit {
  readonly id: number;
  readonly issue: number;
  readonly user: User;
  readonly app: App | undefined;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly reactions: Reaction[];
}

export type Side = 'LEFT' | 'RIGHT';

export interface ReviewComment extends Edit {
  readonly id: number;
  readonly pull: number;
  readonly review: number;
  readonly user: User;
  readonly app: App | undefined;
  body: string;
  readonly path: string;
  readonly subject: 'line' | 'file';
  readonly side: Side;
  readonly startSide: Side | null;
  /** Undefined once a push moved the line out of the diff ("outdated"). */
  line: number | undefined;
  startLine: number | undefined;
  readonly originalLine: number | undefined;
  readonly originalStartLine: number | undefined;
  commit: string;
  readonly originalCommit: string;
  readonly diffHunk: string;
  readonly inReplyTo: number | undefined;
  readonly createdAt: string;
  updatedAt: string;
  readonly reactions: Reaction[];
  /** Of a thread's first comment only. */
  resolvedBy?: User;
}

export interface CheckSuite {
  readonly id: number;
  readonly app: App;
  readonly headSha: string;
  headBranch: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

/** In the words of the REST API. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title?: string;
  readonly raw_details?: string;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  name: string;
  readonly headSha: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string;
  startedAt: string | null;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Annotation[];
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
  /** Conclusions in the order they were reported: a run that turned from red to green and back is seen. */
  readonly history: string[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly suite: CheckSuite;
  readonly name: string;
  readonly headSha: string;
  readonly headBranch: string;
  readonly event: string;
  readonly conclusion: string;
  readonly createdAt: string;
}

export interface Artifact {
  readonly id: number;
  readonly run: WorkflowRun;
  readonly name: string;
  readonly zip: Buffer;
  readonly createdAt: string;
  expired: boolean;
}

/** Issues and pull requests share their numbers. */
export const topicOf = (repository: Repository, number: number): Topic | undefined =>
  repository.pulls.get(number) ?? repository.issues.get(number);

/** Ids grow, and are unique over all kinds of things, as a mixed-up id is then always noticed. */
export class Ids {
  private last = 1000;
  next(): number {
    this.last += 1;
    return this.last;
  }
}

/** GraphQL's global id of a thing. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

export function parseNodeId(id: string): { readonly kind: string; readonly id: number } | undefined {
  const found = /^([A-Za-z]+):(\d+)$/.exec(Buffer.from(id, 'base64url').toString('utf8'));
  return found ? { kind: found[1] ?? '', id: Number(found[2]) } : undefined;
}
