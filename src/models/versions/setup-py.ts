import type { Extractor } from '../../core/facts.js';
import type { Expr } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import type { GroupedRequirement } from '../../languages/requirements/grouped.js';
import { parseRequirement } from '../../languages/requirements/index.js';
import type { SetupCfgFacts } from '../../languages/setup-cfg/extractor.js';

/** The literal parts of `setup(install_requires=[…], extras_require={…})`; names bound to literal lists are followed. */
export const setupPyRequirements: Extractor<SetupCfgFacts> = {
  name: 'setup-py',
  version: 1,
  async extract(bytes) {
    const { facts, problems } = await pythonModule.extract(bytes);
    const constants = new Map<string, Expr>();
    for (const { targets, value } of findAll(facts.tree, 'Assign')) {
      const target = targets[0];
      if (target?.kind === 'Name') constants.set(target.id, value);
    }
    const setup = findAll(facts.tree, 'Call').find(({ func }) => /(?:^|\.)setup$/.test(dottedName(func) ?? ''));
    const value = (name: string): Expr | undefined => {
      const given = setup?.keywords.find((keyword) => keyword.name === name)?.value;
      return given?.kind === 'Name' ? constants.get(given.id) : given;
    };
    const requirements = [
      ...read(value('install_requires'), { kind: 'main', name: '' }),
      ...read(value('tests_require'), { kind: 'group', name: 'test' }),
      ...extras(value('extras_require'), constants),
    ];
    const library = value('classifiers') !== undefined || value('keywords') !== undefined;
    return { facts: { requirements, library }, problems: problems ?? [] };
  },
};

function extras(value: Expr | undefined, constants: ReadonlyMap<string, Expr>): GroupedRequirement[] {
  if (value?.kind !== 'Dict') return [];
  return value.entries.flatMap(({ key, value: list }) => {
    const followed = list.kind === 'Name' ? constants.get(list.id) : list;
    return read(followed, { kind: 'optional', name: key?.kind === 'Str' ? key.value : '' });
  });
}

function read(value: Expr | undefined, group: GroupedRequirement['group']): GroupedRequirement[] {
  if (value?.kind !== 'List' && value?.kind !== 'Tuple') return [];
  return value.elements.flatMap((element) => {
    const requirement = element.kind === 'Str' ? parseRequirement(element.value, element.line) : undefined;
    return requirement ? [{ ...requirement, group }] : [];
  });
}
