import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DESCRIPTION_PATH } from '../../../src/core/pull-request.js';
import { checksOf, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

/**
 * Labelled descriptions. Texts are separated by `=====` lines that carry a name and, after `|`, what must be found as
 * `check:line`; nothing else may be found. `dia/superficial` is left out unless a text names it: see its own file.
 */
const FOLDER = 'test/checks/dia/texts';
const SEPARATOR = /^===== ([^|\n]+?)(?: \| ([^\n]*))?$/gm;

function textsOf(file: string): { name: string; expected: string[]; body: string }[] {
  const content = readFileSync(`${FOLDER}/${file}`, 'utf8');
  const heads = [...content.matchAll(SEPARATOR)];
  return heads.map((head, index) => ({
    name: head[1] ?? '',
    expected: (head[2] ?? '').split(/\s+/).filter(Boolean).sort(),
    body: content.slice(head.index + head[0].length + 1, heads[index + 1]?.index ?? content.length).trimEnd(),
  }));
}

const files = {
  'service/pool.py': 'MAX_SIZE = 20\n',
  '.github/pull_request_template.md': readFileSync(`${FOLDER}/template.md`, 'utf8'),
};

describe.each(readdirSync(FOLDER).filter((file) => file.endsWith('.txt')))('%s', (file) => {
  test.each(textsOf(file).map((text) => [text.name, text] as const))('%s', async (_name, { body, expected }) => {
    const { findings } = await runChecks(snapshotOf(files, { pull: { body } }), checksOf('dia'));
    const found = findings.filter((finding) => finding.location.path === DESCRIPTION_PATH);
    expect(found.map((finding) => `${finding.check}:${finding.location.startLine}`).sort()).toEqual(expected);
  });
});
