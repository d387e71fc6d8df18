import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';
import { added, snapshotOf } from '../support/snapshot.js';

const FILES = {
  'plain.py': 'import redis\n',
  'silent.py': 'import json\n',
  'latin.py': Buffer.from('# -*- coding: latin-1 -*-\nimport redis  # \xe9t\xe9\n', 'latin1'),
  'broken.py': Buffer.from('name = "\xe9t\xe9"\n', 'latin1'),
  // Python reads this as `import redis`; its bytes do not say so.
  'hidden.py': '# coding: utf-7\nimport +AHIAZQBkAGkAcw-\n',
  'wide.sql': Buffer.from('\ufeff-- redis\n', 'utf16le'),
  'binary.sql': Buffer.from([0x73, 0, 0xff, 0, 1]),
};
const PATHS = Object.keys(FILES);

const workspaceOf = (changed: readonly string[] | 'all') => {
  const changes = changed === 'all' ? [] : changed.map((path) => added(path, 'x'));
  return new SnapshotWorkspace(
    snapshotOf(FILES, { changes }),
    DEFAULT_SETTINGS,
    memoryFactStore(),
    undefined,
    changed === 'all',
  );
};
const told = ({ gaps }: SnapshotWorkspace) => gaps.map(({ path, kind, reason }) => `${path} ${kind}: ${reason}`);

describe('mentioning', () => {
  test('finds words in every encoding a file declares, and says which files it cannot search', async () => {
    const workspace = workspaceOf('all');
    expect(await workspace.mentioning(PATHS, ['redis'])).toEqual(['plain.py', 'latin.py', 'wide.sql']);
    expect(told(workspace)).toEqual([
      'broken.py unread: not utf-8 text',
      'hidden.py unread: written in utf-7, which is not read',
    ]);
  });

  test('a change is told of its own files, not of what was always there', async () => {
    const workspace = workspaceOf(['broken.py', 'plain.py']);
    await workspace.mentioning(PATHS, ['redis']);
    expect(told(workspace)).toEqual(['broken.py unread: not utf-8 text']);
  });
});
