import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { FILES, stageForFile } from './world.js';

/** What was asked of everything that reaches beyond reading files. */
const asked: string[] = [];
const stage = stageForFile(
  {},
  {
    pool: {
      threadFile: pathToFileURL('dist/worker/entry.cjs'),
      verify: async () => {
        asked.push('verify');
        return { kind: 'failed', reason: 'not in this test' };
      },
      render: async () => {
        asked.push('render');
        return { kind: 'failed', reason: 'not in this test' };
      },
    },
  },
);
const CONFIGURATION = '.github/dialectic.yml';
const POWERS = 'logical:\n  verify: true\nphysical:\n  helm: render\n';
const CHANGE = {
  'migrations/V1__customers.sql': 'CREATE TABLE customer_features (id int, features json);\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: scoring\nversion: 0.1.0\n',
  'chart/templates/deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec: {}\n',
};

async function summaryOf(base: Record<string, string>, change: Record<string, string>): Promise<string> {
  const s = stage();
  asked.splice(0);
  const pull = await s.pullOf({ ...FILES, ...base }, { ...CHANGE, ...change });
  await s.idle();
  return s.summaryOf(pull);
}

test('the preview of a proposed configuration runs no SQL and starts no program; the base branch decides that', async () => {
  const summary = await summaryOf({}, { [CONFIGURATION]: POWERS });
  expect(summary).toContain('This change alters the configuration');
  expect(asked).toEqual([]);
});

test('what the base branch allows is done', async () => {
  await summaryOf({ [CONFIGURATION]: POWERS }, {});
  expect(new Set(asked)).toEqual(new Set(['verify', 'render']));
});

test('a proposed configuration cannot quote a file of another repository', async () => {
  const s = stage();
  const hidden = await s.addRepository(`hidden-${s.repository.name}`);
  await s.push({ branch: 'main', message: 'Begin', files: { 'secrets.yml': 'bankToken: hunter2\n' } }, hidden);
  const target = `acme/${hidden.name}:secrets.yml`;
  const summary = await summaryOf({}, { [CONFIGURATION]: `extends: ${target}\n` });
  expect(summary).not.toMatch(/bankToken|hunter2/);
  expect(summary).toContain(`It extends \`${target}\`. A file of another repository is read only where the base`);
});
