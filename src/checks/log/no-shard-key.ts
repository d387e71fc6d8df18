import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { shardingModel } from '../../models/schema/sharding.js';
import { primaryKey, schemaModel } from '../../models/schema/index.js';
import type { Schema, Table } from '../../models/schema/index.js';
import { queriesModel } from '../../models/schema/queries.js';
import { featureTarget } from './support/feature-targets.js';

export const noShardKey = defineCheck({
  id: 'log/no-shard-key',
  task: 'JTBD-03',
  severity: 'note',
  flags:
    'Flags sharded feature tables whose primary key or writes lack the shard key, and modulo routing between shards.',
  why: `A row without the shard key cannot be routed: Citus refuses the insert, an application-side router has to ask every shard. A primary key without it cannot be unique across shards.
And \`hash(key) % shards\` moves nearly every row when a shard is added; consistent hashing moves one part in n.

Sources: [Citus, choosing the distribution column](https://docs.citusdata.com/en/stable/sharding/data_modeling.html), [Consistent hashing](https://en.wikipedia.org/wiki/Consistent_hashing).`,
  reference: 'sharding',
  examples: {
    bad: [
      {
        title: 'the primary key lacks the distribution column',
        files: {
          'migrations/001.sql':
            "CREATE TABLE feature_values (\n  id bigserial PRIMARY KEY,\n  entity_id bigint NOT NULL,\n  event_time timestamptz NOT NULL,\n  value double precision\n);\nSELECT create_distributed_table('feature_values', 'entity_id');\n",
        },
      },
      {
        title: 'modulo routing',
        files: {
          'app/shard_router.py':
            'class ShardRouter:\n    def __init__(self, shards):\n        self.shards = shards\n\n    def shard_for(self, entity_id: int):\n        return self.shards[entity_id % len(self.shards)]\n',
        },
      },
    ],
    good: [
      {
        title: 'the key leads with the distribution column',
        files: {
          'migrations/001.sql':
            "CREATE TABLE feature_values (\n  entity_id bigint NOT NULL,\n  event_time timestamptz NOT NULL,\n  value double precision,\n  PRIMARY KEY (entity_id, event_time)\n);\nSELECT create_distributed_table('feature_values', 'entity_id');\n",
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const routing = await context.model(shardingModel);
    const sharded = schema.principal.flatMap((table) => shardKey(table).map((key) => ({ table, key })));
    if (sharded.length === 0 && routing.length === 0) return 'not-applicable';
    const keys = sharded
      .filter(({ table }) => featureTarget(schema, table.name, context.settings) !== undefined)
      .flatMap(({ table, key }) => judgeKey(table, key));
    const writes = await judgeWrites(schema, context);
    const modulo = routing.map(({ path, line, text }) => ({
      location: { path, startLine: line, endLine: line },
      message: `Shards are chosen by modulo (\`${text}\`), not by consistent hashing.`,
      consequence:
        'Adding or losing one shard moves nearly every row to another: a resharding under load instead of one part in n.',
      evidence: text,
    }));
    return [...keys, ...writes, ...modulo];
  },
});

/** The column by which the table is spread: Citus' distribution column, or the key of hash partitions. */
function shardKey(table: Table): string[] {
  if (table.distributed?.column !== undefined) return [table.distributed.column];
  return table.partitionBy?.strategy === 'hash' ? table.partitionBy.keys.slice(0, 1) : [];
}

function judgeKey(table: Table, key: string): FindingDraft[] {
  const primary = primaryKey(table);
  if (primary.includes(key)) return [];
  const label = tableLabel(table.name);
  const { path, line } = table.origin;
  return [
    {
      location: { path, startLine: line, endLine: line },
      message: `Sharded feature table \`${label}\` has ${primary.length === 0 ? 'no primary key' : `the primary key (${primary.join(', ')})`}, without its shard key \`${key}\`.`,
      consequence: 'Uniqueness cannot be kept across shards, and an upsert by that key has to ask every shard.',
      evidence: `${label} shard key ${key} primary key ${primary.join(',')}`,
    },
  ];
}

async function judgeWrites(schema: Schema, context: CheckContext<undefined>): Promise<FindingDraft[]> {
  return (await context.model(queriesModel)).flatMap(({ path, query }) => {
    if (
      query.kind !== 'insert' ||
      query.target === undefined ||
      query.insertColumns === undefined ||
      query.insertColumns.length === 0
    )
      return [];
    const target = featureTarget(schema, query.target, context.settings);
    const key = target?.tables.flatMap(shardKey)[0];
    if (target === undefined || key === undefined || query.insertColumns.includes(key)) return [];
    return [
      {
        location: { path, startLine: query.line, endLine: query.line },
        message: `This insert into the sharded feature table \`${target.label}\` leaves out its shard key \`${key}\`.`,
        consequence: 'The row cannot be routed: the statement fails, or lands on whatever shard takes NULL.',
        evidence: `insert ${target.label} (${query.insertColumns.join(', ')})`.slice(0, 300),
      },
    ];
  });
}
