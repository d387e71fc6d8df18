/** How an image's start script makes its java command line. */
export interface JvmImage {
  readonly name: string;
  readonly pattern: RegExp;
  /** Only versions whose tag is like this; every version where it is not set. */
  readonly tag?: RegExp;
  /**
   * `runtime`: a JDK or JRE, the command is the user's. `h2o`: an H2O cluster. `application`: starts its own program with
   * HotSpot's default heap unless told otherwise. `self-sizing`: its script or program always sets a heap by its own rule.
   */
  readonly kind: 'runtime' | 'h2o' | 'application' | 'self-sizing';
  /** Variables that the script puts on the command line, in that order. */
  readonly variables: readonly string[];
  /** Variables that hold a heap size alone (`MAX_HEAP_SIZE=2G`), not options. */
  readonly sizes?: readonly string[];
  /** Options the script uses where the variable is not set (key: variable), or before all variables (key: ''). */
  readonly defaults?: Readonly<Record<string, string>>;
  /** In a command of one's own: it runs the image's script all the same. */
  readonly starter?: RegExp;
  /** Other defaults where the command names another of the image's scripts. */
  readonly scripts?: readonly { readonly command: RegExp; readonly defaults: Readonly<Record<string, string>> }[];
  /** Where a mounted file or folder replaces or adds to the options that the image brings. */
  readonly optionFiles?: RegExp;
  /** For people: the rule by which it sizes itself. */
  readonly rule?: string;
}

const image = (
  name: string,
  pattern: RegExp,
  kind: JvmImage['kind'],
  variables: readonly string[],
  more: Partial<JvmImage> = {},
): JvmImage => ({
  name,
  pattern,
  kind,
  variables,
  ...more,
});

const ELASTICSEARCH = /(?:^|\/)elasticsearch(?:-wolfi|-oss)?$/;

/**
 * Start scripts as data, read from the images' public sources. Names are matched without registry and tag. The first
 * match counts, so special images stand before families.
 */
const JVM_IMAGES: readonly JvmImage[] = [
  image('H2O-3', /(?:^|\/)h2o-open-source-k8s(?:-minimal)?$/, 'h2o', [], {
    defaults: { '': '-XX:MaxRAMPercentage=50' },
    rule: 'its start command asks for half of the limit',
  }),
  image('H2O', /(?:^|\/)(?:h2o|h2o-?3|h2o-open-source|h2o-?automl|h2o-3-k8s-runner)$/, 'h2o', ['JAVA_OPTS']),

  image(
    'Schema Registry',
    /cp-schema-registry$|(?:^|\/)schema-registry$/,
    'self-sizing',
    ['SCHEMA_REGISTRY_HEAP_OPTS', 'SCHEMA_REGISTRY_OPTS'],
    { defaults: { SCHEMA_REGISTRY_HEAP_OPTS: '-Xmx512M' } },
  ),
  image(
    'Control Center',
    /cp-enterprise-control-center(?:-next-gen)?$/,
    'self-sizing',
    ['CONTROL_CENTER_HEAP_OPTS', 'CONTROL_CENTER_OPTS'],
    { rule: 'its start script brings a value' },
  ),
  image('Kafka REST', /cp-kafka-rest$/, 'self-sizing', ['KAFKAREST_HEAP_OPTS', 'KAFKAREST_OPTS'], {
    defaults: { KAFKAREST_HEAP_OPTS: '-Xmx256M' },
  }),
  image('ksqlDB', /(?:cp-)?ksqldb?-server$/, 'self-sizing', ['KSQL_HEAP_OPTS', 'KSQL_OPTS'], {
    defaults: { KSQL_HEAP_OPTS: '-Xmx3g' },
  }),
  image('Kafka Connect', /cp-(?:server-|kafka-)?connect(?:-base)?$/, 'self-sizing', ['KAFKA_HEAP_OPTS', 'KAFKA_OPTS'], {
    defaults: { KAFKA_HEAP_OPTS: '-Xms256M -Xmx2G' },
  }),
  image(
    'Debezium Connect',
    /debezium\/connect(?:-base)?$/,
    'self-sizing',
    ['HEAP_OPTS', 'KAFKA_HEAP_OPTS', 'KAFKA_OPTS'],
    { defaults: { HEAP_OPTS: '-Xms256M -Xmx2G' } },
  ),
  image('ZooKeeper', /cp-zookeeper$/, 'self-sizing', ['KAFKA_HEAP_OPTS', 'KAFKA_OPTS'], {
    defaults: { KAFKA_HEAP_OPTS: '-Xmx512M -Xms512M' },
  }),
  image(
    'Kafka',
    /(?:^|\/)(?:cp-(?:kafka|server|enterprise-kafka)|kafka|kafka-native|strimzi-kafka|wurstmeister-kafka)$|(?:^|\/)(?:bitnami|bitnamilegacy|apache|wurstmeister|ubuntu|debezium)\/kafka$/,
    'self-sizing',
    ['KAFKA_HEAP_OPTS', 'KAFKA_JVM_PERFORMANCE_OPTS', 'KAFKA_OPTS'],
    {
      defaults: { KAFKA_HEAP_OPTS: '-Xmx1G -Xms1G' },
      starter: /kafka-server-start|zookeeper-server-start|connect-(?:distributed|standalone)/,
      scripts: [
        { command: /zookeeper-server-start/, defaults: { KAFKA_HEAP_OPTS: '-Xmx512M -Xms512M' } },
        { command: /connect-(?:distributed|standalone)/, defaults: { KAFKA_HEAP_OPTS: '-Xms256M -Xmx2G' } },
      ],
    },
  ),
  image('ZooKeeper', /(?:^|\/)bitnami(?:legacy)?\/zookeeper$/, 'self-sizing', ['JVMFLAGS'], {
    sizes: ['ZOO_HEAP_SIZE'],
    defaults: { '': '-Xmx1024m -Xms1024m' },
  }),
  image('ZooKeeper', /(?:^|\/)zookeeper$/, 'self-sizing', ['JVMFLAGS', 'SERVER_JVMFLAGS'], {
    defaults: { '': '-Xmx1000m' },
  }),

  image('Elasticsearch', ELASTICSEARCH, 'self-sizing', ['ES_JAVA_OPTS'], {
    tag: /^v?(?:[1-6]\.|7\.(?:\d|10)(?:\D|$))/,
    optionFiles: /\/config\/jvm\.options(?:\.d(?:\/[^/]+)?)?\/?$/,
    defaults: { '': '-Xms1g -Xmx1g' },
  }),
  // From 7.11 on it takes half of the memory that it sees.
  image('Elasticsearch', ELASTICSEARCH, 'self-sizing', ['ES_JAVA_OPTS'], {
    optionFiles: /\/config\/jvm\.options(?:\.d(?:\/[^/]+)?)?\/?$/,
    defaults: { '': '-XX:MaxRAMPercentage=50' },
  }),
  image('OpenSearch', /(?:^|\/)opensearch$/, 'self-sizing', ['OPENSEARCH_JAVA_OPTS'], {
    optionFiles: /\/config\/jvm\.options(?:\.d(?:\/[^/]+)?)?\/?$/,
    defaults: { '': '-Xms1g -Xmx1g' },
  }),
  image('Logstash', /(?:^|\/)logstash(?:-oss|-wolfi)?$/, 'self-sizing', ['LS_JAVA_OPTS'], {
    optionFiles: /\/config\/jvm\.options$/,
    defaults: { '': '-Xms1g -Xmx1g' },
  }),
  image('Solr', /(?:^|\/)solr$/, 'self-sizing', ['SOLR_JAVA_MEM', 'SOLR_OPTS'], {
    sizes: ['SOLR_HEAP', 'SOLR_JAVA_HEAP'],
    defaults: { '': '-Xms512m -Xmx512m' },
  }),
  image('Cassandra', /(?:^|\/)(?:cassandra|dse-server)$/, 'self-sizing', ['JVM_OPTS', 'JVM_EXTRA_OPTS'], {
    sizes: ['MAX_HEAP_SIZE'],
    rule: "its script takes a quarter of the host's memory, at most 8 GiB",
  }),
  image('Neo4j', /(?:^|\/)neo4j$/, 'self-sizing', ['NEO4J_server_jvm_additional'], {
    sizes: ['NEO4J_server_memory_heap_max__size', 'NEO4J_dbms_memory_heap_max__size', 'NEO4J_dbms_memory_heap_maxSize'],
    rule: 'Neo4j derives it from the memory it sees',
  }),
  image('Keycloak', /(?:^|\/)jboss\/keycloak$/, 'self-sizing', ['JAVA_OPTS', 'JAVA_OPTS_APPEND'], {
    defaults: { JAVA_OPTS: '-Xms64m -Xmx512m' },
  }),
  image('Keycloak', /(?:^|\/)keycloak$/, 'self-sizing', ['JAVA_OPTS_KC_HEAP', 'JAVA_OPTS', 'JAVA_OPTS_APPEND'], {
    defaults: { JAVA_OPTS_KC_HEAP: '-XX:MaxRAMPercentage=70' },
  }),
  image('WildFly', /(?:^|\/)wildfly(?:-runtime)?$/, 'self-sizing', ['JAVA_OPTS', 'JAVA_OPTS_APPEND'], {
    defaults: { JAVA_OPTS: '-Xms64m -Xmx512m' },
  }),
  image('Trino', /(?:^|\/)(?:trino|prestosql|prestodb\/presto|presto)$/, 'self-sizing', [], {
    defaults: { '': '-XX:MaxRAMPercentage=80' },
    optionFiles: /^\/(?:etc\/trino|usr\/lib\/trino\/etc|lib\/trino\/default\/etc)(?:\/jvm\.config)?\/?$/,
    rule: 'Trino takes the heap from its jvm.config (80 % of the memory by default)',
  }),
  image('NiFi', /(?:^|\/)nifi$/, 'self-sizing', [], { sizes: ['NIFI_JVM_HEAP_MAX'], defaults: { '': '-Xmx512m' } }),
  image(
    'Spark',
    /(?:^|\/)spark(?:-(?:py|master|worker|base|submit|history-server))*$/,
    'self-sizing',
    ['SPARK_DAEMON_JAVA_OPTS'],
    {
      sizes: ['SPARK_DAEMON_MEMORY'],
      rule: 'Spark sizes daemons by SPARK_DAEMON_MEMORY (1 GiB) and executors by spark.executor.memory',
    },
  ),
  image('Flink', /(?:^|\/)flink$/, 'self-sizing', ['FLINK_ENV_JAVA_OPTS'], {
    rule: 'Flink divides the configured process size itself',
  }),
  image('Pulsar', /(?:^|\/)pulsar(?:-all)?$/, 'self-sizing', ['PULSAR_MEM', 'PULSAR_EXTRA_OPTS'], {
    defaults: { PULSAR_MEM: '-Xms2g -Xmx2g' },
  }),
  image(
    'ActiveMQ',
    /(?:^|\/)activemq(?:-(?:classic|artemis))?$/,
    'self-sizing',
    ['ACTIVEMQ_OPTS_MEMORY', 'ACTIVEMQ_OPTS'],
    { defaults: { ACTIVEMQ_OPTS_MEMORY: '-Xms64M -Xmx1G' } },
  ),
  image('Graylog', /(?:^|\/)graylog(?:-enterprise)?$/, 'self-sizing', ['GRAYLOG_SERVER_JAVA_OPTS'], {
    defaults: { GRAYLOG_SERVER_JAVA_OPTS: '-Xms1g -Xmx1g' },
  }),
  image('Graylog Data Node', /(?:^|\/)graylog-datanode$/, 'self-sizing', [], {
    rule: 'it starts OpenSearch beside its own JVM, each with its own heap',
  }),
  image('Nexus', /(?:^|\/)nexus3?$/, 'self-sizing', ['INSTALL4J_ADD_VM_PARAMS'], {
    defaults: { INSTALL4J_ADD_VM_PARAMS: '-Xms2703m -Xmx2703m' },
  }),
  image('SonarQube', /(?:^|\/)sonarqube$/, 'self-sizing', [], {
    rule: 'SonarQube starts three JVMs, each with its own heap',
  }),
  image(
    'Hadoop, Hive, HBase, Druid',
    /(?:^|\/)(?:hadoop[\w-]*|(?:[\w-]+-)?hive(?:-(?:metastore|server2?))?|hbase[\w-]*|druid|namenode|datanode|atlas|ranger)$/,
    'self-sizing',
    [],
    { rule: 'its scripts bring a value for every daemon' },
  ),
  image('Pinot', /(?:^|\/)pinot$/, 'self-sizing', ['JAVA_OPTS'], { rule: 'its image brings a value in JAVA_OPTS' }),
  image('Alluxio', /(?:^|\/)alluxio(?:-enterprise)?$/, 'self-sizing', ['ALLUXIO_JAVA_OPTS'], {
    rule: 'its scripts bring a value for every process',
  }),
  image('Zeppelin', /(?:^|\/)zeppelin$/, 'self-sizing', ['ZEPPELIN_MEM', 'ZEPPELIN_JAVA_OPTS'], {
    defaults: { ZEPPELIN_MEM: '-Xms1024m -Xmx1024m' },
  }),
  image('DolphinScheduler', /(?:^|\/)dolphinscheduler-(?:\w+-)?server$/, 'self-sizing', ['JAVA_OPTS'], {
    rule: 'its start script brings a value',
  }),
  image('Cruise Control', /(?:^|\/)(?:kafka-)?cruise-control$/, 'self-sizing', ['KAFKA_HEAP_OPTS'], {
    rule: 'its start script brings a value',
  }),
  image('CMAK', /(?:^|\/)(?:cmak|kafka-manager)$/, 'application', ['JAVA_OPTS']),
  image('DynamoDB local', /(?:^|\/)dynamodb-local$/, 'application', []),

  image('Jenkins', /(?:^|\/)jenkins(?:-\w+)?$/, 'application', ['JAVA_OPTS', 'JENKINS_JAVA_OPTS']),
  image('Tomcat', /(?:^|\/)(?:tomcat|tomee)$/, 'application', ['JAVA_OPTS', 'CATALINA_OPTS']),
  image('Jetty', /(?:^|\/)jetty$/, 'application', ['JAVA_OPTIONS']),
  image('Metabase', /(?:^|\/)metabase(?:-enterprise)?$/, 'application', ['JAVA_OPTS']),
  image('Kafka UI', /(?:^|\/)kafka-ui$/, 'application', ['JAVA_OPTS']),
  image('Kafdrop', /(?:^|\/)kafdrop$/, 'application', ['JVM_OPTS']),
  image('Zipkin', /(?:^|\/)zipkin(?:-slim)?$/, 'self-sizing', ['JAVA_OPTS'], {
    defaults: { JAVA_OPTS: '-Xms64m -Xmx64m' },
  }),

  image(
    'JDK',
    /(?:^|\/)(?:eclipse-temurin|adoptopenjdk(?:\/\w+)?|openjdk(?:[-/][\w-]+)?|amazoncorretto|corretto|ibmjava|ibm-semeru-runtimes|semeru-runtimes|sapmachine|java|zulu-openjdk(?:-\w+)*|liberica-(?:openjdk|openjre|runtime-container)[\w-]*|graalvm(?:-ce|-community)?|jdk|jre|java-?base|alpine-java)$/,
    'runtime',
    [],
  ),
  image('distroless Java', /(?:^|\/)distroless\/java\w*(?:-\w+)?$/, 'runtime', []),
];

/** Images that build with Java and run something else, or nothing in production. */
const BUILD_TOOLS = /(?:^|\/)(?:maven|gradle|sbt|flyway|liquibase|openapi-generator-cli|swagger-codegen-cli)$/;

/** `registry:5000/team/app:1.2@sha256:…` → `team/app`, in lower case. Undefined when nothing is left. */
export function imageName(reference: string): string | undefined {
  const bare = (reference.split('@', 1)[0] ?? '').replace(/:[^/]*$/, '').toLowerCase();
  const [first = '', ...rest] = bare.split('/');
  const isRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const name = isRegistry ? rest.join('/') : bare;
  return name === '' ? undefined : name;
}

export function imageTag(reference: string): string | undefined {
  return /:([^/:@]+)(?:@|$)/.exec(reference)?.[1];
}

export function jvmImage(reference: string): JvmImage | undefined {
  const name = imageName(reference);
  if (name === undefined || BUILD_TOOLS.test(name)) return undefined;
  return JVM_IMAGES.find(
    ({ pattern, tag }) => pattern.test(name) && (tag === undefined || tag.test(imageTag(reference) ?? '')),
  );
}
