/** What the outside world's callables give back, as far as the radar must know it. */

/** Other names for the same thing. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/^redis\.(?:client\.)?(?:Strict)?Redis\b/, 'redis.Redis'],
  [/^redis\.(?:cluster\.)RedisCluster\b/, 'redis.RedisCluster'],
  [/^redis\.(?:asyncio|aioredis)\.(?:client\.)?(?:Strict)?Redis\b/, 'redis.asyncio.Redis'],
  [/^requests\.(?:sessions\.|api\.)/, 'requests.'],
  [/^requests\.session\(\)/, 'requests.Session'],
  [/^httpx\._client\./, 'httpx.'],
  [/^httpx2\./, 'httpx.'],
  [/^urllib3\.connectionpool\./, 'urllib3.'],
  [/^sqlalchemy\.orm\.(?:session\.)?sessionmaker(?:\(\))?/, 'sqlalchemy.orm.sessionmaker'],
  [/^sqlalchemy\.orm\.(?:scoping\.)?scoped_session(?:\(\))?/, 'sqlalchemy.orm.scoped_session'],
  [/^sqlalchemy\.ext\.asyncio\.(?:session\.)?async_sessionmaker(?:\(\))?/, 'sqlalchemy.ext.asyncio.async_sessionmaker'],
  [
    /^sqlalchemy\.ext\.asyncio\.(?:scoping\.)?async_scoped_session(?:\(\))?/,
    'sqlalchemy.ext.asyncio.async_scoped_session',
  ],
  [/^sqlalchemy\.orm\.session\.(?=Session)/, 'sqlalchemy.orm.'],
  [/^sqlalchemy\.engine\.(?:base\.)?(?=Engine|Connection|create_engine)/, 'sqlalchemy.'],
  [/^sqlalchemy\.engine\.create\./, 'sqlalchemy.'],
  [/^flask_sqlalchemy\.SQLAlchemy\.session\b/, 'sqlalchemy.orm.scoped_session'],
  [/^sqlmodel\.create_engine/, 'sqlalchemy.create_engine'],
  [/^sqlmodel\.orm\.session\.Session\b/, 'sqlmodel.Session'],
  [/^sqlmodel\.ext\.asyncio\.session\.AsyncSession\b/, 'sqlalchemy.ext.asyncio.AsyncSession'],
  [/^pymongo\.mongo_client\./, 'pymongo.'],
  [/^psycopg2\.extensions\./, 'psycopg2.'],
  [/^psycopg2\.extras\.(?:\w*Cursor)\b/, 'psycopg2.cursor'],
  [/^psycopg2\.extras\.(?:\w*Connection)\b/, 'psycopg2.connection'],
  [/^threading\._RLock/, 'threading.RLock'],
  [/^concurrent\.futures\.(?:thread|process|_base)\./, 'concurrent.futures.'],
  [/^pandas\.core\.(?:frame|api|series)\./, 'pandas.'],
  [/^boto3\.session\.Session\b/, 'boto3.Session'],
  [/^openai\._client\./, 'openai.'],
  [/^kubernetes\.client\.(?:api|apis)\.\w+\./, 'kubernetes.client.'],
  [/^h2o\.(?:h2o|frame)\./, 'h2o.'],
  [/^pika\.adapters\.blocking_connection\./, 'pika.'],
  [/^kafka\.(?:consumer|producer)\.(?:group\.|kafka\.)?/, 'kafka.'],
  [/^urllib3\.poolmanager\./, 'urllib3.'],
  [/^google\.auth\.default\(\)\.\[0\]/, 'google.auth.default()'],
  [/^aioredis\./, 'redis.asyncio.'],
  [/^valkey\.(?:client\.)?(?:Strict)?Valkey\b/, 'redis.Redis'],
  [/^valkey\.asyncio\.(?:client\.)?(?:Strict)?Valkey\b/, 'redis.asyncio.Redis'],
  [/^pymongo\.(?:synchronous\.)?collection\.Collection\b/, 'pymongo.MongoClient.item.item'],
  [/^pymongo\.(?:synchronous\.)?database\.Database\b/, 'pymongo.MongoClient.item'],
  [/^duckdb\.DuckDBPyConnection\b/, 'duckdb.connect()'],
  [/^pymysql\.connections\.Connection\b/, 'pymysql.connect()'],
  [/^mysql\.connector\.(?:connection\.)?MySQLConnection\b/, 'mysql.connector.connect()'],
  [/^(?:oracledb|cx_Oracle)\.Connection\b/, 'oracledb.connect()'],
  [/^supabase\.(?:_sync\.client\.)?(?:Sync)?Client\b/, 'supabase.Client'],
  [/^pinecone\.(?:data\.index|db_data\.index)\.Index\b/, 'pinecone.Index'],
];

const MAX_KNOWN = 50_000;
const known = new Map<string, string>();

export function canonical(name: string): string {
  let same = known.get(name);
  if (same === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    same = replaced(name);
    known.set(name, same);
  }
  return same;
}

const members = new Map<string, Map<string, string>>();
let membersKnown = 0;

/** `canonical` of what a dotted name has under another, without putting the two together each time. */
export function canonicalMember(of: string, name: string): string {
  const known = members.get(of)?.get(name);
  if (known !== undefined) return known;
  if (membersKnown >= MAX_KNOWN) {
    members.clear();
    membersKnown = 0;
  }
  const own = members.get(of) ?? new Map<string, string>();
  members.set(of, own);
  const member = canonical(`${of}.${name}`);
  own.set(name, member);
  membersKnown++;
  return member;
}

function replaced(name: string): string {
  for (const [pattern, replacement] of SAME) if (pattern.test(name)) return name.replace(pattern, replacement);
  return name;
}

/** Call → class of its result. Everything else is `function()`, or the class itself when its name is capitalised. */
const RESULTS: Readonly<Record<string, string>> = {
  'redis.from_url': 'redis.Redis',
  'redis.asyncio.from_url': 'redis.asyncio.Redis',
  'valkey.from_url': 'redis.Redis',
  'valkey.asyncio.from_url': 'redis.asyncio.Redis',
  'supabase.create_client': 'supabase.Client',
  'neo4j.GraphDatabase.driver': 'neo4j.Driver',
  'weaviate.connect_to_local': 'weaviate.WeaviateClient',
  'weaviate.connect_to_wcs': 'weaviate.WeaviateClient',
  'weaviate.connect_to_weaviate_cloud': 'weaviate.WeaviateClient',
  'weaviate.connect_to_custom': 'weaviate.WeaviateClient',
  'mysql.connector.pooling.MySQLConnectionPool.get_connection': 'mysql.connector.connect()',
  'psycopg2.connect': 'psycopg2.connection',
  'psycopg2.connection.cursor': 'psycopg2.cursor',
  'psycopg2.pool.SimpleConnectionPool.getconn': 'psycopg2.connection',
  'psycopg2.pool.ThreadedConnectionPool.getconn': 'psycopg2.connection',
  'psycopg.connect': 'psycopg.Connection',
  'psycopg.Connection.connect': 'psycopg.Connection',
  'psycopg.Connection.cursor': 'psycopg.Cursor',
  'psycopg.AsyncConnection.connect': 'psycopg.AsyncConnection',
  'psycopg_pool.ConnectionPool.connection': 'psycopg.Connection',
  'psycopg_pool.ConnectionPool.getconn': 'psycopg.Connection',
  'sqlite3.connect': 'sqlite3.Connection',
  'sqlite3.Connection.cursor': 'sqlite3.Cursor',
  'sqlalchemy.create_engine': 'sqlalchemy.Engine',
  'sqlalchemy.engine_from_config': 'sqlalchemy.Engine',
  'sqlalchemy.Engine.connect': 'sqlalchemy.Connection',
  'sqlalchemy.Engine.begin': 'sqlalchemy.Connection',
  'sqlalchemy.orm.Session.connection': 'sqlalchemy.Connection',
  'sqlalchemy.orm.sessionmaker.__call__': 'sqlalchemy.orm.Session',
  'sqlalchemy.orm.scoped_session.__call__': 'sqlalchemy.orm.Session',
  'sqlalchemy.orm.sessionmaker.begin': 'sqlalchemy.orm.Session',
  'sqlalchemy.orm.create_session': 'sqlalchemy.orm.Session',
  'sqlalchemy.ext.asyncio.create_async_engine': 'sqlalchemy.ext.asyncio.AsyncEngine',
  'sqlalchemy.ext.asyncio.async_scoped_session.__call__': 'sqlalchemy.ext.asyncio.AsyncSession',
  'sqlalchemy.ext.asyncio.async_sessionmaker.begin': 'sqlalchemy.ext.asyncio.AsyncSession',
  'sqlalchemy.ext.asyncio.async_sessionmaker.__call__': 'sqlalchemy.ext.asyncio.AsyncSession',
  'pymongo.MongoClient.get_database': 'pymongo.MongoClient.database',
  'socket.socket': 'socket.socket',
  'socket.create_connection': 'socket.socket',
  'threading.Lock': 'threading.Lock',
  'threading.RLock': 'threading.RLock',
  'subprocess.Popen': 'subprocess.Popen',
  'pathlib.Path.cwd': 'pathlib.Path',
  'pathlib.Path.home': 'pathlib.Path',
  'pathlib.Path.resolve': 'pathlib.Path',
  'pathlib.Path.absolute': 'pathlib.Path',
  'pathlib.Path.joinpath': 'pathlib.Path',
  'pathlib.Path.with_suffix': 'pathlib.Path',
  'pathlib.Path.with_name': 'pathlib.Path',
  'pathlib.Path.expanduser': 'pathlib.Path',
  'concurrent.futures.ThreadPoolExecutor.submit': 'concurrent.futures.Future',
  'concurrent.futures.ProcessPoolExecutor.submit': 'concurrent.futures.Future',
  'concurrent.futures.Executor.submit': 'concurrent.futures.Future',
  'pandas.concat': 'pandas.DataFrame',
  'pandas.merge': 'pandas.DataFrame',
  'pandas.DataFrame.from_dict': 'pandas.DataFrame',
  'pandas.DataFrame.from_records': 'pandas.DataFrame',
  'celery.Task.delay': 'celery.result.AsyncResult',
  'celery.Task.apply_async': 'celery.result.AsyncResult',
  'celery.Celery.send_task': 'celery.result.AsyncResult',
  'h2o.upload_file': 'h2o.H2OFrame',
  'h2o.import_file': 'h2o.H2OFrame',
  'h2o.get_frame': 'h2o.H2OFrame',
  'urllib.request.build_opener': 'urllib.request.OpenerDirector',
};

/** Methods that give the same class back. */
const FLUENT: readonly RegExp[] = [
  /^pandas\.DataFrame\.(?:merge|join|sort_values|sort_index|pivot|pivot_table|melt|copy|reset_index|set_index|rename|drop|dropna|fillna|assign|query|head|tail|sample|astype|apply|reindex|filter|round|where|mask|drop_duplicates|explode|loc|iloc|transpose|groupby\(\)\.\w+)$/,
  /^polars\.(?:DataFrame|LazyFrame)\.(?:filter|select|with_columns|join|sort|head|tail|limit|drop|rename|unique|lazy|collect)$/,
  /^h2o\.H2OFrame\.(?:drop|cbind|rbind|merge|sort|head)$/,
  /^requests\.Session\.(?:__enter__)$/,
  /^pathlib\.Path\.(?:parent|parents)$/,
];

const QUERYSET = /^django\.db\.models\.Model\.objects\.(\w+)$/;
/** Methods of a manager or query set that give a query set. Whatever else they have gives a record or a value. */
const QUERYSET_FLUENT =
  /^(?:all|filter|exclude|order_by|select_related|prefetch_related|annotate|values|values_list|distinct|using|only|defer|reverse|none|union|intersection|difference|extra|select_for_update|alias|raw|get_queryset)$/;
const RECORD = /^a?(?:get|first|last|latest|earliest|create)$/;

function querysetResult(method: string): string {
  if (QUERYSET_FLUENT.test(method)) return 'django.db.models.Model.objects';
  return RECORD.test(method) ? 'django.db.models.Model' : `django.db.models.Model.objects.${method}()`;
}

/** An H2O model answers with a frame that stays on the cluster. */
const H2O_FRAME =
  /^(?:h2o|mlflow\.h2o)\.(?:.*\.)?(?:predict|predict_leaf_node_assignment|predict_contributions|staged_predict_proba)$/;
const PANDAS_READER = /^pandas\.read_\w+$/;
const POLARS_READER = /^polars\.read_\w+$/;
const POLARS_SCANNER = /^polars\.scan_\w+$/;
/** Class methods that make an instance. */
const MAKERS = /^(?:from_\w+|connect|create|open|load|load_from_\w+|get_instance|instance|parse_obj|model_validate)$/;

const isClassName = (segment: string): boolean =>
  (/^_?[A-Z]/.test(segment) && !/^[A-Z0-9_]+$/.test(segment.replace(/^_/, '').slice(0, 99))) ||
  /^(?:SMTP|IMAP4|FTP|SMTP_SSL|IMAP4_SSL|POP3|POP3_SSL|FTP_TLS|TTS|YOLO|LLM|QR|JIRA)$/.test(segment);

/** The class of what a call gives, as a dotted name. */
export function resultOf(callee: string): string {
  const known = RESULTS[callee];
  if (known !== undefined) return known;
  const queryset = QUERYSET.exec(callee)?.[1];
  if (queryset !== undefined) return querysetResult(queryset);
  if (H2O_FRAME.test(callee)) return 'h2o.H2OFrame';
  if (PANDAS_READER.test(callee)) return 'pandas.DataFrame';
  if (POLARS_READER.test(callee)) return 'polars.DataFrame';
  if (POLARS_SCANNER.test(callee)) return 'polars.LazyFrame';
  const dot = callee.lastIndexOf('.');
  const last = callee.slice(dot + 1);
  const holder = callee.slice(0, Math.max(0, dot));
  if (isClassName(last)) return callee;
  if (FLUENT.some((pattern) => pattern.test(callee)))
    return callee.startsWith('polars.LazyFrame.collect')
      ? 'polars.DataFrame'
      : (/^(?:\w+\.)+?[A-Z]\w*/.exec(callee)?.[0] ?? holder);
  if (MAKERS.test(last) && isClassName(holder.slice(holder.lastIndexOf('.') + 1))) return holder;
  return `${callee}()`;
}

/** Functions that run what they are given in a thread or process, or later, never in the caller. */
export const OFFLOADERS = new Set([
  'asgiref.sync.sync_to_async',
  'channels.db.database_sync_to_async',
  'asyncer.asyncify',
  'anyio.to_thread.run_sync',
  'asyncio.to_thread',
  'starlette.concurrency.run_in_threadpool',
  'fastapi.concurrency.run_in_threadpool',
  'unsync.unsync',
]);

/** Functions that call what they are given, in the caller's thread. */
export const CALLERS: ReadonlyMap<string, readonly (number | string)[]> = new Map([
  ['map', [0]],
  ['filter', [0]],
  ['sorted', ['key']],
  ['min', ['key']],
  ['max', ['key']],
  ['functools.reduce', [0]],
  ['itertools.starmap', [0]],
]);

/** Event loop methods whose callback runs on the loop. */
export const LOOP_CALLBACKS: ReadonlyMap<string, number> = new Map([
  ['call_soon', 0],
  ['call_soon_threadsafe', 0],
  ['call_later', 1],
  ['call_at', 1],
]);
