import { describe, expect, test } from '@jest/globals';
import { exactVersion, parseRequirement, parseRequirements } from '../../../src/languages/requirements/index.js';
import { looseClauses } from '../../../src/languages/requirements/grouped.js';

describe('one requirement', () => {
  test.each([
    ['h2o==3.46.0.6', '3.46.0.6'],
    ['h2o === 3.46.0.6', '3.46.0.6'],
    ['H2O[all] == 3.46.0.6 ; python_version < "3.13"', '3.46.0.6'],
    ['h2o (==3.46.0.6)', '3.46.0.6'],
    ['h2o==3.46.*', undefined],
    ['h2o>=3.46.0.6', undefined],
    ['h2o>=3.46.0.6,<=3.46.0.6', '3.46.0.6'],
    ['h2o', undefined],
    ['https://example.org/h2o-3.46.0.6-py2.py3-none-any.whl', '3.46.0.6'],
    ['h2o @ https://example.org/h2o-3.46.0.6.tar.gz', '3.46.0.6'],
    ['h2o @ git+https://example.org/h2o.git@v3.46.0.6', 'v3.46.0.6'],
    ['h2o @ git+https://example.org/h2o.git@main', undefined],
  ])('%s is exactly %s', (text, version) => {
    const requirement = parseRequirement(text, 1);
    expect(requirement?.name).toBe('h2o');
    expect(requirement && exactVersion(requirement)).toBe(version);
  });

  test('what is none is undefined', () => {
    for (const text of ['', '=1', 'two words', 'name[extra', 'x'.repeat(5000)]) {
      expect(parseRequirement(text, 1)).toBeUndefined();
    }
  });

  test('Poetry and Pipenv write versions their own way', () => {
    expect(looseClauses('3.46.0.6')).toEqual([{ operator: '==', version: '3.46.0.6' }]);
    expect(looseClauses('^3.46')).toEqual([{ operator: '^', version: '3.46' }]);
    expect(looseClauses('*')).toEqual([]);
    expect(looseClauses('>=3,<4')).toHaveLength(2);
    expect(exactVersion({ name: 'h2o', clauses: looseClauses('3.46 || 3.44') })).toBeUndefined();
  });
});

describe('a requirements file', () => {
  test('joins continuations, drops comments, sets options aside, keeps lines', () => {
    const text =
      '\n# h2o>=1\n-r base.txt\n--constraint=c.txt\n--hash-algo x\nh2o==3.46.0.6 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n-e .\npandas # last\n';
    const { facts, problems } = parseRequirements(text);
    expect(problems).toEqual([]);
    expect(facts.includes).toEqual([
      { kind: 'requirements', path: 'base.txt', line: 3 },
      { kind: 'constraints', path: 'c.txt', line: 4 },
    ]);
    expect(facts.requirements.map(({ name, line, endLine }) => [name, line, endLine])).toEqual([
      ['h2o', 6, 8],
      ['pandas', 10, 10],
    ]);
  });

  test('says which line is no requirement', () => {
    expect(parseRequirements('h2o==1\nthis is prose\n').problems).toEqual([
      { kind: 'unread', reason: 'not a requirement: this is prose', line: 2 },
    ]);
  });
});
