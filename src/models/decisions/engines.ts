import type { Workspace } from '../../core/workspace.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import { imageName } from '../jvm/index.js';
import { datastoreOf } from '../workloads/datastores.js';
import { kubernetesObjects, workloads, type Container, type Place } from '../workloads/index.js';

export interface Engine {
  readonly name: string;
  /** What a description may call it instead. */
  readonly words: readonly string[];
}

const engine = (name: string, ...words: string[]): Engine => ({ name, words });

const POSTGRES = engine('PostgreSQL', 'postgres', 'pgvector', 'timescale');
const REDIS = engine('Redis', 'valkey', 'cache', 'caching');
const KAFKA = engine('Kafka', 'redpanda', 'broker', 'event stream', 'message queue');
const MONGO = engine('MongoDB', 'mongo', 'document store');
const MYSQL = engine('MySQL', 'mariadb');
const SEARCH = engine('Elasticsearch', 'opensearch', 'elastic', 'search index');

/** Servers by the last part of an image's name. PostgreSQL and Redis are recognised by the workload model. */
const BY_IMAGE: readonly (readonly [RegExp, Engine])[] = [
  [/^(?:kafka|cp-kafka|cp-server|redpanda|kafka-native)$/, KAFKA],
  [/^(?:mongo|mongodb|mongodb-community-server|mongodb-enterprise-server|percona-server-mongodb|ferretdb)$/, MONGO],
  [/^(?:mysql|mysql-server|mariadb|mariadb-galera|percona-server|tidb)$/, MYSQL],
  [/^(?:elasticsearch|elasticsearch-oss|opensearch)$/, SEARCH],
  [/^(?:cassandra|scylla)$/, engine('Cassandra', 'scylla')],
  [/^(?:clickhouse|clickhouse-server)$/, engine('ClickHouse')],
  [/^rabbitmq$/, engine('RabbitMQ', 'rabbit', 'broker', 'message queue')],
  [/^(?:minio|seaweedfs|garage)$/, engine('MinIO', 'object store', 'object storage', 's3')],
  [/^etcd$/, engine('etcd')],
  [/^qdrant$/, engine('Qdrant', 'vector database', 'vector store')],
  [/^milvus$/, engine('Milvus', 'vector database', 'vector store')],
  [/^(?:weaviate)$/, engine('Weaviate', 'vector database', 'vector store')],
  [/^(?:chroma|chromadb)$/, engine('Chroma', 'vector database', 'vector store')],
  [/^neo4j$/, engine('Neo4j', 'graph database')],
  [/^influxdb$/, engine('InfluxDB', 'influx', 'time series')],
  [/^memcached$/, engine('Memcached', 'cache')],
  [/^(?:nats|nats-streaming)$/, engine('NATS', 'broker', 'message queue')],
  [/^pulsar(?:-all)?$/, engine('Pulsar', 'broker', 'message queue')],
  [/^cockroach$/, engine('CockroachDB', 'cockroach')],
  [/^(?:couchdb)$/, engine('CouchDB', 'couch', 'document store')],
  [/^questdb$/, engine('QuestDB', 'time series')],
  [/^surrealdb$/, engine('SurrealDB')],
];

/** Objects by which operators make a server: kind, and what its API group must hold. */
const BY_KIND: readonly (readonly [kind: string, group: string, Engine])[] = [
  ['Cluster', 'cnpg', POSTGRES],
  ['PostgresCluster', 'crunchydata', POSTGRES],
  ['postgresql', 'zalan', POSTGRES],
  ['Redis', 'redis', REDIS],
  ['RedisCluster', 'redis', REDIS],
  ['RedisFailover', 'databases.spotahome', REDIS],
  ['Kafka', 'strimzi', KAFKA],
  ['Elasticsearch', 'elastic', SEARCH],
  ['MongoDBCommunity', 'mongodb', MONGO],
  ['PerconaServerMongoDB', 'percona', MONGO],
];

/** Charts of a Helm chart's dependencies. */
const BY_CHART: readonly (readonly [RegExp, Engine])[] = [
  [/^(?:postgresql|postgresql-ha|timescaledb(?:-single)?)$/, POSTGRES],
  [/^(?:redis|redis-cluster|valkey)$/, REDIS],
  ...BY_IMAGE,
];

/** Every datastore that the repository deploys, with the place that says so. */
export async function enginesOf(workspace: Workspace): Promise<{ engine: Engine; at: Place }[]> {
  const found: { engine: Engine; at: Place }[] = [];
  for (const workload of await workspace.model(workloads)) {
    if (workload.development) continue;
    for (const container of workload.containers) {
      const server = engineOf(container);
      if (server) found.push({ engine: server, at: container.image?.at ?? container.at });
    }
  }
  for (const { kind, apiVersion, path, node } of await workspace.model(kubernetesObjects)) {
    const operated = BY_KIND.find(([name, group]) => name === kind && apiVersion.includes(group))?.[2];
    const line = node.get('kind')?.line ?? 1;
    if (operated) found.push({ engine: operated, at: { path, line, endLine: line } });
  }
  return [...found, ...(await chartEngines(workspace))];
}

function engineOf(container: Container): Engine | undefined {
  const known = datastoreOf(container)?.engine;
  if (known !== undefined) return known === 'PostgreSQL' ? POSTGRES : REDIS;
  if (container.role !== 'main') return undefined;
  const reference =
    container.built?.base ?? (container.buildUnknown === undefined ? container.image?.value : undefined);
  const last = reference === undefined ? undefined : imageName(reference)?.split('/').at(-1);
  return last === undefined ? undefined : BY_IMAGE.find(([pattern]) => pattern.test(last))?.[1];
}

async function chartEngines(workspace: Workspace): Promise<{ engine: Engine; at: Place }[]> {
  const found: { engine: Engine; at: Place }[] = [];
  for (const path of workspace.glob('**/Chart.yaml')) {
    for (const chart of (await yamlDocuments(workspace, path)) ?? []) {
      for (const dependency of chart.get('dependencies')?.items() ?? []) {
        const name = dependency.get('name');
        const made = BY_CHART.find(([pattern]) => pattern.test(name?.text ?? ''))?.[1];
        if (made && name) found.push({ engine: made, at: { path, line: name.line, endLine: name.line } });
      }
    }
  }
  return found;
}
