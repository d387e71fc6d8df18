import { describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/checks/index.js';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { loadConfiguration } from '../../src/config/load.js';

const load = (text: string) => loadConfiguration([{ source: '.github/dialectic.yml', text }]);
const problems = (text: string) => load(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe('a configuration that is right', () => {
  test.each(['', '# nothing\n', '{}'])('%j means the defaults', (text) => {
    expect(load(text).configuration?.settings).toEqual(DEFAULT_SETTINGS);
  });

  test('later files win key by key, lists are replaced, ignore adds', () => {
    const loaded = loadConfiguration([
      { source: 'organisation', text: 'review: {scope: all, approve: true}\nprocess: {allow: [a.b]}\n' },
      { source: 'own', text: 'review: {scope: changed}\nprocess: {allow: [c.d]}\nignore: [generated/**]\n' },
    ]);
    expect(loaded.configuration).toMatchObject({
      scope: 'changed',
      approve: true,
      settings: { process: { allow: ['c.d'], blocking: [] } },
    });
    expect(loaded.configuration?.settings.ignore).toEqual([...DEFAULT_SETTINGS.ignore, 'generated/**']);
    expect(loaded.origins.get('review.approve')).toBe('organisation:1');
    expect(loaded.origins.get('review.scope')).toBe('own:1');
  });

  test('the last override that matches a path wins', () => {
    const [check] = CHECKS;
    if (!check) throw new Error('no checks');
    const loaded = load(
      `checks: {${check.id}: warn}\noverrides:\n  - {paths: ['legacy/**'], checks: {${check.id}: off}}\n`,
    );
    const plan = loaded.configuration?.checks.find((planned) => planned.check.id === check.id);
    expect([plan?.severity('app.py'), plan?.severity('legacy/app.py'), plan?.active]).toEqual(['warn', 'off', true]);
  });
});

describe('a configuration that is wrong says where and what', () => {
  test('unknown keys, with the nearest spelling', () => {
    expect(problems('mode: observe\nreveiw:\n  scope: all\n')).toEqual([
      '2: unknown key "reveiw". Did you mean "review"?',
    ]);
    expect(problems('review:\n  scop: all\n')).toEqual(['2: unknown key "scop" under review. Did you mean "scope"?']);
  });

  test('wrong values', () => {
    expect(problems('review:\n  scope: everything\n')).toEqual([
      '2: review.scope: "everything" is not one of changed, all.',
    ]);
    expect(problems('\nmode: obsrve\n')).toEqual([
      '2: mode: "obsrve" is not one of enforce, observe. Did you mean "observe"?',
    ]);
    expect(problems('physical: {heapShare: 70}')[0]).toMatch(/^1: physical\.heapShare: /);
  });

  test('not YAML, not a mapping, two documents', () => {
    expect(problems('a: [1\nb: 2')[0]).toMatch(/^\d+: /);
    expect(problems('- a\n- b\n')[0]).toMatch(/a mapping of settings is expected/);
    expect(problems('mode: observe\n---\nmode: enforce\n')[0]).toMatch(/more than one YAML document/);
  });

  test('nothing of it counts', () => {
    expect(load('nonsense: 1').configuration).toBeUndefined();
  });
});
