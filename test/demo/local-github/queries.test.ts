import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startLocalGitHub, type World } from '../../../demo/local-github/index.js';
import type { Pull, Repository, User } from '../../../demo/local-github/store.js';
import {
  blobsQuery,
  COMMENTS,
  CONFIGURATION,
  MERGE_QUEUE,
  OPEN_PULLS,
  PUBLISHED,
  situationQuery,
} from '../../../src/github/queries.js';

jest.setTimeout(60_000);

let world: World;
let repository: Repository;
let ana: User;
let pull: Pull;

beforeAll(async () => {
  world = await startLocalGitHub();
  ana = world.github.addUser('ana');
  repository = await world.github.addRepository(world.organization, 'platform');
  repository.collaborators.set('ana', 'write');
  await world.push(repository, ana, {
    branch: 'main',
    message: 'Start',
    files: { '.github/dialectic.yml': 'mode: observe\n', 'a.sql': 'SELECT 1;\n' },
  });
  await world.push(repository, ana, {
    branch: 'change',
    from: 'main',
    message: 'Change',
    files: { 'a.sql': 'SELECT 2;\n' },
  });
  pull = await world.people.openPull(repository, ana, { title: 'Change', body: 'Because.', head: 'change' });
  world.people.comment(repository, pull, ana, 'first');
  world.people.comment(repository, pull, ana, 'second');
}, 60_000);

afterAll(async () => {
  await world.close();
  expect(world.github.violations).toEqual([]);
});

async function ask(query: string, variables: object): Promise<unknown> {
  const { token } = world.github.credentials.grant(world.installation, undefined, undefined);
  const response = await fetch(`${world.server.url}/api/graphql`, {
    method: 'POST',
    headers: { authorization: `bearer ${token}` },
    body: JSON.stringify({ query, variables: { owner: 'acme', name: 'platform', ...variables } }),
  });
  return response.json();
}

test('everything a review asks first', async () => {
  const variables = { number: 1, app: world.app.id, check: 'dialectic', path: '.github/dialectic.yml' };
  expect(await ask(situationQuery(), variables)).toMatchObject({
    data: {
      repository: {
        nameWithOwner: 'acme/platform',
        pullRequest: {
          headRefOid: pull.head.sha,
          baseRef: { target: { file: { object: { text: 'mode: observe\n' } } } },
          author: { login: 'ana' },
          commits: { totalCount: 1, nodes: [{ commit: { author: { user: { login: 'ana' } } } }] },
          comments: { nodes: [{ body: 'first' }, { body: 'second' }] },
          head: {
            nodes: [
              {
                commit: {
                  associatedPullRequests: { nodes: [{ number: 1 }] },
                  checkSuites: { nodes: [{ checkRuns: { nodes: [] } }] },
                },
              },
            ],
          },
        },
      },
      defaults: null,
    },
    errors: [{ type: 'NOT_FOUND', path: ['defaults'] }],
  });
});

test('an older server refuses a question with a field that it does not know, in words that the App knows', async () => {
  const { settings } = world.github;
  const variables = { number: 1, app: world.app.id, check: 'dialectic', path: '.github/dialectic.yml' };
  settings.lacks = ['CheckSuite.workflowRun'];
  expect(await ask(situationQuery(), variables)).toEqual({
    errors: [
      {
        message: "Field 'workflowRun' doesn't exist on type 'CheckSuite'",
        extensions: { code: 'undefinedField', typeName: 'CheckSuite', fieldName: 'workflowRun' },
      },
    ],
  });
  const without = (await ask(situationQuery(false), variables)) as { data: { repository: object } };
  settings.lacks = [];
  expect(without.data.repository).toMatchObject({ pullRequest: { number: 1 } });
});

test('what stands, older comments, open pull requests', async () => {
  expect(await ask(PUBLISHED, { number: 1 })).toMatchObject({
    data: { repository: { pullRequest: { reviews: { nodes: [] }, reviewThreads: { nodes: [] } } } },
  });
  expect(await ask(OPEN_PULLS, { app: world.app.id, check: 'dialectic' })).toMatchObject({
    data: { repository: { pullRequests: { nodes: [{ number: 1 }] } } },
  });
  const cursor = Buffer.from('2').toString('base64');
  expect(await ask(COMMENTS, { number: 1, before: cursor })).toMatchObject({
    data: {
      repository: {
        issueOrPullRequest: { comments: { nodes: [{ body: 'first' }], pageInfo: { hasPreviousPage: false } } },
      },
    },
  });
});

test('blobs, configuration, merge queue', async () => {
  const oid = await repository.git.resolve('main:a.sql');
  expect(await ask(blobsQuery([oid ?? '']), {})).toMatchObject({
    data: { repository: { b0: { text: 'SELECT 1;\n' } } },
  });
  expect(await ask(CONFIGURATION, { expression: 'main:.github/dialectic.yml' })).toMatchObject({
    data: { repository: { object: { text: 'mode: observe\n' } } },
  });
  const variables = { app: world.app.id, check: 'dialectic', branch: 'main' };
  expect(await ask(MERGE_QUEUE, variables)).toMatchObject({ data: { repository: { mergeQueue: null } } });
  const { ref, sha } = await world.people.queue(repository, [pull], ana);
  expect(await ask(MERGE_QUEUE, variables)).toMatchObject({
    data: {
      repository: { mergeQueue: { entries: { nodes: [{ headCommit: { oid: sha }, pullRequest: { number: 1 } }] } } },
    },
  });
  const elsewhere = { ...variables, branch: 'release' };
  expect(await ask(MERGE_QUEUE, elsewhere)).toMatchObject({ data: { repository: { mergeQueue: null } } });
  await world.people.leaveQueue(repository, ref, ana, 'dequeued');
  expect(await ask(MERGE_QUEUE, variables)).toMatchObject({ data: { repository: { mergeQueue: null } } });
});
