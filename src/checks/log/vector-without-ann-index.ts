import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import type { DistanceOrder } from '../../languages/sql/index.js';
import { doubtAbout, holdsRows, indexesAround, SPEAKS_OF, unknownFrom } from '../../models/schema/coverage.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Column, Index, Schema, Table } from '../../models/schema/index.js';
import { meaningOf, queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';
import { distanceProbe } from '../../models/schema/probes.js';
import { indexSnippet } from './support/index-snippet.js';
import { proven } from './support/proof.js';

type Context = CheckContext<undefined>;

/** pgvector's operator classes, without the type they begin with. */
const OPCLASS: Readonly<Record<string, string>> = {
  '<->': 'l2_ops',
  '<=>': 'cosine_ops',
  '<#>': 'ip_ops',
  '<+>': 'l1_ops',
};
/** Dimensions that HNSW and IVFFlat can index. */
const MOST_DIMENSIONS: Readonly<Record<string, number>> = { vector: 2000, halfvec: 4000 };
const VECTOR = /^(vector|halfvec|sparsevec)(?:\((\d+)\))?$/;

export const vectorWithoutAnnIndex = defineCheck({
  id: 'log/vector-without-ann-index',
  task: 'LEAD-LOG-01-01',
  severity: 'warn',
  flags:
    'Flags pgvector columns that are ordered by distance without a matching HNSW or IVFFlat index, IVFFlat indexes built on an empty table, and indexed vectors of too many dimensions.',
  why: `\`ORDER BY embedding <=> $1 LIMIT 10\` computes the distance to every row unless an HNSW or IVFFlat index *of that distance's operator class* exists: an index with \`vector_l2_ops\` does
nothing for \`<=>\`. IVFFlat learns its lists from the rows that are there when it is built; on an empty table they are arbitrary, and recall stays poor until it is rebuilt. Both methods stop at 2,000
dimensions for \`vector\` and 4,000 for \`halfvec\`.

Source: [pgvector, indexing](https://github.com/pgvector/pgvector#indexing).`,
  reference: 'vector_indexing',
  examples: {
    bad: [
      {
        title: 'the index serves another distance',
        files: {
          'migrations/001.sql':
            'CREATE TABLE items (id bigint PRIMARY KEY, embedding vector(384));\nCREATE INDEX ON items USING hnsw (embedding vector_l2_ops);\n',
          'app/search.py': 'SQL = "SELECT id FROM items ORDER BY embedding <=> %s LIMIT 10"\n',
        },
      },
    ],
    good: [
      {
        title: 'the matching class',
        files: {
          'migrations/001.sql':
            'CREATE TABLE items (id bigint PRIMARY KEY, embedding vector(384));\nCREATE INDEX ON items USING hnsw (embedding vector_cosine_ops);\n',
          'app/search.py': 'SQL = "SELECT id FROM items ORDER BY embedding <=> %s LIMIT 10"\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    if (!schema.tables.some((table) => [...table.columns.values()].some((column) => VECTOR.test(column.type))))
      return 'not-applicable';
    const queries = await context.model(queriesModel);
    const ordered: FindingDraft[] = [];
    for (const located of queries) {
      for (const order of located.query.distances) ordered.push(...(await judgeOrder(schema, located, order, context)));
    }
    return [
      ...ordered,
      ...schema.principal.flatMap((table) => table.indexes.flatMap((index) => judgeIndex(table, index))),
    ];
  },
});

async function judgeOrder(
  schema: Schema,
  located: LocatedQuery,
  order: DistanceOrder,
  context: Context,
): Promise<FindingDraft[]> {
  const meaning = meaningOf(schema, located.query, order.column, []);
  const vectors = meaning.kind === 'known' ? meaning.columns.filter(({ column }) => VECTOR.test(column.type)) : [];
  const first = vectors[0];
  if (first === undefined || vectors.some(({ table, column }) => served(schema, located, table, column, order)))
    return [];
  const doubt = await doubtAbout(schema, first.table, SPEAKS_OF.vectorIndex, (path) => context.text(path));
  if (doubt !== undefined) {
    context.inconclusive(unknownFrom(tableLabel(first.table.name), doubt));
    return [];
  }
  return proven(
    orderFinding(schema, located, order, first.table, first.column),
    distanceProbe(first.table.name, first.column.name, order.operator),
    schema.databaseOf(first.table)?.root,
    context,
  );
}

const wanted = (column: Column, operator: string): string =>
  `${VECTOR.exec(column.type)?.[1] ?? 'vector'}_${OPCLASS[operator] ?? 'l2_ops'}`;

/** IVFFlat and HNSW take `vector_l2_ops` when no class is given. An index on a cast (`embedding::halfvec(3072)`) counts too. */
function served(
  schema: Schema,
  located: LocatedQuery,
  table: Table,
  column: Column,
  { operator, scope, column: { alias } }: DistanceOrder,
): boolean {
  const suffix = OPCLASS[operator] ?? 'l2_ops';
  return indexesAround(schema, table).some(
    (index) =>
      /^(hnsw|ivfflat|diskann|vectors|vchordrq|scann)$/.test(index.method) &&
      holdsRows(index, located.query, { scope, alias }) !== 'not' &&
      index.keys.some(
        (key) =>
          (key.column === column.name || key.expression?.includes(column.name) === true) &&
          (key.opclass ?? 'vector_l2_ops').endsWith(suffix),
      ),
  );
}

function orderFinding(
  schema: Schema,
  located: LocatedQuery,
  order: DistanceOrder,
  table: Table,
  column: Column,
): FindingDraft {
  const label = `${tableLabel(table.name)}.${column.name}`;
  const opclass = wanted(column, order.operator);
  const alembic = schema.databaseOf(table)?.tool === 'alembic';
  return {
    location: { path: located.path, startLine: order.line, endLine: order.line },
    message: `\`${label}\` is ordered by \`${order.operator}\`, and no HNSW or IVFFlat index with \`${opclass}\` exists.`,
    consequence: 'Each search computes the distance to every row of the table.',
    evidence: `${label} ${order.operator}`,
    trace: [{ path: column.origin.path, line: column.origin.line, label: `${label} is made here` }],
    snippet: indexSnippet(table, {
      name: `ix_${table.name.name}_${column.name}_hnsw`,
      method: 'hnsw',
      key: `${column.name} ${opclass}`,
      existing: true,
      alembic,
    }),
  };
}

function judgeIndex(table: Table, index: Index): FindingDraft[] {
  if (index.method !== 'hnsw' && index.method !== 'ivfflat') return [];
  const label = tableLabel(table.name);
  const at = { path: index.origin.path, startLine: index.origin.line, endLine: index.origin.endLine };
  const column = index.keys.flatMap((key) => table.columns.get(key.column ?? '') ?? [])[0];
  const [, type, dimensions] = VECTOR.exec(column?.type ?? '') ?? [];
  const most = MOST_DIMENSIONS[type ?? ''];
  const evidence = `${label} ${index.name ?? ''} ${index.method}`;
  if (most !== undefined && Number(dimensions) > most) {
    return [
      {
        location: at,
        evidence: `${evidence} ${dimensions ?? ''}`,
        message: `\`${label}.${column?.name ?? ''}\` has ${dimensions ?? '?'} dimensions; ${index.method.toUpperCase()} indexes at most ${String(most)} of \`${type ?? ''}\`.`,
        consequence: 'CREATE INDEX fails and the migration with it. Index a `halfvec` cast, or use fewer dimensions.',
      },
    ];
  }
  if (
    index.method !== 'ivfflat' ||
    index.origin.order !== table.origin.order ||
    index.origin.path !== table.origin.path
  )
    return [];
  return [
    {
      location: at,
      evidence,
      message: `IVFFlat index \`${index.name ?? '?'}\` is built in the migration that creates \`${label}\`, on an empty table.`,
      consequence:
        'Its lists are learnt from no rows: recall is poor until somebody rebuilds it. Build it after loading, or use HNSW.',
    },
  ];
}
