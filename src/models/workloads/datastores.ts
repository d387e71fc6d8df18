import { imageName, imageTag } from '../jvm/images.js';
import type { Container } from './model.js';

export interface Datastore {
  readonly engine: 'PostgreSQL' | 'Redis';
  readonly port: number;
}

const POSTGRES: Datastore = { engine: 'PostgreSQL', port: 5432 };
const REDIS: Datastore = { engine: 'Redis', port: 6379 };

/** Images that run the server itself, by name without registry and tag. Exporters, poolers, operators and clients are not among them. */
const IMAGES: readonly (readonly [RegExp, Datastore])[] = [
  [
    /(?:^|\/)(?:postgres|postgresql|postgresql-repmgr|postgres-?gis|postgis|pgvector|pgvecto-rs|vchord-postgres|vectorchord|timescaledb(?:-ha|-postgis)?|timescaledb-pg\w*|spilo(?:-\w+)?|patroni|citus|supabase\/postgres|crunchy-postgres(?:-gis|-ha)?|cloudnative-pg\/postgresql|paradedb|alloydbomni|edb-postgres-advanced|enterprisedb\/postgresql|postgres-ha|pgduckdb|tensorchord\/pgvecto-rs|greenplum)$/,
    POSTGRES,
  ],
  [
    /(?:^|\/)(?:ankane|pgvector)\/pgvector$|(?:^|\/)postgres-(?:ssl|pgvector|alpine|postgis|\d[\w.-]*)$|(?:^|\/)rhel\d\/postgresql-\d+$|(?:^|\/)postgresql-\d+-\w+$/,
    POSTGRES,
  ],
  [
    /(?:^|\/)(?:redis|valkey|redis-stack(?:-server)?|redis-cluster|valkey-cluster|redis-sentinel|keydb|dragonfly|redismod|rejson|redisearch|redis-bloom|redistimeseries|redislabs\/redis|redis-\d+-\w+|redis-ha)$/,
    REDIS,
  ],
];

/** The database server behind an image reference; undefined when it is none, or not to be told. */
export function datastoreByImage(reference: string): Datastore | undefined {
  const name = imageName(reference);
  return name === undefined ? undefined : IMAGES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Clients and jobs that such images are used for as well. */
const CLIENT =
  /(?:^|[\s/"';&|(])(?:psql|pg_dump(?:all)?|pg_restore|pg_isready|pg_basebackup|pgbench|createdb|vacuumdb|redis-cli|redis-benchmark|valkey-cli|sleep|tail)(?:[\s"';&|)]|$)/;
const SERVER =
  /(?:^|[\s/])(?:postgres|redis-server|redis-sentinel|redis-stack-server|valkey-server|valkey-sentinel|keydb-server|dragonfly|docker-entrypoint(?:\.sh)?|patroni|pg_autoctl|pg_ctl|pg_ctlcluster|postmaster)(?:\s|$)/;
const SHELL = /(?:^|\/)(?:ba|da|a)?sh$/;
const WRAPPER = /(?:^|\/)(?:exec|tini|dumb-init|gosu|su-exec|env|nice|--|[A-Za-z_]\w*=\S*)$/;
/** A script, or a program outside the system's own directories: it may well start the server in the end. */
const SCRIPT = /\.(?:sh|bash|py|pl)(?:\s|["';&|]|$)|entrypoint/;
const SYSTEM = /^\/(?:usr\/(?:local\/)?)?s?bin\/\w+$/;

/** A container's database server, by its image or by the image that its Dockerfile starts from. */
export function datastoreOf(container: Container): Datastore | undefined {
  if (container.role !== 'main' || !startsServer(container)) return undefined;
  const reference = container.built?.base ?? container.image?.value;
  return (reference === undefined ? undefined : datastoreByImage(reference)) ?? postgresByUse(container);
}

/** An image of one's own that says by variables and a mount what it is: PostgreSQL's data directory, writable, and its set-up variables. */
function postgresByUse({ environment, mounts, image, built }: Container): Datastore | undefined {
  const name = imageName(built?.base ?? image?.value ?? '') ?? '';
  const data = mounts.some(({ target, readOnly }) => !readOnly && /^\/var\/lib\/postgresql(?:\/|$)/.test(target));
  const named = ['POSTGRES_DB', 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE', 'PGDATA'].some((key) =>
    environment.has(key),
  );
  return data && named && !NOT_A_SERVER.test(name) ? POSTGRES : undefined;
}

const NOT_A_SERVER = /backup|exporter|dump|wal-?g|barman|restore|upgrade|migrat|init|client/;

/** Whether the command leaves the server in place: the same image also runs clients, set-up jobs and other programs (`command: etcd`). */
function startsServer({ entrypoint, command, built }: Container): boolean {
  const own = entrypoint ?? built?.entrypoint;
  const words = [
    ...(own?.words ?? []),
    ...((command ?? (entrypoint === undefined ? built?.command : undefined))?.words ?? []),
  ];
  const line = words.join(' ');
  if (line.trim() === '' || SERVER.test(line)) return true;
  if (CLIENT.test(line)) return false;
  const [first = ''] = words.filter((word) => !WRAPPER.test(word)).flatMap((word) => word.trim().split(/\s+/));
  // The images' own entry point puts the server before options.
  if (first.startsWith('-')) return true;
  if (SHELL.test(first) || SYSTEM.test(first)) return SCRIPT.test(line);
  return /[/.$]|entrypoint/.test(first);
}

/** Where the server keeps its data. */
export interface DataDirectory {
  /** Undefined when it depends on something that is not in the repository. */
  readonly path: string | undefined;
  /**
   * The only directories below which a mount keeps the data. The image's own VOLUME shadows a mount above it: with
   * PostgreSQL 17 and older, a volume at /var/lib/postgresql keeps nothing.
   */
  readonly mountAt: readonly string[];
}

/** By `PGDATA`, else by what the image family uses. */
export function dataDirectoryOf(container: Container, store: Datastore): DataDirectory {
  const reference = container.built?.base ?? container.image?.value ?? '';
  const name = imageName(reference) ?? '';
  if (store.engine === 'Redis') return directory(name.includes('bitnami') ? '/bitnami' : '/data');
  const pgdata = container.environment.get('PGDATA') ?? container.environment.get('POSTGRESQL_DATA_DIR');
  if (pgdata !== undefined && pgdata.value === undefined) return { path: undefined, mountAt: [] };
  if (name.includes('bitnami')) return directory(pgdata?.value ?? '/bitnami/postgresql');
  if (/spilo|patroni/.test(name)) return directory(pgdata?.value ?? '/home/postgres/pgdata/pgroot/data');
  if (name.includes('timescaledb-ha')) return directory(pgdata?.value ?? '/home/postgres/pgdata/data');
  if (name.includes('crunchy')) return directory(pgdata?.value ?? '/pgdata');
  if (/rhel\d|sclorg|centos/.test(name)) return directory(pgdata?.value ?? '/var/lib/pgsql');
  const major = majorVersion(reference);
  const [old, parent] = [OLD, '/var/lib/postgresql'];
  if (pgdata?.value !== undefined) {
    const { path, mountAt } = directory(pgdata.value);
    const shadowed = pgdata.value.startsWith(old) && major !== undefined && major < 18;
    return { path, mountAt: shadowed ? mountAt.filter((at) => at.startsWith(old)) : mountAt };
  }
  // Before 18 the image's VOLUME is the data directory itself, from 18 on its parent.
  if (major === undefined) return { path: old, mountAt: [old, parent] };
  return major >= 18 ? { path: `${parent}/${major}/docker`, mountAt: [parent] } : { path: old, mountAt: [old] };
}

const OLD = '/var/lib/postgresql/data';

function directory(path: string): DataDirectory {
  const parts = path.replace(/\/+$/, '').split('/').slice(1);
  return { path, mountAt: parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`) };
}

/** PostgreSQL's major version by the tag (`16-alpine`, `pg17`, `latest-pg16`); undefined where it does not say. */
function majorVersion(reference: string): number | undefined {
  const tag = imageTag(reference);
  const match = /(?:^|[-_.])pg(\d{1,2})(?:\D|$)/i.exec(tag ?? '') ?? /^v?(\d{1,2})(?:\D|$)/.exec(tag ?? '');
  const major = match === null ? undefined : Number(match[1]);
  return major !== undefined && major >= 8 ? major : undefined;
}
