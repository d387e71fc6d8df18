import { describe, expect, test } from '@jest/globals';
import { configurationFrom } from '../src/config/configuration.js';
import { review } from '../src/review.js';
import { memoryFactStore } from '../src/reviewers/fact-store.js';
import { toText } from '../src/report/text.js';
import { toMarkdown } from '../src/report/markdown.js';
import { snapshotOf, type Content } from './support/snapshot.js';

/** One file of each kind that wants to hurt. Each review must end (Jest's limit is the bound) and must not crash a check. */
const NASTY: Readonly<Record<string, Record<string, Content>>> = {
  'Python: 10,000 open brackets': {
    'app.py': `import asyncio\nasync def f():\n    return ${'('.repeat(10_000)}${')'.repeat(10_000)}\n`,
  },
  'Python: a megabyte on one line': { 'app.py': `async def f():\n    x = [${'1, '.repeat(330_000)}]\n` },
  'Python: 3,000 nested functions': {
    'app.py': Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}def f${i}():`).join('\n'),
  },
  'Python: not text': { 'app.py': Buffer.from([0, 159, 146, 150]) },
  'YAML: billion laughs': {
    'docker-compose.yml': `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, i) => `k${i}: &k${i} [${Array.from({ length: 9 }, () => (i === 0 ? '*a' : `*k${i - 1}`)).join(',')}]`).join('\n')}\nservices: {}\n`,
  },
  'YAML: deep nesting': { 'k8s/deploy.yaml': `${'['.repeat(50_000)}` },
  'SQL: deep nesting': {
    'migrations/V1__a.sql': `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)};\nCREATE TABLE t (a json);\n`,
  },
  'SQL: a NUL and an unclosed quote': { 'migrations/V1__a.sql': "CREATE TABLE t (a int);\n\0 SELECT 'never closed" },
  'SQL and results of load tests: half a megabyte of empty lines': {
    'migrations/V1__a.sql': `${'\n'.repeat(500_000)}CREATE TABLE t (a int);\n`,
    'load/hey.txt': `${'\n'.repeat(500_000)}Summary:\n`,
  },
  'Markdown: 65,536 characters of >': { 'docs/adr/0001-x.md': '>'.repeat(65_536), 'PLAN.md': '>'.repeat(65_536) },
  'Markdown: emphasis without end': {
    'docs/adr/0001-x.md': '*_'.repeat(30_000),
    'PLAN.md': `# Plan\n${'[('.repeat(30_000)}`,
  },
  'JSON: evidence that is none': { 'load/summary.json': '{"metrics": {'.repeat(20_000), 'load/results.json': '[' },
  'TOML and requirements': {
    'pyproject.toml': '[[[['.repeat(10_000),
    'requirements.txt': `-r ${'../'.repeat(2000)}etc/passwd\n-r requirements.txt\n`,
  },
  'zip: not one': { 'model.zip': Buffer.from('PK\u0003\u0004 and nothing behind it') },
  'notebook: broken': { 'train.ipynb': '{"cells": [{"cell_type": "code", "source": 7}]}' },
  'Dockerfile: strange': { Dockerfile: `FROM \${${'A:-${'.repeat(2000)}\nRUN <<EOF\nnever closed` },
};

describe.each(Object.entries(NASTY))('%s', (_name, files) => {
  test('ends, crashes nothing, and can be printed', async () => {
    const body = Object.values(files)
      .map((content) => Buffer.from(content).toString('latin1').slice(0, 65_536))
      .join('\n')
      .slice(0, 65_536);
    const head = snapshotOf(files, { pull: { body } });
    const result = await review({
      head,
      configuration: configurationFrom(),
      store: memoryFactStore(),
      today: '2026-01-15',
    });
    expect(result.outcomes.filter((outcome) => outcome.kind === 'crashed')).toEqual([]);
    expect(toText(result, { color: false, source: () => undefined }).length).toBeLessThan(200_000);
    expect(toMarkdown(result).length).toBeLessThan(500_000);
  }, 20_000);
});
