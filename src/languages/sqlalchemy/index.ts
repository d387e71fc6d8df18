import type { Extractor } from '../../core/facts.js';
import type { Call, Expr, Module, PyNode } from '../python/ast.js';
import { decodePython, parsePython } from '../python/extract.js';
import { lineAt, textOf } from '../python/strings.js';
import { walk } from '../python/walk.js';
import { HOLE, loadSqlParser, readSql } from '../sql/index.js';
import type { IndexDefinition, SchemaChange, SqlFacts } from '../sql/index.js';
import { readClass, readModuleIndex, readTable } from './declared.js';
import { driversOf } from './drivers.js';
import { clamp, Environment } from './evaluate.js';
import { builtCondition, builtSql } from './expressions.js';
import { CLASS_PREFIX } from './facts.js';
import type { DeclaredClass, DeclaredTable, EmbeddedQuery, PythonDatabase } from './facts.js';
import { rowWrites } from './rows.js';
import { builtWrite, siblingConditions, siblingSql } from './statements.js';
import { sqlStrings } from './strings.js';
import type { SqlString } from './strings.js';

export { CLASS_PREFIX } from './facts.js';
export type * from './facts.js';
export { otherThanPostgres } from './drivers.js';
export { BORROWED } from './evaluate.js';
export { ANY_COLUMN } from './rows.js';
export { stringConstants } from './string-constants.js';
export { namedTypes } from './named-types.js';
export { isLibraryType, plainTypeOf, unknownType } from './types.js';

/** What a Python file says about databases: mapped classes, tables, SQL in strings, filters and writes. */
export const pythonDatabase: Extractor<PythonDatabase> = {
  name: 'python-database',
  version: 4,
  async extract(bytes) {
    await loadSqlParser();
    const { facts, problems } = await parsePython(decodePython(bytes));
    return { facts: readPythonDatabase(facts.tree), ...(problems === undefined ? {} : { problems }) };
  },
};

/** `loadSqlParser()` must have been awaited. */
export function readPythonDatabase(tree: Module): PythonDatabase {
  const env = Environment.of(tree);
  const classes: DeclaredClass[] = [];
  const tables: DeclaredTable[] = [];
  const indexes: IndexDefinition[] = [];
  const queries: EmbeddedQuery[] = [];
  const scopes: string[] = [];
  walk(tree, {
    enter(node, ancestors) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') scopes.push(node.name);
      if (node.kind === 'FunctionDef')
        queries.push(
          ...rowWrites(node).map((write) => ({ ...write, function: scopes.join('.'), form: 'builder' as const })),
        );
      if (node.kind === 'ClassDef') classes.push(...[readClass(node, env)].flatMap((found) => found ?? []));
      if (node.kind !== 'Call' && node.kind !== 'Compare') return;
      const call = node.kind === 'Call' ? node : undefined;
      if (call !== undefined) {
        tables.push(...[readTable(call, env, assignedName(ancestors))].flatMap((found) => found ?? []));
        if (!ancestors.some((above) => above.kind === 'ClassDef' || above.kind === 'FunctionDef'))
          indexes.push(...[readModuleIndex(call, env)].flatMap((found) => found ?? []));
        const write = builtWrite(call, ancestors, env);
        if (write !== undefined) queries.push({ ...write, function: scopes.join('.'), form: 'builder' });
      }
      queries.push(...readBuilt(node, ancestors, env, scopes.join('.')));
    },
    leave(node) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') scopes.pop();
    },
  });
  const changes: SchemaChange[] = [];
  for (const found of sqlStrings(tree)) {
    const read = readString(found, env);
    for (const statement of read?.statements ?? []) {
      if (found.form === 'text') changes.push(...statement.changes.filter(({ kind }) => kind !== 'call-routine'));
      queries.push(...statement.queries.map((query) => ({ ...query, function: found.function, form: found.form })));
    }
  }
  const imports = [...env.imports.values()];
  return {
    classes,
    tables,
    indexes,
    queries,
    changes,
    drivers: driversOf(env.imports),
    imports,
    borrowed: env.borrowed,
  };
}

function assignedName(ancestors: readonly PyNode[]): string | undefined {
  const parent = ancestors.at(-1);
  const target = parent?.kind === 'Assign' ? parent.targets[0] : undefined;
  return target?.kind === 'Name' ? target.id : undefined;
}

/** Places of the expression language where a condition is no filter. */
const NOT_A_FILTER =
  /^(case|select|order_by|group_by|label|Index|Computed|column_property|add_columns|with_entities|distinct|partition_by|coalesce|CheckConstraint|assert_\w+)$/;

function readBuilt(
  node: Call | Extract<PyNode, { kind: 'Compare' }>,
  ancestors: readonly PyNode[],
  env: Environment,
  scope: string,
): EmbeddedQuery[] {
  const parent = ancestors.at(-1);
  // Only the whole condition counts, not the calls that it is made of.
  if (parent?.kind === 'Compare' || (parent?.kind === 'Attribute' && node.kind === 'Call')) return [];
  const around = ancestors
    .filter((above): above is Call => above.kind === 'Call')
    .map((above) =>
      above.func.kind === 'Attribute' ? above.func.attr : above.func.kind === 'Name' ? above.func.id : '',
    );
  if (around.at(-1) === 'order_by') return distance(node, env, scope);
  if (around.some((name) => NOT_A_FILTER.test(name))) return [];
  const built = builtCondition(node, env);
  if (built?.owner === undefined) return [];
  const conjunct =
    !around.includes('or_') &&
    !around.includes('not_') &&
    !ancestors.some((above) => above.kind === 'BinOp' && above.op === '|');
  return parseBuilt(
    `SELECT 1 FROM "${CLASS_PREFIX}${built.owner}" WHERE ${conjunct ? '' : 'false OR '}${built.sql}`,
    node,
    scope,
  ).map((query) => ({
    ...query,
    predicates: [...query.predicates, ...siblingConditions(ancestors)],
    ...rowConditions(built.owner ?? '', ancestors, env),
  }));
}

/** What else the chain of a filter says of the rows, for indexes that hold only some of them. */
function rowConditions(
  owner: string,
  ancestors: readonly PyNode[],
  env: Environment,
): Pick<EmbeddedQuery, 'conditions' | 'part'> {
  const { sql, whole } = siblingSql(ancestors, owner, env);
  const statement = `SELECT 1 FROM "${CLASS_PREFIX}${owner}" WHERE ${sql.join(' AND ')}`;
  const conditions = sql.length === 0 ? undefined : tryRead(statement, () => 1)?.statements[0]?.queries[0]?.conditions;
  return { conditions: conditions ?? [], ...(whole ? {} : { part: true as const }) };
}

function distance(node: Expr, env: Environment, scope: string): EmbeddedQuery[] {
  const built = builtSql(node, env);
  if (!built.special || built.owner === undefined) return [];
  return parseBuilt(`SELECT 1 FROM "${CLASS_PREFIX}${built.owner}" ORDER BY ${built.sql}`, node, scope)
    .filter((query) => query.distances.length > 0)
    .map((query) => ({ ...query, part: true as const }));
}

function parseBuilt(sql: string, node: Expr, scope: string): EmbeddedQuery[] {
  const facts = tryRead(sql, () => node.line);
  return (facts?.statements ?? []).flatMap((statement) =>
    statement.queries.map((query): EmbeddedQuery => ({
      ...query,
      line: node.line,
      endLine: node.endLine,
      function: scope,
      form: 'builder',
    })),
  );
}

/** A string as SQL; a fragment is tried as a condition. */
function readString(found: SqlString, env: Environment): SqlFacts | undefined {
  const placeholder = (hole: Expr): string => env.hole(hole);
  const text = textOf(found.value, placeholder);
  const lineOf = (shift: number) => (offset: number) =>
    clamp(lineAt(found.value, Math.max(0, offset - shift), placeholder), found.at);
  if (found.form === 'text') return tryRead(text, lineOf(0)) ?? tryRead(text.replaceAll('?', '0'), lineOf(0));
  const condition = text.replace(/^\s*(where|and|or|on)\b/i, (word) => ' '.repeat(word.length));
  const prefix = `SELECT 1 FROM "${HOLE}" WHERE `;
  return asPart(tryRead(prefix + condition, lineOf(prefix.length)));
}

const asPart = (facts: SqlFacts | undefined): SqlFacts | undefined =>
  facts === undefined
    ? undefined
    : {
        statements: facts.statements.map((statement) => ({
          ...statement,
          queries: statement.queries.map((query) => ({ ...query, part: true as const })),
        })),
      };

function tryRead(sql: string, lineOf: (offset: number) => number): SqlFacts | undefined {
  try {
    const { facts, problems } = readSql(sql, { percentParameters: true, lineOf });
    return problems.length > 0 && facts.statements.length === 0 ? undefined : facts;
  } catch {
    return undefined;
  }
}
