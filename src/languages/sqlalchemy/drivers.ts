import type { ImportNames } from '../python/names.js';

/** Which database a package talks to. `any`: several, so it says nothing. */
const PACKAGES: readonly (readonly [RegExp, string])[] = [
  [
    /^(psycopg|psycopg2|psycopg_pool|asyncpg|pg8000|aiopg|pgvector|postgres|timescale_vector|testing\.postgresql)$/,
    'postgres',
  ],
  [
    /^(sqlalchemy|sqlmodel|django|databases|tortoise|piccolo|edgy|ormar|peewee|records|dataset|airflow|dagster|prefect|mage_ai|adbc_driver_manager|jaydebeapi|ibis|connectorx)$/,
    'any',
  ],
  [/^(sqlite3|aiosqlite|pysqlite3|sqlite_utils|apsw|libsql|libsql_client)$/, 'sqlite'],
  [/^(duckdb|duckdb_engine)$/, 'duckdb'],
  [/^(pymysql|MySQLdb|aiomysql|asyncmy|mysql|mariadb)$/, 'mysql'],
  [/^(clickhouse_driver|clickhouse_connect|aiochclient|asynch|chdb)$/, 'clickhouse'],
  [/^snowflake$/, 'snowflake'],
  [/^(pymssql|pytds)$/, 'mssql'],
  [/^(cx_Oracle|oracledb)$/, 'oracle'],
  [/^(pyspark|delta|databricks)$/, 'spark'],
  [/^(trino|prestodb|pyathena|pyhive|impala)$/, 'trino'],
  [/^(cassandra|acsylla)$/, 'cassandra'],
  [/^(pyexasol|vertica_python|teradatasql|ibm_db|hdbcli|taos|questdb|pydruid|pinotdb)$/, 'another database'],
];

const BIGQUERY = /^google\.cloud\.(bigquery|spanner)(\.|$)/;

/** The databases whose drivers a file imports. */
export function driversOf(imports: ImportNames): readonly string[] {
  const found = new Set<string>();
  for (const dotted of imports.values()) {
    const first = dotted.split('.')[0] ?? '';
    const match = BIGQUERY.test(dotted) ? 'bigquery' : PACKAGES.find(([pattern]) => pattern.test(first))?.[1];
    if (match !== undefined) found.add(match);
  }
  return [...found];
}

/** The one database other than PostgreSQL that these drivers leave; undefined when they leave PostgreSQL possible. */
export const otherThanPostgres = (drivers: readonly string[]): string | undefined =>
  drivers.includes('postgres') || drivers.includes('any') ? undefined : drivers[0];
