import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { jobsOf } from '../src/app.js';
import { EVENTS, PERMISSIONS } from '../src/github/manifest.js';
import { parseYaml } from '../src/languages/yaml/index.js';
import type { Job } from '../src/queue/job.js';

type Payload = Record<string, unknown>;
const recorded = JSON.parse(
  readFileSync('node_modules/@octokit/webhooks-examples/api.github.com/index.json', 'utf8'),
) as { name: string; examples: Payload[] }[];

const APP = 29310;

const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
ajv.addSchema(
  JSON.parse(readFileSync('node_modules/@octokit/webhooks-schemas/schema.json', 'utf8')) as object,
  'webhooks',
);

/** Whether GitHub's schema of today knows a payload: the recordings are of many years. */
function isCurrent(name: string, action: string | undefined, body: Payload): boolean {
  const installation = { id: 7, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNw==' };
  return ajv.getSchema(`webhooks#/definitions/${name}$${action ?? 'event'}`)?.({ ...body, installation }) === true;
}

/** A delivery that GitHub really sent, with parts laid over it. */
function payload(name: string, action: string | undefined, over: Payload = {}): Payload {
  const all = recorded
    .find((event) => event.name === name)
    ?.examples.filter((example) => action === undefined || example['action'] === action);
  const found = all?.find((example) => isCurrent(name, action, example)) ?? all?.[0];
  if (!found) throw new Error(`no recorded ${name}.${action}`);
  return deepMerge({ ...found, installation: { id: 7, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uNw==' } }, over);
}

function deepMerge(under: Payload, over: Payload): Payload {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    const both = isObject(old) && isObject(value);
    result[key] = both ? deepMerge(old, value) : value;
  }
  return result;
}
const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const jobs = (name: string, body: Payload): Job[] => jobsOf({ name, payload: body }, APP);
const kinds = (name: string, body: Payload): string[] => jobs(name, body).map((job) => job.kind);

describe('pull_request', () => {
  test.each(['opened', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft'])(
    '%s is reviewed',
    (action) => {
      const body = payload('pull_request', action);
      expect(jobs('pull_request', body)).toEqual([
        {
          kind: 'review',
          installationId: 7,
          owner: 'Codertocat',
          repo: 'Hello-World',
          number: (body['pull_request'] as { number: number }).number,
        },
      ]);
    },
  );
  test.each(['closed', 'assigned', 'labeled', 'locked', 'review_requested'])('%s is not', (action) => {
    expect(kinds('pull_request', payload('pull_request', action))).toEqual([]);
  });
  test.each([
    [{ body: { from: 'old' } }, ['review']],
    [{ base: { ref: { from: 'main' }, sha: { from: 'a' } } }, ['review']],
    [{ title: { from: 'old' } }, ['review']],
    [{}, []],
  ])('edited with %j', (changes, expected) => {
    expect(kinds('pull_request', payload('pull_request', 'opened', { action: 'edited', changes }))).toEqual(expected);
  });
  test('of a repository where the app is not installed is none of ours', () => {
    expect(kinds('pull_request', { ...payload('pull_request', 'opened'), installation: undefined })).toEqual([]);
  });
});

describe('issue_comment', () => {
  const onPull = (body: string, over: Payload = {}, action = 'created'): Payload =>
    payload(
      'issue_comment',
      action,
      deepMerge({ issue: { pull_request: { url: 'x' }, state: 'open' }, comment: { body } }, over),
    );
  test('a command on a pull request is done', () => {
    const [job] = jobs('issue_comment', onPull('Please:\n\n/dialectic review'));
    expect(job).toMatchObject({
      kind: 'command',
      number: 1,
      comment: { body: 'Please:\n\n/dialectic review', author: 'Codertocat' },
    });
  });
  test('a command on an issue is done too; a waiver there is nothing', () => {
    const on = (action: string, body: string): Payload => payload('issue_comment', action, { comment: { body } });
    expect(jobs('issue_comment', on('created', '/dialectic plan'))).toMatchObject([{ kind: 'command', issue: true }]);
    expect(kinds('issue_comment', on('deleted', '/dialectic waive proc/blocking-call x'))).toEqual([]);
  });
  test.each<[string, Payload]>([
    ['talk', onPull('What does dialectic do?')],
    ['a quoted command', onPull('> /dialectic review')],
    ['a bot', onPull('/dialectic review', { comment: { user: { type: 'Bot' } } })],
    ['talk on an issue', payload('issue_comment', 'created', { comment: { body: 'review it' } })],
    ['a closed pull request', onPull('/dialectic review', { issue: { state: 'closed' } })],
    ['an edit of another command', onPull('/dialectic review', {}, 'edited')],
  ])('%s is left alone', (_, body) => expect(kinds('issue_comment', body)).toEqual([]));
  test('a waiver that is edited or deleted is judged anew', () => {
    expect(kinds('issue_comment', onPull('/dialectic waive proc/blocking-call x', {}, 'deleted'))).toEqual(['review']);
    expect(
      kinds('issue_comment', onPull('never mind', { changes: { body: { from: '/dialectic waive a b' } } }, 'edited')),
    ).toEqual(['review']);
  });
});

describe('the words that the planner is asked for with', () => {
  const kindsOf = (name: 'issues' | 'pull_request', action: string, over: Payload): string[] =>
    kinds(name, payload(name, action, over));
  const issue = (over: Payload): Payload => ({ issue: { title: 'A', body: 'b', labels: [], ...over } });
  test('on an issue that is opened, and on a label', () => {
    expect(jobs('issues', payload('issues', 'opened', issue({ title: 'Design of the store' })))).toMatchObject([
      { kind: 'offer', number: 1, issue: true },
    ]);
    expect(kindsOf('issues', 'opened', issue({ labels: [{ name: 'architecture' }] }))).toEqual(['offer']);
    expect(kindsOf('issues', 'labeled', { label: { name: 'schema drift' } })).toEqual(['offer']);
  });
  test('on a pull request, beside its review', () => {
    const over = { pull_request: { title: 'A', body: 'JTBD-02' } };
    expect(kindsOf('pull_request', 'opened', over)).toEqual(['review', 'offer']);
    expect(kindsOf('pull_request', 'labeled', { label: { name: '4+1' } })).toEqual(['offer']);
  });
  test.each<[string, Payload]>([
    ['without a word', issue({ title: 'Fix it' })],
    ['with a word inside another', issue({ title: 'Explanation of a designer' })],
    ['of a bot', issue({ title: 'Plan', user: { type: 'Bot' } })],
  ])('not on an issue %s', (_, over) => expect(kindsOf('issues', 'opened', over)).toEqual([]));
  test('not on another label, and not when it is edited', () => {
    expect(kindsOf('issues', 'labeled', { label: { name: 'bug' } })).toEqual([]);
    expect(kindsOf('issues', 'edited', issue({ title: 'Plan' }))).toEqual([]);
  });
});

describe('check_run and check_suite', () => {
  const run = { check_run: { name: 'dialectic', app: { id: APP } } };
  test('a re-run is done for the commit, also when the list of pull requests is empty', () => {
    const body = payload('check_run', 'rerequested', deepMerge(run, { check_run: { pull_requests: [] } }));
    expect(jobs('check_run', body)).toEqual([
      {
        kind: 'commit',
        installationId: 7,
        owner: 'github',
        repo: 'hello-world',
        sha: (body['check_run'] as { head_sha: string }).head_sha,
        why: 'again',
      },
    ]);
  });
  test('a button names itself', () => {
    const body = payload(
      'check_run',
      'requested_action',
      deepMerge(run, { requested_action: { identifier: 'explain' } }),
    );
    expect(jobs('check_run', body)).toMatchObject([{ kind: 'action', action: 'explain', user: 'codebytere' }]);
  });
  test("other apps' runs and other actions are left alone", () => {
    expect(
      kinds('check_run', payload('check_run', 'rerequested', { check_run: { name: 'dialectic', app: { id: 1 } } })),
    ).toEqual([]);
    expect(kinds('check_run', payload('check_run', 'created', run))).toEqual([]);
    expect(kinds('check_run', payload('check_run', 'completed', run))).toEqual([]);
  });
  test.each([
    ['requested', 'missing'],
    ['rerequested', 'again'],
  ])('a suite that is %s', (action, why) => {
    expect(jobs('check_suite', payload('check_suite', action, { check_suite: { app: { id: APP } } }))).toMatchObject([
      { kind: 'commit', why },
    ]);
    expect(kinds('check_suite', payload('check_suite', action, { check_suite: { app: { id: 1 } } }))).toEqual([]);
  });
});

test('a merge group is evaluated', () => {
  expect(jobs('merge_group', payload('merge_group', 'checks_requested'))).toMatchObject([{ kind: 'merge-group' }]);
  expect(kinds('merge_group', payload('merge_group', 'checks_requested', { action: 'destroyed' }))).toEqual([]);
});

describe('push', () => {
  const push = (over: Payload): Payload =>
    payload('push', undefined, { ref: 'refs/heads/release/1.x', deleted: false, forced: false, ...over });
  const touching = [{ added: [], removed: [], modified: ['.github/dialectic.yml'] }];
  test('that changes the configuration has the open pull requests of the branch judged anew', () => {
    expect(jobs('push', push({ commits: touching }))).toMatchObject([{ kind: 'branch', branch: 'release/1.x' }]);
  });
  test('that forces the branch elsewhere may have changed it', () => {
    expect(kinds('push', push({ commits: [], forced: true }))).toEqual(['branch']);
  });
  test.each<[string, Payload]>([
    ['of other files', { commits: [{ added: ['a'], removed: [], modified: [] }] }],
    ['of a tag', { ref: 'refs/tags/v1', commits: touching }],
    ['that deletes the branch', { deleted: true, commits: touching }],
  ])('%s is left alone', (_, over) => expect(kinds('push', push(over))).toEqual([]));
});

test('a finished workflow may have brought evidence', () => {
  const over = { workflow_run: { event: 'pull_request' } };
  expect(jobs('workflow_run', payload('workflow_run', 'completed', over))).toMatchObject([
    { kind: 'evidence', sha: expect.any(String), run: { id: expect.any(Number), updatedAt: expect.any(String) } },
  ]);
  expect(kinds('workflow_run', payload('workflow_run', 'requested', over))).toEqual([]);
  expect(kinds('workflow_run', payload('workflow_run', 'completed', { workflow_run: { event: 'schedule' } }))).toEqual(
    [],
  );
});

// Of merge_group, push and workflow_run only older recordings exist: GitHub has added fields since.
describe('the payloads above are what GitHub sends today', () => {
  const used = [
    ...['opened', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft', 'closed'].map((action) => [
      'pull_request',
      action,
    ]),
    ...['created', 'edited', 'deleted'].map((action) => ['issue_comment', action]),
    ...['rerequested', 'requested_action', 'created', 'completed'].map((action) => ['check_run', action]),
    ...['requested', 'rerequested', 'completed'].map((action) => ['check_suite', action]),
  ] as const;
  test.each(used.map(([name = '', action = '']): [string, string] => [name, action]))('%s %s', (name, action) => {
    expect(isCurrent(name, action, payload(name, action))).toBe(true);
  });
});

test('app.yml asks for the events that are handled and the permissions that are used', () => {
  const [manifest] = parseYaml(readFileSync('app.yml', 'utf8')).documents;
  expect(manifest?.get('default_events')?.toJS()).toEqual([...EVENTS]);
  expect(manifest?.get('default_permissions')?.toJS()).toEqual(PERMISSIONS);
});
