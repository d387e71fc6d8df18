import type { ClassDef, Expr, Module } from '../../../languages/python/ast.js';
import { importNames, qualifiedName } from '../../../languages/python/names.js';
import type { ImportNames } from '../../../languages/python/names.js';
import { findAll } from '../../../languages/python/walk.js';
import { optional } from '../../../languages/load-script/facts.js';
import type { LoadTest } from '../../../languages/load-script/facts.js';
import { Numbers } from './numbers.js';
import { judgedBy } from './locust-verdict.js';

const USER = /(?:^|\.)\w*(?:User|Locust)$/;
const SHAPE = /(?:^|\.)LoadTestShape$/;

/** A Locust file: its users' pacing, its shape, and what it makes of the statistics when it quits. */
export function readLocust(tree: Module): LoadTest | undefined {
  const imports = importNames(tree);
  if (![...imports.values()].some((target) => /^locust\b/.test(target))) return undefined;
  const classes = findAll(tree, 'ClassDef');
  const users = classes.filter((one) => one.bases.some((base) => USER.test(qualifiedName(base, imports) ?? '')));
  const shapes = classes.filter((one) => one.bases.some((base) => SHAPE.test(qualifiedName(base, imports) ?? '')));
  if (users.length + shapes.length === 0) return undefined;
  const numbers = new Numbers(tree);
  const shape = shapes.map((one) => shapeOf(one, numbers)).at(0);
  const perUser = users.map((one) => paceOf(one, imports, numbers));
  // Users of different classes come in shares that Locust decides: the slowest bounds the rate from below.
  const slowest = perUser.every((one) => one !== undefined) ? Math.min(...perUser) : undefined;
  return {
    tool: 'locust',
    form: 'script',
    line: lineOfImport(tree),
    ...optional('ratePerUser', slowest),
    ...optional('rate', shape?.users !== undefined && slowest !== undefined ? shape.users * slowest : undefined),
    ...optional('durationSec', shape?.durationSec),
    ...judgedBy(tree, imports, numbers),
  };
}

function lineOfImport(tree: Module): number {
  const node = tree.body.find(
    (one) =>
      (one.kind === 'ImportFrom' && /^locust\b/.test(one.module)) ||
      (one.kind === 'Import' && one.names.some(({ name }) => /^locust\b/.test(name))),
  );
  return node?.line ?? 1;
}

/** Value of `name = …` in a class body. */
function attribute({ body }: ClassDef, name: string): Expr | undefined {
  for (const one of body) {
    if (one.kind === 'Assign' && one.targets.some((target) => target.kind === 'Name' && target.id === name))
      return one.value;
    if (one.kind === 'AnnAssign' && one.target.kind === 'Name' && one.target.id === name) return one.value;
  }
  return undefined;
}

/** Requests a second of one user: `constant_throughput(10)`, `constant_pacing(0.1)`. */
function paceOf(user: ClassDef, imports: ImportNames, numbers: Numbers): number | undefined {
  const wait = attribute(user, 'wait_time');
  if (wait?.kind !== 'Call') return undefined;
  const by = (qualifiedName(wait.func, imports) ?? '').split('.').at(-1);
  const value = numbers.valueOf(wait.args[0]);
  if (value === undefined || value <= 0) return undefined;
  return by === 'constant_throughput' ? value : by === 'constant_pacing' ? 1 / value : undefined;
}

/** `stages = [{"duration": 60, "users": 100}]` (each ends at its duration), `time_limit`, or what `tick` returns. */
function shapeOf(shape: ClassDef, numbers: Numbers): { users: number | undefined; durationSec: number | undefined } {
  const stages = attribute(shape, 'stages');
  const rows = stages?.kind === 'List' ? stages.elements : [];
  const named = (key: string): number[] =>
    rows.flatMap((row) => {
      const entry =
        row.kind === 'Dict' ? row.entries.find((one) => one.key?.kind === 'Str' && one.key.value === key) : undefined;
      return numbers.valueOf(entry?.value) ?? [];
    });
  const returned = findAll(shape.body, 'Return').flatMap(({ value }) =>
    value?.kind === 'Tuple' ? (numbers.valueOf(value.elements[0], shape) ?? []) : [],
  );
  const users = [...named('users'), ...returned];
  const ends = [...named('duration'), numbers.valueOf(attribute(shape, 'time_limit'), shape) ?? 0].filter(
    (one) => one > 0,
  );
  return {
    users: users.length === 0 ? undefined : Math.max(...users),
    durationSec: ends.length === 0 ? undefined : Math.max(...ends),
  };
}
