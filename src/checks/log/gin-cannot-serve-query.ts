import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import type { Operand, Predicate } from '../../languages/sql/index.js';
import { ginIndexes, holdsRows, isGinOver } from '../../models/schema/coverage.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Index, Schema } from '../../models/schema/index.js';
import { meaningOf, queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';
import { searched } from '../../models/schema/json-filters.js';

/** What `jsonb_path_ops` serves; the default class serves the rest too. */
const PATH_OPS = new Set(['@>', '@?', '@@']);

export const ginCannotServeQuery = defineCheck({
  id: 'log/gin-cannot-serve-query',
  task: 'LEAD-LOG-01-01',
  severity: 'warn',
  flags: 'Flags JSONB filters whose operator the GIN index on that column cannot serve.',
  why: `An index that exists is not an index that is used. \`jsonb_path_ops\` is smaller and faster, and serves \`@>\`, \`@?\` and \`@@\` only: a \`?\` filter beside it is a sequential scan.
And an index on the whole column does not serve a filter on a part of it: \`payload->'tags' @> …\` needs an index on \`(payload->'tags')\`, or the filter \`payload @> '{"tags": …}'\`.

Source: [PostgreSQL, jsonb operator classes](https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING).`,
  reference: 'jsonb_indexing',
  examples: {
    bad: [
      {
        title: 'jsonb_path_ops and the ? operator',
        files: {
          'migrations/001.sql':
            'CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb);\nCREATE INDEX ix ON events USING gin (payload jsonb_path_ops);\n',
          'queries/flagged.sql': "SELECT id FROM events WHERE payload ? 'flagged';\n",
        },
      },
    ],
    good: [
      {
        title: 'containment',
        files: {
          'migrations/001.sql':
            'CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb);\nCREATE INDEX ix ON events USING gin (payload jsonb_path_ops);\n',
          'queries/flagged.sql': `SELECT id FROM events WHERE payload @> '{"flagged": true}';\n`,
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const queries = await context.model(queriesModel);
    const found = queries.flatMap((located) =>
      located.oneOff ? [] : located.query.predicates.flatMap((predicate) => judge(schema, located, predicate)),
    );
    return queries.length === 0 ? 'not-applicable' : found;
  },
});

function judge(schema: Schema, located: LocatedQuery, predicate: Predicate): FindingDraft[] {
  const search = searched(predicate);
  if (search === undefined) return [];
  const meaning = meaningOf(schema, located.query, search.column, ['jsonb']);
  const columns = meaning.kind === 'known' ? meaning.columns.filter(({ column }) => column.type === 'jsonb') : [];
  const first = columns[0];
  if (first === undefined) return [];
  const indexes = columns.flatMap(({ table, column }) =>
    ginIndexes(schema, table, column.name, search.document ? undefined : isGinOver),
  );
  const fit = indexes.filter((each) => serves(each, search.operand, predicate.operator));
  const at = { scope: predicate.scope, alias: search.column.alias };
  if (indexes.length === 0 || fit.some((each) => holdsRows(each, located.query, at) !== 'not')) return [];
  const index = fit[0] ?? indexes[0];
  const label = tableLabel(first.table.name);
  return [
    {
      location: { path: located.path, startLine: predicate.line, endLine: predicate.line },
      message: `\`${search.operand.expression} ${predicate.operator} …\` cannot use the GIN index \`${index?.name ?? '?'}\` on \`${label}\`${fit.length > 0 ? partial(index) : reason(index, search.operand)}.`,
      consequence: 'The index costs every write and serves this filter nothing: it reads the whole table.',
      evidence: `${label}: ${search.operand.expression} ${predicate.operator}`,
      ...(index === undefined
        ? {}
        : { trace: [{ path: index.origin.path, line: index.origin.line, label: `the index is made here` }] }),
    },
  ];
}

function serves(index: Index, operand: Operand, operator: string): boolean {
  return index.keys.some((key) => {
    const same =
      operand.column === undefined ? key.expression === operand.expression : key.column === operand.column.name;
    return same && (key.opclass !== 'jsonb_path_ops' || PATH_OPS.has(operator));
  });
}

const partial = (index: Index | undefined): string =>
  `, which is partial (WHERE ${index?.where ?? '?'}), and the query does not say so`;

function reason(index: Index | undefined, operand: Operand): string {
  const isPart = operand.column === undefined;
  return isPart
    ? ', which is not on that expression'
    : index?.keys.some((key) => key.opclass === 'jsonb_path_ops') === true
      ? ', whose class `jsonb_path_ops` serves `@>`, `@?` and `@@` only'
      : '';
}
