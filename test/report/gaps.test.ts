import { expect, test } from '@jest/globals';
import type { ReviewGap } from '../../src/core/review.js';
import { gathered } from '../../src/report/gaps.js';

const gap = (path: string, reason = 'template markup', decisive = false): ReviewGap => ({
  path,
  line: 1,
  kind: 'unsupported',
  reason,
  decisive,
});
const shown = (gaps: readonly ReviewGap[]): string[] =>
  gathered(gaps).map(({ path, line, reason }) => `${path}:${String(line)} ${reason}`);

test("a chart's templates are one line with their number", () => {
  const names = ['a.yaml', 'b.yaml', 'sub/c.yaml', 'd.yaml'].map((name) => `deploy/chart/templates/${name}`);
  expect(shown([...names.map((path) => gap(path)), gap('other/x.yaml')])).toEqual([
    'deploy/chart/templates/:undefined 4 files: template markup',
    'other/x.yaml:1 template markup',
  ]);
});

test('a few files, other reasons and what the verdict hangs on stay by themselves', () => {
  expect(shown(['a', 'b', 'c'].map((name) => gap(`templates/${name}`)))).toHaveLength(3);
  expect(shown(['a', 'b', 'c', 'd'].map((name) => gap(`k8s/${name}`, `broken ${name}`)))).toHaveLength(4);
  expect(shown(['a', 'b', 'c', 'd'].map((name) => gap(`k8s/${name}`, 'broken', true)))).toHaveLength(4);
});

test('several places in one file are no folder of files', () => {
  expect(shown([1, 2, 3, 4, 5].map((line) => ({ ...gap('k8s/a.yaml'), line })))).toHaveLength(5);
});

test('an assumption made on many lines of a file is one line, at the first', () => {
  const named = (path: string, line: number): ReviewGap => ({ ...gap(path, 'env_file .env'), kind: 'assumed', line });
  expect(shown([named('a.yml', 3), named('a.yml', 9), named('a.yml', 12), named('b.yml', 4)])).toEqual([
    'a.yml:3 env_file .env (so on 2 further lines)',
    'b.yml:4 env_file .env',
  ]);
});
