import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import type { QueryPlan, StatementFailure, Verification, VerifiedHistory } from '../../core/verification.js';
import { sqlScript } from '../../languages/sql/index.js';
import type { Database, Schema } from './index.js';
import { schemaModel } from './index.js';
import { textAccess } from './json-filters.js';
import { filterProbe, filterSql, probesFor } from './probes.js';
import { meaningOf, queriesModel } from './queries.js';
import type { LocatedQuery } from './queries.js';

/** What a real PostgreSQL said; `off` where it was not asked. */
export interface Verified {
  readonly kind: 'off' | 'done' | 'failed';
  /** Why there is no answer, or what the server could not do. */
  readonly reasons: readonly string[];
  readonly server?: string;
  readonly failures: readonly StatementFailure[];
  /** The answer to a probe of the database with this root. */
  plan(root: string, probe: string): QueryPlan | undefined;
}

const off: Verified = { kind: 'off', reasons: [], failures: [], plan: () => undefined };

/** Applies the raw-SQL histories to an empty database, when the configuration asks for it and somebody offers one. */
export const verification = defineModel('verification', async (workspace): Promise<Verified> => {
  if (workspace.verify === undefined) return off;
  const schema = await workspace.model(schemaModel);
  const queries = await workspace.model(queriesModel);
  const databases = schema.databases.filter(isSqlHistory);
  const histories: VerifiedHistory[] = [];
  for (const database of databases) {
    const scripts = await scriptsOf(database, workspace);
    if (scripts !== undefined)
      histories.push({
        root: database.root,
        scripts,
        probes: [...probesFor(database), ...filters(database, schema, queries)],
      });
  }
  return histories.length === 0 ? off : read(await workspace.verify({ histories }), databases);
});

/** A folder whose files a tool runs in order. A file that stands alone may need any other first. */
const isSqlHistory = (database: Database): boolean =>
  !['alembic', 'models', 'embedded', 'plain'].includes(database.tool) && database.tables.length > 0;

async function scriptsOf(database: Database, workspace: Workspace): Promise<VerifiedHistory['scripts'] | undefined> {
  const scripts: VerifiedHistory['scripts'][number][] = [];
  for (const { path } of database.migrations) {
    const statements = sqlScript((await workspace.text(path)) ?? '');
    if (statements === undefined) {
      workspace.gap({
        path,
        kind: 'unsupported',
        reason: 'not verified by PostgreSQL: more than plain SQL (a template, psql commands, COPY data)',
      });
      return undefined;
    }
    scripts.push({ path, statements });
  }
  return scripts;
}

/** A probe for each expression that some query filters one of the database's tables by. */
function filters(database: Database, schema: Schema, queries: readonly LocatedQuery[]): VerifiedHistory['probes'] {
  const probes = new Map<string, string>();
  for (const { query } of queries) {
    for (const predicate of query.predicates) {
      const operand = textAccess(predicate);
      if (operand?.json === undefined) continue;
      const meaning = meaningOf(schema, query, operand.json.column, ['json', 'jsonb']);
      const tables = meaning.kind === 'known' ? meaning.columns.map(({ table }) => table) : [];
      for (const table of tables.filter((each) => database.tables.includes(each))) {
        probes.set(filterProbe(table.name, operand.expression), filterSql(table.name, operand.expression));
      }
    }
  }
  return [...probes].map(([id, sql]) => ({ id, sql }));
}

function read(answer: Verification, databases: readonly Database[]): Verified {
  if (answer.kind === 'failed') return { ...off, kind: 'failed', reasons: [answer.reason] };
  const plans = new Map(answer.histories.map(({ root, plans: each }) => [root, each]));
  const stopped = answer.histories.flatMap(({ root, failure }) => (failure === undefined ? [] : [{ root, failure }]));
  const ours = stopped.filter(({ root, failure }) =>
    isOurs(
      failure,
      databases.find((database) => database.root === root),
    ),
  );
  const others = stopped.filter((each) => !ours.includes(each));
  return {
    kind: 'done',
    server: answer.server,
    reasons: [
      ...answer.histories.flatMap(({ missing }) => missing),
      ...others.map(({ failure }) => `${failure.path}:${String(failure.line)}: ${failure.message}`),
    ],
    failures: ours.map(({ failure }) => failure),
    plan: (root, probe) => plans.get(root)?.[probe],
  };
}

/** Undefined table, schema, function, column's table: the history may begin on a database that holds more. */
const UNDEFINED = new Set(['42P01', '3F000', '42883', '42704']);

/** Something undefined is this history's mistake only when the history itself makes it, too late or under another name. */
function isOurs(failure: StatementFailure, database: Database | undefined): boolean {
  if (!UNDEFINED.has(failure.code)) return true;
  const name = /"([^"]+)"/.exec(failure.message)?.[1]?.split('.').at(-1);
  return (database?.migrations ?? []).some((migration) =>
    migration.changes.some(
      (change) =>
        (change.kind === 'create-table' && change.table.name === name) ||
        (change.kind === 'rename-table' && (change.to === name || change.table.name === name)) ||
        ((change.kind === 'create-type' || change.kind === 'rename-type') && change.name.name === name),
    ),
  );
}
