import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { blockSql, dialectOf } from '../../languages/mage-sql/index.js';
import type { BlockStatement, Dialect } from '../../languages/mage-sql/index.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import { blockUuid, mageBlocks } from './blocks.js';
import type { SqlBlock } from './blocks.js';
import { magePipelines } from './pipelines.js';

export interface ReadSqlBlock extends SqlBlock {
  readonly dialect: Dialect;
  readonly statements: readonly BlockStatement[];
}

/** The dialect of each SQL block, by its path. */
export const mageSqlDialects = defineModel('mage-sql-dialects', async (workspace) => {
  const { sql } = await workspace.model(mageBlocks);
  const dialects = new Map<string, Dialect>();
  if (sql.length === 0) return dialects;
  const pipelines = await workspace.model(magePipelines);
  const configured = new Map(
    pipelines.flatMap(({ blocks }) =>
      blocks.flatMap(({ uuid, provider }) => (provider === undefined ? [] : [[uuid, provider] as const])),
    ),
  );
  for (const { path, root } of sql) {
    const provider = configured.get(blockUuid(path)) ?? (await onlyProvider(root, workspace));
    // Nothing says where it runs: read as what most projects are on.
    dialects.set(path, provider === undefined ? 'postgres' : dialectOf(provider));
  }
  return dialects;
});

/** SQL blocks, read in the dialect of their data provider; a statement that cannot be read is on record. */
export const mageSql = defineModel('mage-sql', async (workspace): Promise<readonly ReadSqlBlock[]> => {
  const { sql } = await workspace.model(mageBlocks);
  const dialects = await workspace.model(mageSqlDialects);
  const found: ReadSqlBlock[] = [];
  for (const block of sql) {
    const dialect = dialects.get(block.path) ?? 'postgres';
    const facts = await workspace.facts(blockSql(dialect), block.path);
    if (facts === undefined) continue;
    // What is not PostgreSQL in a PostgreSQL block is on record already: the schema is read from it, too.
    for (const { line, reason } of dialect === 'postgres' ? [] : facts.unread)
      workspace.gap({
        path: block.path,
        kind: 'unsupported',
        reason: `line ${String(line)} of the SQL block: ${reason}`,
      });
    found.push({ ...block, dialect, statements: facts.statements });
  }
  return found;
});

/** Keys of `io_config.yaml`, by the provider that they configure. */
const KEYS: readonly (readonly [RegExp, string])[] = [
  [/^(POSTGRES)_/, 'postgres'],
  [/^GOOGLE_SERVICE_ACC/, 'bigquery'],
  [/^SNOWFLAKE_/, 'snowflake'],
  [/^REDSHIFT_/, 'redshift'],
  [/^MYSQL_/, 'mysql'],
  [/^MSSQL_/, 'mssql'],
  [/^TRINO_/, 'trino'],
  [/^CLICKHOUSE_/, 'clickhouse'],
  [/^DUCKDB_/, 'duckdb'],
];

/** The provider of a project that configures one alone. Mage's own template of the file names them all. */
async function onlyProvider(root: string, workspace: Workspace): Promise<string | undefined> {
  const path = root === '' ? 'io_config.yaml' : `${root}/io_config.yaml`;
  if (workspace.file(path) === undefined) return undefined;
  const [document] = (await yamlDocuments(workspace, path)) ?? [];
  const profiles = document?.kind === 'mapping' ? document.entries().map(({ value }) => value) : [];
  const keys = profiles.flatMap((profile) => (profile.kind === 'mapping' ? profile.keys() : []));
  const providers = new Set(keys.flatMap((key) => KEYS.find(([pattern]) => pattern.test(key))?.[1] ?? []));
  return providers.size === 1 ? [...providers][0] : undefined;
}
