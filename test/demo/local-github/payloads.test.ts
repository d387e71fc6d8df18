/**
 * One recorded payload for every event and action that the App hears of, made by the local GitHub and judged by GitHub's
 * webhook schemas. `RECORD=1 npm test -- payloads && npm run format` writes them anew.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import formatsModule from 'ajv-formats';
import { EVENTS, PERMISSIONS, startLocalGitHub, type World } from '../../../demo/local-github/index.js';

jest.setTimeout(120_000);

const FOLDER = 'test/payloads';
const schemas: unknown = createRequire(import.meta.url)('@octokit/webhooks-schemas');
/** GitHub adds fields faster than its schemas are published: what they do not know yet is not wrong. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open);
  if (schema === null || typeof schema !== 'object') return schema;
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'additionalProperties' || value !== false);
  return Object.fromEntries(kept.map(([key, value]) => [key, open(value)]));
}

const ajv = new Ajv({ strict: false, allErrors: true });
formatsModule.default(ajv);
ajv.addKeyword('tsAdditionalProperties');
ajv.addSchema(open(schemas) as object, 'webhooks');

type Payload = Record<string, unknown>;
const payloads = new Map<string, Payload>();
let world: World;
let hook: Server;

function problems(key: string, payload: Payload): string[] {
  const definition = key.replace(/^push$/, 'push$event').replace('.', '$');
  const validate = ajv.compile({ $ref: `webhooks#/definitions/${definition}` });
  if (validate(payload)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${key}${instancePath} ${message ?? ''}`);
}

beforeAll(async () => {
  world = await startLocalGitHub();
  hook = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202).end());
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  world.github.webhooks.target = { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}`, secret: 's' };
  await play();
  await world.github.webhooks.settled();
  for (const { event, action, request } of world.github.webhooks.log) {
    const key = action === null ? event : `${event}.${action}`;
    if (!payloads.has(key)) payloads.set(key, request.payload);
  }
});

afterAll(async () => {
  await world.close();
  hook.closeAllConnections();
  hook.close();
});

/** Everything that can happen to a pull request, once. */
async function play(): Promise<void> {
  const { github, people, organization } = world;
  const ana = github.addUser('ana');
  const repository = await github.addRepository(organization, 'platform', { private: false });
  repository.collaborators.set('ana', 'write');
  await world.push(repository, ana, { branch: 'main', message: 'Start', files: { 'a.sql': 'SELECT 1;\n' } });
  await world.push(repository, ana, {
    branch: 'next',
    from: 'main',
    message: 'Next',
    files: { 'b.sql': 'SELECT 1;\n' },
  });
  await world.push(repository, ana, {
    branch: 'change',
    from: 'main',
    message: 'Change',
    files: { 'a.sql': 'SELECT 2;\n' },
  });
  const pull = await people.openPull(repository, ana, { title: 'Change', body: 'Because.', head: 'change' });
  await world.push(repository, ana, { branch: 'change', message: 'More', files: { 'a.sql': 'SELECT 3;\n' } });
  await people.editPull(repository, pull, ana, { body: 'Because of that.' });
  await people.setDraft(repository, pull, ana, true);
  await people.setDraft(repository, pull, ana, false);
  const comment = people.comment(repository, pull, ana, '/dialectic help');
  github.editComment(repository, comment, ana, '/dialectic review');
  github.deleteComment(repository, comment, ana);
  await checks(pull.head.sha);
  const [run] = repository.runs;
  if (run) people.rerequestRun(repository, run, ana);
  if (run) people.requestAction(repository, run, ana, 'explain');
  const [suite] = repository.suites;
  if (suite) await people.rerequestSuite(repository, suite, ana);
  const { ref } = await people.queue(repository, [pull], ana);
  await people.leaveQueue(repository, ref, ana, 'dequeued');
  await people.finishWorkflow(repository, ana, { name: 'load', headSha: pull.head.sha, headBranch: 'change' });
  const issue = people.openIssue(repository, ana, { title: 'Plan the feature store' });
  await people.addLabel(repository, issue, ana, 'design');
  await people.close(repository, pull, ana);
  await people.reopen(repository, pull, ana);
  await people.addLabel(repository, pull, ana, 'architecture');
}

async function checks(sha: string): Promise<void> {
  const { token } = world.github.credentials.grant(world.installation, undefined, undefined);
  await fetch(`${world.github.addresses.api}/repos/acme/platform/check-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      name: 'dialectic',
      head_sha: sha,
      conclusion: 'success',
      actions: [{ label: 'Explain', description: 'Explain it', identifier: 'explain' }],
    }),
  });
}

const EXPECTED = [
  'check_run.completed',
  'check_run.created',
  'check_run.requested_action',
  'check_run.rerequested',
  'check_suite.requested',
  'check_suite.rerequested',
  'issue_comment.created',
  'issue_comment.deleted',
  'issue_comment.edited',
  'issues.labeled',
  'issues.opened',
  'merge_group.checks_requested',
  'merge_group.destroyed',
  'pull_request.closed',
  'pull_request.converted_to_draft',
  'pull_request.edited',
  'pull_request.labeled',
  'pull_request.opened',
  'pull_request.ready_for_review',
  'pull_request.reopened',
  'pull_request.synchronize',
  'push',
  'workflow_run.completed',
];

test('the local App asks for what app.yml asks for', () => {
  const manifest = load(readFileSync('app.yml', 'utf8')) as { default_events: string[]; default_permissions: object };
  expect(manifest.default_permissions).toEqual(PERMISSIONS);
  expect(manifest.default_events.sort()).toEqual([...EVENTS].sort());
});

test('the local GitHub sends every event and action', () => {
  expect([...payloads.keys()].sort()).toEqual(EXPECTED);
  expect([...new Set([...payloads.keys()].map((key) => key.split('.')[0]))].sort()).toEqual([...EVENTS].sort());
});

test.each(EXPECTED)('%s is as GitHub describes it', (key) => {
  expect(problems(key, payloads.get(key) ?? {})).toEqual([]);
});

test('the recorded payloads are of today', () => {
  if (process.env['RECORD'] === '1') {
    mkdirSync(FOLDER, { recursive: true });
    for (const [key, payload] of payloads)
      writeFileSync(`${FOLDER}/${key}.json`, `${JSON.stringify(payload, null, 2)}\n`);
  }
  expect(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json'))
      .sort(),
  ).toEqual(EXPECTED.map((key) => `${key}.json`).sort());
  for (const key of EXPECTED) {
    const recorded = JSON.parse(readFileSync(`${FOLDER}/${key}.json`, 'utf8')) as Payload;
    expect([key, problems(key, recorded)]).toEqual([key, []]);
    expect([key, shapeOf(recorded)]).toEqual([key, shapeOf(payloads.get(key))]);
  }
});

/** Names of fields, without their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0])] : [];
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}
