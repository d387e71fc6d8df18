/** The local GitHub's memory, and what happens in it whoever asks. The HTTP side is in server.ts, what people do in people.ts. */
import { join } from 'node:path';
import { type Anchor, followLine, placeAnchor } from './anchors.js';
import { Credentials, seconds } from './auth.js';
import { operations } from './description.js';
import { changedFiles, type ChangedFile } from './diff.js';
import { Faults } from './faults.js';
import { type CommitInfo, GitDirectory } from './git.js';
import { GITHUB_LIMITS, Limits, type LimitSettings } from './limits.js';
import * as show from './represent.js';
import { Storage } from './storage.js';
import {
  type App,
  type CheckRun,
  type CheckSuite,
  type CollaboratorPermission,
  type Edit,
  Ids,
  type Installation,
  type IssueComment,
  topicOf,
  type Topic,
  nodeId,
  type Pull,
  type Repository,
  type Review,
  type ReviewComment,
  type User,
} from './store.js';
import { Webhooks } from './webhooks.js';

export interface Settings {
  /** Where the bare repositories live. */
  readonly directory: string;
  readonly limits?: Partial<LimitSettings>;
  readonly now?: () => Date;
  treeEntries?: number;
  blobBytes?: number;
  /** Changed lines after which the rows of a diff come with zeros and without patch. */
  diffLines?: number;
  /** Files whose patch is left out. */
  hidePatch?: (path: string) => boolean;
  /** GraphQL fields that this server is too old for: `CheckSuite.workflowRun`. */
  lacks?: readonly string[];
}

/** One request, as the server saw it. */
export interface Seen {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
}

/** GitHub shows no diff of a file beyond 500 KB. */
const LONGEST_PATCH = 500_000;

export class LocalGitHub {
  readonly ids = new Ids();
  readonly users = new Map<string, User>();
  readonly apps: App[] = [];
  readonly installations: Installation[] = [];
  readonly repositories: Repository[] = [];
  readonly faults = new Faults(new Set(operations.map(({ id }) => id)));
  readonly storage = new Storage();
  readonly requests: Seen[] = [];
  /** What the description of GitHub's API does not allow: unknown routes and fields, wrong types, answers of the wrong shape. */
  readonly violations: string[] = [];
  readonly settings: Required<Omit<Settings, 'limits' | 'now'>>;
  readonly now: () => Date;
  readonly credentials: Credentials;
  readonly limits: Limits;
  readonly webhooks: Webhooks;
  readonly startedAt: string;
  private actionsApp: App | undefined;
  addresses: show.Addresses = { api: 'http://localhost', web: 'http://localhost' };

  constructor(settings: Settings) {
    const { limits, now = () => new Date(), ...rest } = settings;
    this.settings = {
      treeEntries: 100_000,
      blobBytes: 100 * 1024 * 1024,
      diffLines: 20_000,
      hidePatch: () => false,
      lacks: [],
      ...rest,
    };
    this.now = now;
    this.startedAt = this.timestamp();
    this.credentials = new Credentials(() => this.apps, now);
    this.limits = new Limits({ ...GITHUB_LIMITS, ...limits }, now);
    this.webhooks = new Webhooks(now, () => this.ids.next());
  }

  timestamp(): string {
    return seconds(this.now());
  }

  addUser(login: string, type: User['type'] = 'User'): User {
    const user = { id: this.ids.next(), login, type };
    this.users.set(login.toLowerCase(), user);
    return user;
  }

  async addRepository(
    owner: User,
    name: string,
    options: { private?: boolean; fork?: Repository } = {},
  ): Promise<Repository> {
    const id = this.ids.next();
    const git = await GitDirectory.create(join(this.settings.directory, `${id}.git`));
    const repository: Repository = {
      id,
      owner,
      name,
      git,
      private: options.private ?? true,
      defaultBranch: 'main',
      fork: options.fork,
      createdAt: this.timestamp(),
      pushedAt: this.timestamp(),
      collaborators: new Map(),
      pulls: new Map(),
      issues: new Map(),
      comments: [],
      reviewComments: [],
      suites: [],
      runs: [],
      workflowRuns: [],
      artifacts: [],
      rules: new Map(),
      protections: new Map(),
      mergeQueue: [],
      formerNames: new Set(),
      nextNumber: 1,
    };
    if (options.fork) await git.run(['fetch', '--quiet', options.fork.git.path, '+refs/heads/*:refs/heads/*']);
    this.repositories.push(repository);
    return repository;
  }

  /** By current name; `moved` when the name is a former one. */
  findRepository(owner: string, name: string): { repository: Repository; moved: boolean } | undefined {
    const asked = `${owner}/${name}`.toLowerCase();
    const current = this.repositories.find((repository) => show.fullName(repository).toLowerCase() === asked);
    if (current) return { repository: current, moved: false };
    const moved = this.repositories.find(({ formerNames }) => formerNames.has(asked));
    return moved && { repository: moved, moved: true };
  }

  repositoriesOf({ account, selected }: Installation): Repository[] {
    return this.repositories.filter(({ owner, id }) => owner.id === account.id && (selected?.has(id) ?? true));
  }

  roleOf(repository: Repository, user: User): CollaboratorPermission {
    if (repository.owner.id === user.id) return 'admin';
    return repository.collaborators.get(user.login) ?? (repository.private ? 'none' : 'read');
  }

  userByEmail(email: string): User | undefined {
    return this.users.get((email.split('@')[0] ?? '').replace(/^\d+\+/, '').toLowerCase());
  }

  async mergeBase(repository: Repository, pull: Pull, commit = pull.head.sha): Promise<string> {
    const tip = (await repository.git.resolve(`refs/heads/${pull.base.ref}`)) ?? pull.base.sha;
    return (await repository.git.mergeBase(tip, commit)) ?? pull.base.sha;
  }

  async filesOf(repository: Repository, pull: Pull): Promise<ChangedFile[]> {
    return changedFiles(repository.git, await this.mergeBase(repository, pull), pull.head.sha);
  }

  async commitsOf(repository: Repository, pull: Pull): Promise<CommitInfo[]> {
    return repository.git.log('--reverse', `${await this.mergeBase(repository, pull)}..${pull.head.sha}`);
  }

  /** What the API shows of changed files: past the limit, rows with zeros and no patch. */
  visible(files: readonly ChangedFile[]): ChangedFile[] {
    let lines = 0;
    return files.map(({ patch, ...row }) => {
      lines += row.additions + row.deletions;
      if (lines > this.settings.diffLines) return { ...row, additions: 0, deletions: 0 };
      const hidden = patch === undefined || patch.length > LONGEST_PATCH || this.settings.hidePatch(row.filename);
      return hidden ? row : { ...row, patch };
    });
  }

  touched(topic: Topic): void {
    topic.updatedAt = this.timestamp();
  }

  edit(comment: Edit & { body: string; updatedAt: string }, editor: User, body: string): void {
    comment.body = body;
    comment.editor = editor;
    comment.lastEditedAt = comment.updatedAt = this.timestamp();
  }

  addComment(repository: Repository, topic: Topic, user: User, body: string, app?: App): IssueComment {
    const at = this.timestamp();
    const comment: IssueComment = {
      id: this.ids.next(),
      issue: topic.number,
      user,
      app,
      body,
      createdAt: at,
      updatedAt: at,
      reactions: [],
    };
    repository.comments.push(comment);
    this.touched(topic);
    this.announceComment(repository, comment, user, 'created');
    return comment;
  }

  editComment(repository: Repository, comment: IssueComment, editor: User, body: string): void {
    const from = comment.body;
    this.edit(comment, editor, body);
    this.announceComment(repository, comment, editor, 'edited', { changes: { body: { from } } });
  }

  deleteComment(repository: Repository, comment: IssueComment, by: User): void {
    repository.comments.splice(repository.comments.indexOf(comment), 1);
    this.announceComment(repository, comment, by, 'deleted');
  }

  private announceComment(
    repository: Repository,
    comment: IssueComment,
    sender: User,
    action: string,
    extra: object = {},
  ): void {
    const topic = topicOf(repository, comment.issue);
    if (topic === undefined) return;
    const shown = {
      issue: show.issue(this.addresses, repository, topic),
      comment: show.issueComment(this.addresses, repository, comment),
    };
    this.announce('issue_comment', repository, sender, { action, ...extra, ...shown });
  }

  async addReviewComment(
    repository: Repository,
    pull: Pull,
    review: Review,
    anchor: Anchor,
    body: string,
    inReplyTo?: number,
  ): Promise<ReviewComment> {
    const at = this.timestamp();
    const comment: ReviewComment = {
      id: this.ids.next(),
      pull: pull.number,
      review: review.id,
      user: review.user,
      app: review.app,
      body,
      path: anchor.path,
      subject: anchor.subject,
      side: anchor.side,
      startSide: anchor.startSide,
      line: anchor.line,
      startLine: anchor.startLine,
      originalLine: anchor.line,
      originalStartLine: anchor.startLine,
      commit: review.commit,
      originalCommit: review.commit,
      diffHunk: anchor.diffHunk,
      inReplyTo,
      createdAt: at,
      updatedAt: at,
      reactions: [],
    };
    repository.reviewComments.push(comment);
    if (review.commit !== pull.head.sha) await this.followComments(repository, pull, review.commit, [comment]);
    return comment;
  }

  /** After a push: comments move with their line, or become outdated. */
  async followComments(
    repository: Repository,
    pull: Pull,
    from: string,
    comments: readonly ReviewComment[],
  ): Promise<void> {
    const moved = new Map(
      (await changedFiles(repository.git, from, pull.head.sha)).map((file) => [
        file.previousFilename ?? file.filename,
        file,
      ]),
    );
    const files = await this.filesOf(repository, pull);
    for (const comment of comments) {
      if (comment.subject === 'file' || comment.line === undefined) continue;
      const line = comment.side === 'RIGHT' ? followLine(moved.get(comment.path), comment.line) : comment.line;
      const placed =
        line !== undefined && !Array.isArray(placeAnchor(files, { path: comment.path, line, side: comment.side }));
      comment.startLine =
        placed && comment.startLine !== undefined ? line - (comment.line - comment.startLine) : undefined;
      comment.line = placed ? line : undefined;
      if (placed) comment.commit = pull.head.sha;
    }
  }

  /** Every workflow run has a check suite of its own, of GitHub's own app. */
  workflowSuite(repository: Repository, headSha: string, headBranch: string): CheckSuite {
    const at = this.timestamp();
    const suite = { id: this.ids.next(), app: this.actions(), headSha, headBranch, createdAt: at, updatedAt: at };
    repository.suites.push(suite);
    return suite;
  }

  private actions(): App {
    return (this.actionsApp ??= {
      id: this.ids.next(),
      slug: 'github-actions',
      name: 'GitHub Actions',
      owner: this.addUser('github', 'Organization'),
      bot: this.addUser('github-actions[bot]', 'Bot'),
      publicKey: '',
      permissions: {},
      events: [],
      createdAt: this.timestamp(),
    });
  }

  suiteFor(repository: Repository, app: App, headSha: string, headBranch: string | null = null): CheckSuite {
    let suite = repository.suites.find((candidate) => candidate.app === app && candidate.headSha === headSha);
    if (suite === undefined) {
      const at = this.timestamp();
      suite = { id: this.ids.next(), app, headSha, headBranch, createdAt: at, updatedAt: at };
      repository.suites.push(suite);
    }
    suite.headBranch ??= headBranch;
    return suite;
  }

  /** A commit as check suites, merge groups and workflow runs show it. */
  async headCommit(repository: Repository, sha: string): Promise<object> {
    const commit = await repository.git.commit(sha);
    if (commit === undefined) throw new Error(`no commit ${sha}`);
    const { name, email, date } = commit.author;
    const person = { name, email };
    return {
      id: sha,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: date,
      author: person,
      committer: person,
    };
  }

  announceRun(
    repository: Repository,
    run: CheckRun,
    action: string,
    sender: User = run.suite.app.bot,
    extra: object = {},
  ): void {
    const shown = show.checkRun(this.addresses, repository, run);
    const {
      head_commit: _commit,
      repository: _repository,
      ...suite
    } = show.checkSuite(this.addresses, repository, run.suite, null);
    const deployment = { check_run: { ...shown, check_suite: suite } };
    this.announce('check_run', repository, sender, { action, ...deployment, ...extra });
  }

  /** Somebody asks for a run again: GitHub resets nothing, it only tells the App. */
  rerequestRun(repository: Repository, run: CheckRun, sender: User = repository.owner): void {
    this.announceRun(repository, run, 'rerequested', sender);
  }

  /** Delivers an event to every App that is installed on the repository and subscribes to it. */
  announce(event: string, repository: Repository, sender: User, payload: object): void {
    for (const installation of this.installations) {
      const { app } = installation;
      if (
        !app.events.includes(event) ||
        installation.suspendedAt !== undefined ||
        !this.repositoriesOf(installation).includes(repository)
      )
        continue;
      const organization =
        repository.owner.type === 'Organization'
          ? { organization: show.organization(this.addresses, repository.owner) }
          : {};
      const common = {
        repository: show.repository(this.addresses, repository),
        ...organization,
        sender: show.user(this.addresses, sender),
        installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
      };
      this.webhooks.emit(event, { ...payload, ...common }, app.id);
    }
  }

  close(): void {
    for (const { git } of this.repositories) git.close();
  }
}
