import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ProbotOctokit } from 'probot';
import { startLocalGitHub, type World } from '../../../demo/local-github/index.js';
import { operations } from '../../../demo/local-github/description.js';
import { served } from '../../../demo/local-github/server.js';
import type { Pull, Repository, User } from '../../../demo/local-github/store.js';

jest.setTimeout(60_000);

let world: World;
let repository: Repository;
let alice: User;
let pull: Pull;
let octokit: InstanceType<typeof ProbotOctokit>;
const at = { owner: 'acme', repo: 'platform' };
const lines = (count: number, mark = ''): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}${mark}\n`).join('');

beforeAll(async () => {
  world = await startLocalGitHub();
  alice = world.github.addUser('alice');
  repository = await world.github.addRepository(world.organization, 'platform');
  repository.collaborators.set('alice', 'write');
  await world.push(repository, alice, {
    branch: 'main',
    message: 'Start',
    files: { 'app/main.py': lines(40), 'README.md': 'hello\n' },
  });
  const changed = lines(40).replace('line 20\n', 'line twenty\n');
  await world.push(repository, alice, {
    branch: 'change',
    from: 'main',
    message: 'Change',
    files: { 'app/main.py': changed, 'new.sql': 'SELECT 1;\n', 'logo.bin': Buffer.from([0, 1, 2, 255]) },
  });
  pull = await world.people.openPull(repository, alice, { title: 'Change', body: 'Because.', head: 'change' });
  octokit = new ProbotOctokit({
    baseUrl: world.github.addresses.api,
    auth: { appId: world.app.id, privateKey: world.privateKey, installationId: world.installation.id },
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}, 60_000);

afterAll(async () => {
  await world.close();
  expect(world.github.violations).toEqual([]);
});

test('serves every operation of the description, and describes every one it serves', () => {
  expect(Object.keys(served).sort()).toEqual(operations.map(({ id }) => id).sort());
});

describe('reading', () => {
  test('a pull request, its files with patches, and its commits', async () => {
    const { data } = await octokit.rest.pulls.get({ ...at, pull_number: pull.number });
    expect(data).toMatchObject({
      number: 1,
      changed_files: 3,
      mergeable: true,
      head: { sha: pull.head.sha },
      user: { login: 'alice' },
    });
    const files = await octokit.rest.pulls.listFiles({ ...at, pull_number: 1 });
    expect(
      files.data.map(({ filename, status, additions, deletions, patch }) => [
        filename,
        status,
        additions,
        deletions,
        patch?.split('\n')[0],
      ]),
    ).toEqual([
      ['app/main.py', 'modified', 1, 1, '@@ -17,7 +17,7 @@ line 16'],
      ['logo.bin', 'added', 0, 0, undefined],
      ['new.sql', 'added', 1, 0, '@@ -0,0 +1 @@'],
    ]);
    const commits = await octokit.rest.pulls.listCommits({ ...at, pull_number: 1 });
    expect(commits.data.map(({ commit, author }) => [commit.message, author?.login])).toEqual([['Change', 'alice']]);
  });

  test('listings in pages, with links', async () => {
    const first = await octokit.rest.pulls.listFiles({ ...at, pull_number: 1, per_page: 2 });
    expect(first.headers.link).toMatch(/page=2>; rel="next"/);
    const all = await octokit.paginate(octokit.rest.pulls.listFiles, { ...at, pull_number: 1, per_page: 2 });
    expect(all).toHaveLength(3);
  });

  test('trees, blobs, contents and commits', async () => {
    const tree = await octokit.rest.git.getTree({ ...at, tree_sha: pull.head.sha, recursive: '1' });
    expect(tree.data.tree.map(({ path, type, mode }) => `${mode} ${type} ${path}`)).toEqual([
      '100644 blob README.md',
      '040000 tree app',
      '100644 blob app/main.py',
      '100644 blob logo.bin',
      '100644 blob new.sql',
    ]);
    expect(tree.data.truncated).toBe(false);
    const sql = tree.data.tree.find(({ path }) => path === 'new.sql');
    const blob = await octokit.rest.git.getBlob({ ...at, file_sha: sql?.sha ?? '' });
    expect(Buffer.from(blob.data.content, 'base64').toString()).toBe('SELECT 1;\n');
    const content = await octokit.rest.repos.getContent({
      ...at,
      path: 'app/main.py',
      ref: 'main',
      mediaType: { format: 'raw' },
    });
    expect(content.data).toBe(lines(40));
    await expect(octokit.rest.repos.getContent({ ...at, path: '.github/dialectic.yml' })).rejects.toMatchObject({
      status: 404,
    });
    const directory = await octokit.rest.repos.getContent({ ...at, path: 'app' });
    expect(directory.data).toMatchObject([{ name: 'main.py', path: 'app/main.py', type: 'file' }]);
    expect((await octokit.rest.repos.getBranch({ ...at, branch: 'main' })).data.name).toBe('main');
    expect((await octokit.rest.git.getRef({ ...at, ref: 'heads/main' })).data.ref).toBe('refs/heads/main');
    expect((await octokit.rest.repos.getCommit({ ...at, ref: pull.head.sha })).data.files).toHaveLength(3);
    expect((await octokit.rest.git.getCommit({ ...at, commit_sha: pull.head.sha })).data.message).toBe('Change');
    const compared = await octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: 'main...change' });
    expect(compared.data).toMatchObject({ status: 'ahead', ahead_by: 1, files: [{ filename: 'app/main.py' }, {}, {}] });
  });

  test('who may do what', async () => {
    expect((await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'alice' })).data).toMatchObject({
      permission: 'write',
      role_name: 'write',
    });
    expect((await octokit.rest.apps.listReposAccessibleToInstallation()).data.repositories).toMatchObject([
      { full_name: 'acme/platform' },
    ]);
    expect((await octokit.rest.repos.get(at)).data.default_branch).toBe('main');
    expect(
      (await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: pull.head.sha })).data,
    ).toMatchObject([{ number: 1 }]);
  });

  test('objects by GraphQL, and an unknown field is refused', async () => {
    const query =
      '{ repository(owner: "acme", name: "platform") { a: object(expression: "change:new.sql") { ... on Blob { text isBinary isTruncated byteSize } } b: object(expression: "change:gone") { oid } } }';
    expect(await octokit.graphql(query)).toEqual({
      repository: { a: { text: 'SELECT 1;\n', isBinary: false, isTruncated: false, byteSize: 10 }, b: null },
    });
    await expect(octokit.graphql('{ repository(owner: "acme", name: "platform") { nope } }')).rejects.toThrow(
      /Cannot query field "nope"/,
    );
    expect(world.github.violations.splice(0)).toEqual([expect.stringContaining('Cannot query field "nope"')]);
  });
});

describe('reviews', () => {
  test('are all or nothing: one comment outside the diff refuses the whole', async () => {
    const comments = [
      { path: 'new.sql', line: 1, body: 'fine' },
      { path: 'app/main.py', line: 2, body: 'outside' },
    ];
    await expect(
      octokit.rest.pulls.createReview({ ...at, pull_number: 1, event: 'COMMENT', body: 'x', comments }),
    ).rejects.toMatchObject({ status: 422 });
    expect(pull.reviews).toEqual([]);
    expect(repository.reviewComments).toEqual([]);
  });

  test('take lines that the hunks show, ranges inside one hunk, and files as wholes', async () => {
    const comments = [
      { path: 'new.sql', line: 1, body: 'one' },
      { path: 'app/main.py', start_line: 19, line: 21, side: 'RIGHT', start_side: 'RIGHT', body: 'range' },
    ];
    const { data } = await octokit.rest.pulls.createReview({
      ...at,
      pull_number: 1,
      commit_id: pull.head.sha,
      event: 'REQUEST_CHANGES',
      body: 'No.',
      comments,
    });
    expect(data).toMatchObject({ state: 'CHANGES_REQUESTED', user: { login: 'dialectic[bot]' } });
    const whole = await octokit.rest.pulls.createReviewComment({
      ...at,
      pull_number: 1,
      commit_id: pull.head.sha,
      path: 'app/main.py',
      subject_type: 'file',
      body: 'whole',
    });
    expect(whole.data.subject_type).toBe('file');
    const listed = await octokit.rest.pulls.listReviewComments({ ...at, pull_number: 1 });
    expect(listed.data.map(({ path, line, start_line, body }) => [path, start_line, line, body])).toEqual([
      ['new.sql', null, 1, 'one'],
      ['app/main.py', 19, 21, 'range'],
      ['app/main.py', null, undefined, 'whole'],
    ]);
    const dismissed = await octokit.rest.pulls.dismissReview({
      ...at,
      pull_number: 1,
      review_id: data.id,
      message: 'Fixed.',
    });
    expect(dismissed.data.state).toBe('DISMISSED');
  });

  test('follow their line on a push, or become outdated', async () => {
    const changed = `first\n${lines(40).replace('line 20\n', 'line twenty\n')}`;
    await world.push(repository, alice, {
      branch: 'change',
      message: 'More',
      files: { 'app/main.py': changed, 'new.sql': 'SELECT 2;\n' },
    });
    const listed = await octokit.rest.pulls.listReviewComments({ ...at, pull_number: 1 });
    expect(listed.data.map(({ start_line, line }) => [start_line, line])).toEqual([
      [null, null],
      [20, 22],
      [null, undefined],
    ]);
  });

  test('threads are resolved only with contents: write', async () => {
    const query =
      '{ repository(owner: "acme", name: "platform") { pullRequest(number: 1) { reviewThreads(first: 10) { nodes { id isResolved path comments(first: 1) { nodes { databaseId body } } } } } } }';
    const threads = await octokit.graphql<{
      repository: { pullRequest: { reviewThreads: { nodes: { id: string }[] } } };
    }>(query);
    const [first] = threads.repository.pullRequest.reviewThreads.nodes;
    await expect(
      octokit.graphql(
        'mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }',
        { id: first?.id },
      ),
    ).rejects.toMatchObject({ errors: [{ type: 'FORBIDDEN' }] });
  });
});

describe('checks', () => {
  test('collect annotations over updates, fifty a request', async () => {
    const annotation = {
      path: 'new.sql',
      start_line: 1,
      end_line: 1,
      annotation_level: 'failure' as const,
      message: 'no',
    };
    const output = { title: 't', summary: 's' };
    const run = await octokit.rest.checks.create({
      ...at,
      name: 'dialectic',
      head_sha: pull.head.sha,
      status: 'in_progress',
    });
    const update = { ...at, check_run_id: run.data.id };
    await octokit.rest.checks.update({
      ...update,
      output: { ...output, annotations: Array.from({ length: 50 }, () => annotation) },
    });
    await octokit.rest.checks.update({
      ...update,
      conclusion: 'failure',
      output: { ...output, annotations: [annotation] },
    });
    const found = await octokit.rest.checks.listForRef({ ...at, ref: pull.head.sha, check_name: 'dialectic' });
    expect(found.data).toMatchObject({
      total_count: 1,
      check_runs: [{ status: 'completed', conclusion: 'failure', output: { annotations_count: 51 } }],
    });
    expect(await octokit.paginate(octokit.rest.checks.listAnnotations, { ...update, per_page: 100 })).toHaveLength(51);
    const tooMany = octokit.rest.checks.update({
      ...update,
      output: { ...output, annotations: Array.from({ length: 51 }, () => annotation) },
    });
    await expect(tooMany).rejects.toMatchObject({ status: 422 });
    await expect(
      octokit.rest.checks.update({ ...update, output: { title: 't', summary: 'x'.repeat(65_536) } }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(
      octokit.rest.checks.create({ ...at, name: 'dialectic', head_sha: '0'.repeat(40) }),
    ).rejects.toMatchObject({ status: 422 });
    expect(world.github.violations.splice(0)).toHaveLength(2);
  });
});

describe('conversation', () => {
  test('comments, edits, reactions', async () => {
    const comment = await octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'Hello' });
    await octokit.rest.issues.updateComment({ ...at, comment_id: comment.data.id, body: 'Hello again' });
    await octokit.rest.reactions.createForIssueComment({ ...at, comment_id: comment.data.id, content: 'eyes' });
    const listed = await octokit.rest.issues.listComments({ ...at, issue_number: 1 });
    expect(listed.data).toMatchObject([
      { body: 'Hello again', reactions: { eyes: 1 }, performed_via_github_app: { slug: 'dialectic' } },
    ]);
    await expect(
      octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'x'.repeat(65_537) }),
    ).rejects.toMatchObject({ status: 422 });
    const human = world.people.comment(repository, pull, alice, 'mine');
    await expect(
      octokit.rest.issues.updateComment({ ...at, comment_id: human.id, body: 'yours' }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe('refusals', () => {
  test('unknown routes and fields', async () => {
    await expect(octokit.request('GET /repos/{owner}/{repo}/nothing', at)).rejects.toMatchObject({ status: 501 });
    await expect(
      octokit.request('POST /repos/{owner}/{repo}/issues/1/comments', { ...at, body: 'x', colour: 'red' }),
    ).rejects.toMatchObject({ status: 422 });
    expect(world.github.violations.splice(0)).toEqual([
      'unknown route: GET /repos/acme/platform/nothing',
      'issues/create-comment: the request must NOT have additional properties (colour)',
    ]);
  });

  test('missing permissions', async () => {
    const bare = world.github.credentials.grant(
      world.installation,
      { metadata: 'read', pull_requests: 'read' },
      undefined,
    );
    const response = await fetch(`${world.github.addresses.api}/repos/acme/platform/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bare.token}` },
      body: JSON.stringify({ name: 'x', head_sha: pull.head.sha }),
    });
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { message: 'Resource not accessible by integration' },
    ]);
  });

  test('faults on demand: a 502 after the write was done, a limit with its Retry-After', async () => {
    const before = repository.comments.length;
    world.github.faults.plan('issues/create-comment', { kind: 'bad-gateway-after' });
    await expect(octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'once' })).rejects.toMatchObject({
      status: 502,
    });
    expect(repository.comments).toHaveLength(before + 1);
    world.github.faults.plan('issues/create-comment', { kind: 'secondary-limit', retryAfter: 7 });
    await expect(octokit.rest.issues.createComment({ ...at, issue_number: 1, body: 'twice' })).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'retry-after': '7' } },
    });
    expect(repository.comments).toHaveLength(before + 1);
  });
});
