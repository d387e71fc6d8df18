/** What people do on GitHub: push, open and edit pull requests, comment, press buttons. Each makes the events it makes there. */
import type { LocalGitHub } from './github.js';
import * as show from './represent.js';
import type {
  App,
  Artifact,
  CheckRun,
  Installation,
  Issue,
  IssueComment,
  Permissions,
  Pull,
  PullEvent,
  Repository,
  Topic,
  User,
  WorkflowRun,
} from './store.js';

const ZERO = '0'.repeat(40);

export interface NewApp {
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  readonly publicKey: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

export interface NewPull {
  readonly title: string;
  readonly body?: string | null;
  readonly head: string;
  readonly base?: string;
  readonly from?: Repository;
  readonly draft?: boolean;
  readonly labels?: readonly string[];
}

export class People {
  /** Branches as they were when last looked at, per repository. */
  private readonly known = new Map<Repository, ReadonlyMap<string, string>>();

  constructor(private readonly github: LocalGitHub) {}

  registerApp(wanted: NewApp): App {
    const { github } = this;
    const bot = github.addUser(`${wanted.slug}[bot]`, 'Bot');
    const app = { ...wanted, id: github.ids.next(), bot, createdAt: github.timestamp() };
    github.apps.push(app);
    return app;
  }

  install(app: App, account: User, permissions: Permissions = app.permissions): Installation {
    const { github } = this;
    const installation: Installation = {
      id: github.ids.next(),
      app,
      account,
      permissions,
      events: app.events,
      createdAt: github.timestamp(),
    };
    github.installations.push(installation);
    const repositories = github.repositoriesOf(installation).map(({ id, name, private: hidden, owner }) => ({
      id,
      node_id: '',
      name,
      full_name: `${owner.login}/${name}`,
      private: hidden,
    }));
    github.webhooks.emit(
      'installation',
      {
        action: 'created',
        installation: show.installation(github.addresses, installation),
        repositories,
        requester: null,
        sender: show.user(github.addresses, account),
      },
      app.id,
    );
    return installation;
  }

  /** Where git pushes to as this person. */
  remote(repository: Repository, user: User): string {
    const url = new URL(`${this.github.addresses.web}/${show.fullName(repository)}.git`);
    url.username = user.login;
    url.password = this.github.credentials.grantUser(user);
    return url.href;
  }

  /** Finds out which branches moved, and lets everything happen that follows from it. */
  async afterPush(repository: Repository, sender: User): Promise<void> {
    const before = this.known.get(repository) ?? new Map<string, string>();
    const now = await repository.git.references('refs/heads/');
    this.known.set(repository, now);
    repository.pushedAt = this.github.timestamp();
    for (const ref of new Set([...before.keys(), ...now.keys()])) {
      const from = before.get(ref) ?? ZERO;
      const to = now.get(ref) ?? ZERO;
      if (from !== to) await this.branchMoved(repository, ref, from, to, sender);
    }
  }

  private async branchMoved(
    repository: Repository,
    ref: string,
    from: string,
    to: string,
    sender: User,
  ): Promise<void> {
    const { github } = this;
    const branch = ref.replace('refs/heads/', '');
    github.announce('push', repository, sender, await this.pushPayload(repository, ref, from, to, sender));
    for (const base of github.repositories) {
      for (const pull of base.pulls.values()) {
        if (pull.state !== 'open' || pull.head.repository !== repository || pull.head.ref !== branch) continue;
        if (to === ZERO) await this.close(base, pull, sender);
        else await this.headMoved(base, pull, from, to, sender);
      }
    }
    for (const pull of repository.pulls.values())
      if (pull.state === 'open' && pull.base.ref === branch) await this.updateMerge(repository, pull);
    if (to !== ZERO) await this.requestSuites(repository, to, branch, sender);
  }

  private async pushPayload(
    repository: Repository,
    ref: string,
    from: string,
    to: string,
    sender: User,
  ): Promise<object> {
    const { github } = this;
    const commits =
      to === ZERO ? [] : await repository.git.log('-20', '--reverse', ...(from === ZERO ? [to] : [`${from}..${to}`]));
    const shown = await Promise.all(
      commits.map(async (commit) => {
        const person = {
          ...commit.author,
          username: github.userByEmail(commit.author.email)?.login ?? commit.author.name,
        };
        const names = (await repository.git.text('show', '--format=', '--name-status', '--no-renames', commit.sha))
          .split('\n')
          .filter(Boolean)
          .map((line) => line.split('\t'));
        const of = (letter: string): (string | undefined)[] =>
          names.filter(([status]) => status === letter).map(([, path]) => path);
        const url = `${github.addresses.web}/${show.fullName(repository)}/commit/${commit.sha}`;
        return {
          id: commit.sha,
          tree_id: commit.tree,
          distinct: true,
          message: commit.message,
          timestamp: commit.author.date,
          url,
          author: person,
          committer: person,
          added: of('A'),
          removed: of('D'),
          modified: of('M'),
        };
      }),
    );
    const compare = `${github.addresses.web}/${show.fullName(repository)}/compare/${from.slice(0, 12)}...${to.slice(0, 12)}`;
    const pusher = { name: sender.login, email: `${sender.login}@users.noreply.local` };
    return {
      ref,
      before: from,
      after: to,
      base_ref: null,
      created: from === ZERO,
      deleted: to === ZERO,
      forced: false,
      compare,
      commits: shown,
      head_commit: shown.at(-1) ?? null,
      pusher,
    };
  }

  private async headMoved(base: Repository, pull: Pull, from: string, to: string, sender: User): Promise<void> {
    const { github } = this;
    const old = pull.head.sha;
    this.happened(pull, sender, 'pushed', to);
    pull.head.sha = to;
    pull.base.sha = (await base.git.resolve(`refs/heads/${pull.base.ref}`)) ?? pull.base.sha;
    await this.updateReferences(base, pull);
    await github.followComments(
      base,
      pull,
      old,
      base.reviewComments.filter((comment) => comment.pull === pull.number),
    );
    await this.announcePull(base, pull, 'synchronize', sender, { before: from, after: to });
  }

  /** `refs/pull/N/head` and `/merge`: how a base repository holds a fork's commits. */
  private async updateReferences(base: Repository, pull: Pull): Promise<void> {
    const source = pull.head.repository;
    if (source && source !== base)
      await base.git.run([
        'fetch',
        '--quiet',
        '--no-tags',
        source.git.path,
        `+refs/heads/${pull.head.ref}:refs/pull/${pull.number}/head`,
      ]);
    else await base.git.run(['update-ref', `refs/pull/${pull.number}/head`, pull.head.sha]);
    await this.updateMerge(base, pull);
  }

  private async updateMerge(base: Repository, pull: Pull): Promise<void> {
    const tip = await base.git.resolve(`refs/heads/${pull.base.ref}`);
    pull.mergeCommit = tip && (await this.mergeCommit(base, tip, pull.head.sha, `Merge ${pull.head.sha} into ${tip}`));
    pull.mergeable = pull.mergeCommit !== undefined;
    if (pull.mergeCommit) await base.git.run(['update-ref', `refs/pull/${pull.number}/merge`, pull.mergeCommit]);
  }

  /** Undefined on a conflict. */
  private async mergeCommit(base: Repository, tip: string, head: string, message: string): Promise<string | undefined> {
    const tree = await base.git.text('merge-tree', '--write-tree', tip, head).catch(() => undefined);
    return (
      tree &&
      base.git.text(
        '-c',
        'user.name=GitHub',
        '-c',
        'user.email=noreply@github.local',
        'commit-tree',
        tree.split('\n')[0] ?? '',
        '-p',
        tip,
        '-p',
        head,
        '-m',
        message,
      )
    );
  }

  private async requestSuites(repository: Repository, sha: string, branch: string, sender: User): Promise<void> {
    const { github } = this;
    for (const { app } of github.installations.filter((installation) =>
      github.repositoriesOf(installation).includes(repository),
    )) {
      if (app.permissions['checks'] !== 'write') continue;
      const suite = github.suiteFor(repository, app, sha, branch);
      await this.announceSuite(repository, suite, 'requested', sender);
    }
  }

  private async announceSuite(
    repository: Repository,
    suite: Repository['suites'][number],
    action: string,
    sender: User,
  ): Promise<void> {
    const { github } = this;
    const head = await github.headCommit(repository, suite.headSha);
    const { repository: _repository, ...shown } = show.checkSuite(github.addresses, repository, suite, head);
    github.announce('check_suite', repository, sender, { action, check_suite: shown });
  }

  async openPull(repository: Repository, user: User, wanted: NewPull): Promise<Pull> {
    const { github } = this;
    const from = wanted.from ?? repository;
    const base = wanted.base ?? repository.defaultBranch;
    const head = await from.git.resolve(`refs/heads/${wanted.head}`);
    const baseSha = await repository.git.resolve(`refs/heads/${base}`);
    if (head === undefined || baseSha === undefined)
      throw new Error(`no such branch: ${head === undefined ? wanted.head : base}`);
    const at = github.timestamp();
    const pull: Pull = {
      id: github.ids.next(),
      number: repository.nextNumber++,
      title: wanted.title,
      body: wanted.body ?? null,
      user,
      state: 'open',
      draft: wanted.draft ?? false,
      locked: false,
      labels: [...(wanted.labels ?? [])],
      base: { ref: base, sha: baseSha },
      head: { repository: from, ref: wanted.head, sha: head },
      mergeCommit: undefined,
      mergeable: null,
      createdAt: at,
      updatedAt: at,
      reviews: [],
      events: [],
    };
    repository.pulls.set(pull.number, pull);
    await this.updateReferences(repository, pull);
    await this.announcePull(repository, pull, 'opened', user);
    return pull;
  }

  private happened(pull: Pull, by: User, what: PullEvent['what'], detail?: string): void {
    const { github } = this;
    pull.events.push({
      id: github.ids.next(),
      at: github.timestamp(),
      by,
      what,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  async announcePull(
    repository: Repository,
    pull: Pull,
    action: string,
    sender: User,
    extra: object = {},
  ): Promise<void> {
    const { github } = this;
    github.touched(pull);
    const files = await github.filesOf(repository, pull).catch(() => []);
    const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
    const commits = await github.commitsOf(repository, pull).catch(() => []);
    const counts = {
      commits: commits.length,
      additions: sum('additions'),
      deletions: sum('deletions'),
      changed_files: files.length,
    };
    github.announce('pull_request', repository, sender, {
      action,
      number: pull.number,
      ...extra,
      pull_request: show.pullDetails(github.addresses, repository, pull, counts),
    });
  }

  async editPull(
    repository: Repository,
    pull: Pull,
    by: User,
    change: { title?: string; body?: string; base?: string },
  ): Promise<void> {
    const changes: Record<string, unknown> = {};
    if (change.title !== undefined) changes['title'] = { from: pull.title };
    if (change.body !== undefined) changes['body'] = { from: pull.body ?? '' };
    if (change.base !== undefined) {
      changes['base'] = { ref: { from: pull.base.ref }, sha: { from: pull.base.sha } };
      pull.base = { ref: change.base, sha: (await repository.git.resolve(`refs/heads/${change.base}`)) ?? ZERO };
      await this.updateMerge(repository, pull);
    }
    this.happened(pull, by, 'edited', Object.keys(change).join(' and '));
    pull.title = change.title ?? pull.title;
    pull.body = change.body ?? pull.body;
    await this.announcePull(repository, pull, 'edited', by, { changes });
  }

  async setDraft(repository: Repository, pull: Pull, by: User, draft: boolean): Promise<void> {
    pull.draft = draft;
    this.happened(pull, by, draft ? 'draft' : 'ready');
    await this.announcePull(repository, pull, draft ? 'converted_to_draft' : 'ready_for_review', by);
  }

  async close(repository: Repository, pull: Pull, by: User): Promise<void> {
    pull.state = 'closed';
    pull.closedAt = this.github.timestamp();
    this.happened(pull, by, pull.mergedAt === undefined ? 'closed' : 'merged');
    await this.announcePull(repository, pull, 'closed', by);
  }

  async reopen(repository: Repository, pull: Pull, by: User): Promise<void> {
    pull.state = 'open';
    delete pull.closedAt;
    this.happened(pull, by, 'reopened');
    await this.announcePull(repository, pull, 'reopened', by);
  }

  async merge(repository: Repository, pull: Pull, by: User): Promise<void> {
    if (pull.mergeCommit === undefined) throw new Error('Merge conflict');
    await repository.git.run(['update-ref', `refs/heads/${pull.base.ref}`, pull.mergeCommit]);
    pull.mergedAt = this.github.timestamp();
    await this.close(repository, pull, by);
    await this.afterPush(repository, by);
  }

  openIssue(
    repository: Repository,
    user: User,
    wanted: { title: string; body?: string; labels?: readonly string[] },
  ): Issue {
    const { github } = this;
    const at = github.timestamp();
    const issue: Issue = {
      id: github.ids.next(),
      number: repository.nextNumber++,
      title: wanted.title,
      body: wanted.body ?? null,
      user,
      state: 'open',
      locked: false,
      labels: [...(wanted.labels ?? [])],
      createdAt: at,
      updatedAt: at,
    };
    repository.issues.set(issue.number, issue);
    this.announceIssue(repository, issue, 'opened', user);
    return issue;
  }

  private announceIssue(repository: Repository, issue: Issue, action: string, sender: User, extra: object = {}): void {
    const shown = show.issue(this.github.addresses, repository, issue);
    this.github.announce('issues', repository, sender, { action, ...extra, issue: shown });
  }

  async addLabel(repository: Repository, topic: Topic, by: User, name: string): Promise<void> {
    topic.labels.push(name);
    const label = show.labels(this.github.addresses, repository, topic).at(-1);
    if ('head' in topic) await this.announcePull(repository, topic, 'labeled', by, { label });
    else this.announceIssue(repository, topic, 'labeled', by, { label });
  }

  comment(repository: Repository, topic: Topic, user: User, body: string): IssueComment {
    return this.github.addComment(repository, topic, user, body);
  }

  rerequestRun(repository: Repository, run: CheckRun, by: User): void {
    this.github.rerequestRun(repository, run, by);
  }

  /** Presses one of the buttons that a check run offers. */
  requestAction(repository: Repository, run: CheckRun, by: User, identifier: string): void {
    this.github.announceRun(repository, run, 'requested_action', by, { requested_action: { identifier } });
  }

  async requestSuite(repository: Repository, suite: Repository['suites'][number], by: User): Promise<void> {
    await this.announceSuite(repository, suite, 'requested', by);
  }

  async rerequestSuite(repository: Repository, suite: Repository['suites'][number], by: User): Promise<void> {
    await this.announceSuite(repository, suite, 'rerequested', by);
  }

  /** Deletes a branch; its open pull requests close. */
  async deleteBranch(repository: Repository, branch: string, by: User): Promise<void> {
    await repository.git.run(['update-ref', '-d', `refs/heads/${branch}`]);
    await this.afterPush(repository, by);
  }

  /** Puts pull requests into the merge queue together: a branch with their merge, and the event that asks for checks. */
  async queue(repository: Repository, pulls: readonly Pull[], by: User): Promise<{ ref: string; sha: string }> {
    const base = pulls[0]?.base.ref ?? repository.defaultBranch;
    const baseSha = (await repository.git.resolve(`refs/heads/${base}`)) ?? ZERO;
    let tip = baseSha;
    for (const pull of pulls) {
      const merged = await this.mergeCommit(
        repository,
        tip,
        pull.head.sha,
        `Merge pull request #${pull.number} from ${pull.user.login}/${pull.head.ref}\n\n${pull.title}`,
      );
      if (merged === undefined) throw new Error(`#${pull.number} does not merge`);
      tip = merged;
    }
    const ref = `refs/heads/gh-readonly-queue/${base}/pr-${pulls.at(-1)?.number ?? 0}-${baseSha}`;
    await repository.git.run(['update-ref', ref, tip]);
    this.known.set(repository, await repository.git.references('refs/heads/'));
    for (const pull of pulls) repository.mergeQueue.push({ pull, ref, baseSha, headSha: tip });
    await this.announceGroup(repository, { ref, baseSha, headSha: tip, base }, 'checks_requested', by);
    return { ref, sha: tip };
  }

  /** Ends a merge group: its pull requests are merged, or it is taken apart. */
  async leaveQueue(
    repository: Repository,
    ref: string,
    by: User,
    reason: 'merged' | 'invalidated' | 'dequeued',
  ): Promise<void> {
    const entries = repository.mergeQueue.filter((entry) => entry.ref === ref);
    repository.mergeQueue.splice(
      0,
      repository.mergeQueue.length,
      ...repository.mergeQueue.filter((entry) => entry.ref !== ref),
    );
    const [entry] = entries;
    if (entry === undefined) return;
    await this.announceGroup(repository, { ...entry, base: entry.pull.base.ref }, 'destroyed', by, { reason });
    await repository.git.run(['update-ref', '-d', ref]);
    this.known.set(repository, await repository.git.references('refs/heads/'));
  }

  private async announceGroup(
    repository: Repository,
    group: { ref: string; baseSha: string; headSha: string; base: string },
    action: string,
    by: User,
    extra: object = {},
  ): Promise<void> {
    const headCommit = await this.github.headCommit(repository, group.headSha);
    this.github.announce('merge_group', repository, by, {
      action,
      ...extra,
      merge_group: {
        head_sha: group.headSha,
        head_ref: group.ref,
        base_ref: `refs/heads/${group.base}`,
        base_sha: group.baseSha,
        head_commit: headCommit,
      },
    });
  }

  /** A workflow of the repository ends, leaving artifacts (zip files by name). */
  async finishWorkflow(
    repository: Repository,
    by: User,
    wanted: Pick<WorkflowRun, 'name' | 'headSha' | 'headBranch'> & {
      conclusion?: string;
      event?: string;
      artifacts?: Readonly<Record<string, Buffer>>;
    },
  ): Promise<WorkflowRun> {
    const { github } = this;
    const { artifacts = {}, conclusion = 'success', ...rest } = wanted;
    const run: WorkflowRun = {
      id: github.ids.next(),
      suite: github.workflowSuite(repository, wanted.headSha, wanted.headBranch),
      event: 'pull_request',
      conclusion,
      createdAt: github.timestamp(),
      ...rest,
    };
    repository.workflowRuns.push(run);
    for (const [name, zip] of Object.entries(artifacts)) {
      const artifact: Artifact = {
        id: github.ids.next(),
        run,
        name,
        zip,
        createdAt: github.timestamp(),
        expired: false,
      };
      repository.artifacts.push(artifact);
    }
    const path = `.github/workflows/${run.name}.yml`;
    const url = `${github.addresses.api}/repos/${show.fullName(repository)}/actions/workflows/1`;
    const workflow = {
      id: 1,
      node_id: 'W_1',
      name: run.name,
      path,
      state: 'active',
      created_at: run.createdAt,
      updated_at: run.createdAt,
      url,
      html_url: url,
      badge_url: url,
    };
    github.announce('workflow_run', repository, by, {
      action: 'completed',
      workflow_run: {
        ...show.workflowRun(github.addresses, repository, run),
        head_commit: await github.headCommit(repository, run.headSha),
      },
      workflow,
    });
    return run;
  }

  rename(repository: Repository, name: string): void {
    repository.formerNames.add(show.fullName(repository).toLowerCase());
    repository.name = name;
  }

  /** Gives a repository to another owner: the old one's installations lose it, the new one's get it. */
  transfer(repository: Repository, owner: User): void {
    repository.formerNames.add(show.fullName(repository).toLowerCase());
    repository.owner = owner;
  }
}
