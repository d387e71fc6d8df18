import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft, Severity } from '../../core/types.js';
import { HOLE, tableLabel } from '../../languages/sql/index.js';
import type { ColumnName, Operand, Predicate } from '../../languages/sql/index.js';
import { CLASS_PREFIX } from '../../languages/sqlalchemy/index.js';
import { doubtAbout, holdsRows, indexesAround, keysOn, SPEAKS_OF, unknownFrom } from '../../models/schema/coverage.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Proof } from '../../models/schema/implication.js';
import type { Index, Schema, Table } from '../../models/schema/index.js';
import { equalities, meaningOf, queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';
import { filterProbe } from '../../models/schema/probes.js';
import { indexSnippet } from './support/index-snippet.js';
import { proven } from './support/proof.js';
import { textAccess } from '../../models/schema/json-filters.js';

type Context = CheckContext<undefined>;

export const arrowFilterWithoutIndex = defineCheck({
  id: 'log/arrow-filter-without-index',
  task: 'LEAD-LOG-01-01',
  severity: 'block',
  flags: 'Flags `->>` and `#>>` in WHERE and JOIN conditions that no expression index on that same expression serves.',
  why: `\`payload->>'city' = 'Oslo'\` compares text that PostgreSQL must first take out of every document. No GIN index serves it, whatever its operator class; only a B-tree
index on the very same expression does, casts included: an index on \`((payload->>'age')::int)\` is no help for \`payload->>'age' = '7'\`.

Reads SQL files, SQL strings in Python and SQLAlchemy's spellings (\`.astext\`, \`.as_string()\`, \`.op("->>")\`). Both sides go through PostgreSQL's own parser before they are
compared. SELECT lists, ORDER BY, CASE branches and generated columns are not filters. A filter whose key is chosen when it runs is a warning: only containment (\`@>\`) over a GIN index serves every key. It is only a note when an ANDed equality on an indexed column narrows the rows down first, or in a one-off data fix
inside a migration; a warning when no file of the repository makes the table.

Sources: [Indexes on expressions](https://www.postgresql.org/docs/current/indexes-expressional.html), [jsonb operators and GIN](https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING).`,
  reference: 'jsonb_indexing',
  examples: {
    bad: [
      {
        title: 'a filter in Python, a schema without the index',
        files: {
          'migrations/001_events.sql':
            'CREATE TABLE events (id bigserial PRIMARY KEY, payload jsonb NOT NULL);\nCREATE INDEX ix_events_payload ON events USING gin (payload);\n',
          'app/events.py':
            'async def by_city(conn, city):\n    return await conn.fetch("SELECT id FROM events WHERE payload->>\'city\' = $1", city)\n',
        },
      },
    ],
    good: [
      {
        title: 'an expression index on the same expression, or containment',
        files: {
          'migrations/001_events.sql':
            "CREATE TABLE events (id bigserial PRIMARY KEY, payload jsonb NOT NULL);\nCREATE INDEX ix_events_payload ON events USING gin (payload);\nCREATE INDEX ix_events_city ON events ((payload->>'city'));\n",
          'app/events.py':
            'async def by_city(conn, city):\n    return await conn.fetch("SELECT id, payload->>\'kind\' FROM events e WHERE e.payload->>\'city\' = $1", city)\n\n\nasync def by_kind(conn, kind):\n    return await conn.fetch("SELECT id FROM events WHERE payload @> $1", {"kind": kind})\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const queries = await context.model(queriesModel);
    const found: FindingDraft[] = [];
    for (const located of queries) {
      for (const predicate of located.query.predicates) {
        const operand = textAccess(predicate);
        if (operand !== undefined) found.push(...(await judge(schema, located, predicate, operand, context)));
      }
    }
    return queries.length === 0 ? 'not-applicable' : found;
  },
});

async function judge(
  schema: Schema,
  located: LocatedQuery,
  predicate: Predicate,
  operand: Operand,
  context: Context,
): Promise<FindingDraft[]> {
  const name = operand.json?.column;
  if (name === undefined || operand.expression.includes('…')) return [];
  const meaning = meaningOf(schema, located.query, name, ['json', 'jsonb']);
  if (meaning.kind === 'unknown')
    return located.form === 'fragment' || isSubquery(name) ? [] : [unknownTable(located, predicate, operand)];
  const documents = meaning.columns.filter(
    ({ column }) => column.type === 'json' || column.type === 'jsonb' || column.typeUnknown === true,
  );
  const table = documents[0]?.table;
  const serving = documents.flatMap((each) => servingIndexes(schema, located, each.table, operand, predicate));
  const at = { scope: predicate.scope, alias: name.alias };
  const proofs = serving.map((index) => holdsRows(index, located.query, at));
  if (table === undefined || proofs.includes('proven')) return [];
  const doubt = await doubtAbout(schema, table, SPEAKS_OF.index, (path) => context.text(path));
  if (doubt !== undefined) {
    context.inconclusive(unknownFrom(tableLabel(table.name), doubt));
    return [];
  }
  const unread = indexesAround(schema, table).find((index) => index.keys.some((key) => key.expression === '?'));
  if (unread !== undefined) {
    const label = tableLabel(table.name);
    context.inconclusive(
      `${label} has an index (${unread.name ?? 'unnamed'}) whose key cannot be read: it may serve filters.`,
    );
    return [];
  }
  return proven(
    partially(finding(schema, located, predicate, operand, table, context), serving, proofs),
    filterProbe(table.name, operand.expression),
    schema.databaseOf(table)?.root,
    context,
  );
}

/** Which key it takes is known only when it runs: no one index can be named. */
const isOpen = (operand: Operand): boolean => /(->>?|#>>?) '?(\$|__hole)/.test(operand.expression);

/** As people would write it. */
const shown = (operand: Operand): string =>
  operand.expression.replace(/(->>?|#>>?) (?:\$|'__hole\w*')/g, '$1 <key>').replaceAll(HOLE, '?');

/** `elements.c.value`: a column of something the query makes itself, not of a mapped class. */
const isSubquery = (name: ColumnName): boolean =>
  name.table?.name.startsWith(CLASS_PREFIX) === true && /^[a-z]/.test(name.table.name.slice(CLASS_PREFIX.length));

/** Indexes whose key is this expression, first or after keys that the query fixes by equality. */
function servingIndexes(
  schema: Schema,
  located: LocatedQuery,
  table: Table,
  operand: Operand,
  predicate: Predicate,
): readonly Index[] {
  const fixed = new Set(
    equalities(located.query, undefined).flatMap(({ left, right }) =>
      [left.column?.name, right?.column?.name].flatMap((name) => name ?? []),
    ),
  );
  return indexesAround(schema, table).filter((index) => {
    const at = index.keys.findIndex((key) => key.expression === operand.expression);
    if (at < 0 || !knowsOperator(index, predicate)) return false;
    return index.keys.slice(0, at).every((key) => key.column !== undefined && fixed.has(key.column));
  });
}

/** No B-tree serves a pattern that may begin anywhere, nor one that ignores case; a hash serves equality alone. */
function knowsOperator({ method }: Pick<Index, 'method'>, { operator, right }: Predicate): boolean {
  if (method === 'hash') return operator === '=' || operator === 'IN';
  if (method !== 'btree') return true;
  return !/^(!?~\*?|ILIKE|SIMILAR)$/.test(operator) && !(operator === 'LIKE' && /^'[%_]/.test(right?.expression ?? ''));
}

/** A partial index has the expression, and not all the rows: what would let PostgreSQL use it. */
function partially(draft: FindingDraft, serving: readonly Index[], proofs: readonly Proof[]): FindingDraft {
  const at = Math.max(proofs.indexOf('open'), 0);
  const index = serving[at];
  if (index?.where === undefined) return draft;
  const where = index.where === '?' ? 'with a predicate that cannot be read' : `WHERE ${index.where}`;
  const open = proofs[at] === 'open';
  const words = open
    ? 'only where the rest of the query says so'
    : 'only queries that say so too, and this one does not';
  return {
    ...draft,
    message: `${draft.message} The partial index \`${index.name ?? '?'}\` (${where}) serves ${words}.`,
    trace: [
      ...(draft.trace ?? []),
      { path: index.origin.path, line: index.origin.line, label: 'the partial index is made here' },
    ],
    ...(open ? { severity: 'note' as const } : {}),
  };
}

/** A migration's data fix, or a script somebody starts by hand. */
const runsOnce = (located: LocatedQuery, context: Context): boolean =>
  located.oneOff || context.roles(located.path).has('script');

/** Comparisons that most rows satisfy: an index would not be used for them. */
const UNSELECTIVE = /^(<>|!=|IS NULL|IS NOT NULL|NOT .*|IS DISTINCT|!~.*)$/;

function finding(
  schema: Schema,
  located: LocatedQuery,
  predicate: Predicate,
  operand: Operand,
  table: Table,
  context: Context,
): FindingDraft {
  const label = tableLabel(table.name);
  const narrowed = narrowedBy(schema, located, table, predicate);
  const open = isOpen(operand);
  const severity: Severity | undefined =
    narrowed !== undefined || runsOnce(located, context) || UNSELECTIVE.test(predicate.operator)
      ? 'note'
      : open
        ? 'warn'
        : undefined;
  const near = indexesAround(schema, table).find(
    (index) =>
      keysOn(index, operand.json?.column.name ?? '').length > 0 &&
      !index.keys.some((key) => key.expression === operand.expression),
  );
  const unfit = indexesAround(schema, table).find(
    (index) => index.keys[0]?.expression === operand.expression && !knowsOperator(index, predicate),
  );
  const alembic = schema.databaseOf(table)?.tool === 'alembic';
  const textSearch = isTextSearch(predicate, operand);
  const needsGin = textSearch || !knowsOperator({ method: 'btree' }, predicate);
  const name = `ix_${table.name.name}_${(operand.json?.steps ?? []).join('_').replace(/\W+/g, '_')}`;
  return {
    location: { path: located.path, startLine: predicate.line, endLine: predicate.line },
    message: `\`${shown(operand)}\` filters \`${label}\`, and ${open ? 'no expression index can cover a key that is chosen when it runs' : 'no expression index covers it'}${narrowed === undefined ? '' : ` (\`${narrowed}\` narrows the rows down first)`}.${pattern(unfit)}${almost(near)}`,
    consequence:
      'PostgreSQL takes the value out of every document to compare it: a sequential scan that also detoasts, slower with every row.',
    evidence: `${label}: ${operand.expression} ${predicate.operator}`,
    trace: [{ path: table.origin.path, line: table.origin.line, label: `${label} is made here` }],
    snippet: indexSnippet(table, {
      // What serves every key is containment, over a GIN index.
      name: open ? `ix_${table.name.name}_${operand.json?.column.name ?? ''}` : name,
      method: open || needsGin ? 'gin' : 'btree',
      key: open
        ? (operand.json?.column.name ?? '')
        : `(${readable(operand.expression)})${needsGin && !textSearch ? ' gin_trgm_ops' : ''}`,
      existing: true,
      alembic,
    }),
    ...(severity === undefined ? {} : { severity }),
  };
}

const almost = (index: Index | undefined): string =>
  index?.method === 'gin'
    ? ` The GIN index \`${index.name ?? '?'}\` cannot serve it.`
    : index === undefined
      ? ''
      : ` \`${index.name ?? '?'}\` is on another expression.`;

const pattern = (index: Index | undefined): string =>
  index === undefined ? '' : ` \`${index.name ?? '?'}\` is a ${index.method} index, which does not know this operator.`;

/** `to_tsvector(…) @@ query`: no B-tree knows the operator. */
const isTextSearch = ({ operator }: Predicate, { expression }: Operand): boolean =>
  operator === '@@' && /\bto_tsvector\(/.test(expression);

/** The canonical spelling holds one pair of parentheses more than people write. */
const readable = (expression: string): string =>
  /^\(.*\)$/.test(expression) && !/^\([^()]*\)::/.test(expression) ? expression.slice(1, -1) : expression;

function narrowedBy(schema: Schema, located: LocatedQuery, table: Table, { scope }: Predicate): string | undefined {
  const whole = indexesAround(schema, table).filter((index) => holdsRows(index, located.query, { scope }) !== 'not');
  const leading = new Set(whole.flatMap((index) => index.keys[0]?.column ?? []));
  const names = equalities(located.query, undefined).flatMap(({ left, right }) =>
    [left.column, right?.column].flatMap((column) => column ?? []),
  );
  return names.find(
    (column) =>
      leading.has(column.name) &&
      (column.table === undefined || schema.meant(column.table).some((each) => each.name.name === table.name.name)),
  )?.name;
}

function unknownTable(located: LocatedQuery, predicate: Predicate, operand: Operand): FindingDraft {
  return {
    location: { path: located.path, startLine: predicate.line, endLine: predicate.line },
    severity: located.oneOff || UNSELECTIVE.test(predicate.operator) ? 'note' : 'warn',
    message: `\`${shown(operand)}\` is a filter, and nothing in this repository makes an index on it (nor its table).`,
    consequence:
      'Unless the index exists elsewhere, PostgreSQL takes the value out of every document to compare it: a sequential scan, slower with every row.',
    evidence: `${operand.expression} ${predicate.operator}`,
  };
}
