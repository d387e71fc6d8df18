import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import type { GateSettings } from '../../../src/core/settings.js';
import type { PullRequest } from '../../../src/core/types.js';
import { exemptionOf } from '../../../src/models/argument/exemption.js';
import { added, pullRequest } from '../../support/snapshot.js';

const GATE = DEFAULT_SETTINGS.gate;

function exemption(
  pull: Partial<PullRequest>,
  paths: readonly string[],
  settings: Partial<GateSettings> = {},
  decides = true,
) {
  return exemptionOf({
    pull: pullRequest(pull),
    changes: paths.map((path) => added(path, 'x\n')),
    settings: { ...GATE, ...settings },
    isDocumentation: () => false,
    decides,
  });
}

describe('documentation', () => {
  test.each([
    [['README.md']],
    [['docs/guide/index.mdx', 'docs/img/flow.png']],
    [['CHANGELOG.md', 'LICENSE']],
    [['docs/adr/0001-pool.md']],
  ])('%j alone needs no argument', (paths) => {
    expect(exemption({}, paths)).toBe('only documentation changes');
  });

  test.each([
    [['README.md', 'service/app.py']],
    [['docs/conf.py']],
    [['requirements.txt']],
    [['docs/docker-compose.yml']],
    [['PLAN.md']],
    [['skills/review/SKILL.md']],
    [[]],
  ])('%j does', (paths) => {
    expect(exemption({}, paths)).toBeUndefined();
  });

  test('code renamed into documentation is not documentation', () => {
    const changes = [{ ...added('docs/app.md', 'x\n'), status: 'renamed' as const, previousPath: 'service/app.py' }];
    expect(
      exemptionOf({ pull: pullRequest(), changes, settings: GATE, isDocumentation: () => false, decides: true }),
    ).toBeUndefined();
  });

  test('can be switched off', () => {
    expect(exemption({}, ['README.md'], { exempt: { ...GATE.exempt, documentation: false } })).toBeUndefined();
  });
});

describe('bots', () => {
  const bot = { author: 'dependabot[bot]', authorIsBot: true };

  test('are exempt while every commit is theirs', () => {
    expect(exemption({ ...bot, commitAuthors: ['dependabot[bot]', 'web-flow'] }, ['requirements.txt'])).toContain(
      'dependabot[bot]',
    );
  });

  test('are not once somebody pushed to their branch, or when that is unknown', () => {
    expect(exemption({ ...bot, commitAuthors: ['dependabot[bot]', 'ada'] }, ['requirements.txt'])).toBeUndefined();
    expect(exemption(bot, ['requirements.txt'])).toBeUndefined();
    expect(exemption({ ...bot, commitAuthors: [] }, ['requirements.txt'])).toBeUndefined();
    expect(exemption({ ...bot, commitAuthors: ['web-flow'] }, ['requirements.txt'])).toBeUndefined();
  });

  test('coding agents and people with a bot-like name are not', () => {
    expect(
      exemption({ author: 'copilot-swe-agent[bot]', authorIsBot: true, commitAuthors: ['copilot-swe-agent[bot]'] }, [
        'a.py',
      ]),
    ).toBeUndefined();
    expect(
      exemption({ author: 'dependabot[bot]', authorIsBot: false, commitAuthors: ['dependabot[bot]'] }, ['a.py']),
    ).toBeUndefined();
  });
});

test('reverts and releases by configuration only', () => {
  const revert = {
    title: 'Revert "Raise the pool"',
    body: 'This reverts commit 0123456789abcdef0123456789abcdef01234567.',
  };
  expect(exemption(revert, ['a.py'])).toBeUndefined();
  expect(exemption(revert, ['a.py'], { exempt: { ...GATE.exempt, reverts: true } })).toContain('a revert');
  expect(
    exemption({ title: 'Revert everything I dislike' }, ['a.py'], { exempt: { ...GATE.exempt, reverts: true } }),
  ).toBeUndefined();
  for (const title of ['chore(release): 1.4.0', 'Release v2.0.0', 'release: 2.0', 'v1.2.3']) {
    expect(exemption({ title }, ['a.py'])).toBeUndefined();
    expect(exemption({ title }, ['a.py'], { exempt: { ...GATE.exempt, releases: true } })).toContain('a release');
  }
  expect(
    exemption({ title: 'Release connections after use' }, ['a.py'], { exempt: { ...GATE.exempt, releases: true } }),
  ).toBeUndefined();
});

test('gate.require: decisions asks only where the diff decides', () => {
  expect(exemption({}, ['a.py'], { require: 'decisions' }, false)).toContain('no architectural decision');
  expect(exemption({}, ['a.py'], { require: 'decisions' }, true)).toBeUndefined();
});
