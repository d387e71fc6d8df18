import type { Extractor } from '../../core/facts.js';
import type { Call, Expr } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import type { GroupedRequirement } from '../../languages/requirements/grouped.js';
import { parseRequirement } from '../../languages/requirements/index.js';
import type { SetupCfgFacts } from '../../languages/setup-cfg/extractor.js';

/** The literal parts of `setup(install_requires=[…], extras_require={…})`; names bound to literal lists are followed. */
export const setupPyRequirements: Extractor<SetupCfgFacts> = {
  name: 'setup-py',
  version: 2,
  async extract(bytes) {
    const { facts, problems } = await pythonModule.extract(bytes);
    const constants = new Map<string, Expr>();
    for (const { targets, value } of findAll(facts.tree, 'Assign')) {
      const target = targets[0];
      if (target?.kind === 'Name') constants.set(target.id, value);
    }
    const setup = findAll(facts.tree, 'Call').find(({ func }) => /(?:^|\.)setup$/.test(dottedName(func) ?? ''));
    const follow = (expr: Expr | undefined): Expr | undefined =>
      expr?.kind === 'Name' ? constants.get(expr.id) : expr;
    const value = (name: string): Expr | undefined => {
      const given = setup?.keywords.find((keyword) => keyword.name === name)?.value;
      return follow(given ?? spread(setup, follow, name));
    };
    const list = (name: string): Expr[] => parts(value(name), follow);
    const requirements = [
      ...list('install_requires').flatMap((part) => read(part, { kind: 'main', name: '' })),
      ...list('tests_require').flatMap((part) => read(part, { kind: 'group', name: 'test' })),
      ...extras(value('extras_require'), constants),
    ];
    const library = value('classifiers') !== undefined || value('keywords') !== undefined;
    return { facts: { requirements, library }, problems: problems ?? [] };
  },
};

/** `setup(**config)`: the entry of that name in a dictionary that is written out. */
function spread(setup: Call | undefined, follow: (expr: Expr) => Expr | undefined, name: string): Expr | undefined {
  for (const keyword of setup?.keywords ?? []) {
    const table = keyword.name === undefined ? follow(keyword.value) : undefined;
    const entry =
      table?.kind === 'Dict' ? table.entries.find(({ key }) => key?.kind === 'Str' && key.value === name) : undefined;
    if (entry) return entry.value;
  }
  return undefined;
}

/** `BASE + ["h2o"]`, each list of it. */
function parts(expr: Expr | undefined, follow: (expr: Expr) => Expr | undefined, depth = 0): Expr[] {
  const list = expr && follow(expr);
  // `names = names + […]` leads back to itself.
  if (!list || depth > DEEPEST) return [];
  return list.kind === 'BinOp' && list.op === '+'
    ? [...parts(list.left, follow, depth + 1), ...parts(list.right, follow, depth + 1)]
    : [list];
}

const DEEPEST = 8;

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
