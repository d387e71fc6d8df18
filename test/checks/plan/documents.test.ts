import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PLAN } from '../../../src/checks/plan/draft.js';
import { checksOf, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';
import { processorTime } from '../../support/processor-time.js';

/**
 * Labelled plans and requirement documents. Texts are separated by `=====` lines that carry a name and, after `|`, what
 * must be found as `check:line` (the `plan/` left out); nothing else may be found. A text that begins with `<<` is the good plan
 * with lines replaced: `<< old line >> new line` (an empty new line takes it away, `\n` makes two).
 */
const FOLDER = 'test/checks/plan/documents';
const SEPARATOR = /^===== ([^|\n]+?)(?: \| ([^\n]*))?$/gm;

interface Labelled {
  readonly name: string;
  readonly expected: readonly string[];
  readonly text: string;
}

function documentsOf(file: string): Labelled[] {
  const content = readFileSync(`${FOLDER}/${file}`, 'utf8');
  const heads = [...content.matchAll(SEPARATOR)];
  return heads.map((head, index) => ({
    name: head[1] ?? '',
    expected: (head[2] ?? '').split(/\s+/).filter(Boolean).sort(),
    text: content.slice(head.index + head[0].length + 1, heads[index + 1]?.index ?? content.length).trimEnd(),
  }));
}

function expanded(text: string): string {
  if (!text.startsWith('<<')) return text;
  return text.split('\n').reduce((plan, edit) => {
    const [old = '', fresh = ''] = edit.replace(/^<< ?/, '').split(' >> ');
    if (!plan.includes(`${old.replace(/ >>$/, '')}\n`)) throw new Error(`the plan has no line "${old}"`);
    return plan.replace(`${old.replace(/ >>$/, '')}\n`, fresh === '' ? '' : `${fresh.replaceAll('\\n', '\n')}\n`);
  }, PLAN);
}

describe.each(readdirSync(FOLDER).filter((file) => file.endsWith('.txt')))('%s', (file) => {
  const path = file.startsWith('requirements') ? 'docs/wanted.md' : 'PLAN.md';
  test.each(documentsOf(file).map((document) => [document.name, document] as const))(
    '%s',
    async (_name, { text, expected }) => {
      const body =
        file.startsWith('requirements') && !text.startsWith('---')
          ? `---\ntype: requirements\n---\n${text}`
          : expanded(text);
      const { findings } = await runChecks(snapshotOf({ [path]: body }), checksOf('plan'));
      expect(
        findings.map((finding) => `${finding.check.replace('plan/', '')}:${finding.location.startLine}`).sort(),
      ).toEqual(expected);
    },
  );
});

// It takes two seconds of processor time (docs/quality.md); the bound is for the growth, not for the machine.
test('a document of a megabyte ends soon', async () => {
  for (const unit of [
    '- [ ] Task 1.1: must be fast, depends on Task 1.2\n',
    '## Phase 1: Logical View\n\n### Task 1.1: x\n**Dependencies:** Task 1.1\n\n',
    '| a | b |\n',
    'The service must be fast and scalable. ',
  ]) {
    const document = { 'PLAN.md': unit.repeat(Math.ceil(1e6 / unit.length)) };
    const spent = await processorTime(() => runChecks(snapshotOf(document), checksOf('plan')));
    expect(spent).toBeLessThan(15_000);
  }
}, 120_000);
