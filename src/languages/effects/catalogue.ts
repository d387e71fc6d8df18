/**
 * Calls that reach the world outside, by origin (see `origins.ts`) or, for names that mean one thing only, by their
 * last part. The first match wins. Patterns are anchored at both ends.
 */
export interface Rule {
  readonly pattern: RegExp;
  readonly action: 'write' | 'read';
  readonly what: string;
}

const rule = (action: Rule['action'], what: string, pattern: RegExp): Rule => ({ pattern, action, what });

/** Matched against the whole origin of the callee. */
export const BY_ORIGIN: readonly Rule[] = [
  rule(
    'write',
    'an HTTP request that changes something',
    /^(requests|httpx|aiohttp|niquests)\.((Async)?(Client|Session|ClientSession)\(\)\.|session\(\)\.)?(post|put|patch|delete)$/,
  ),
  rule(
    'read',
    'an HTTP request',
    /^(requests|httpx|aiohttp|niquests)\.((Async)?(Client|Session|ClientSession)\(\)\.|session\(\)\.)?(get|head|options|stream)$/,
  ),
  // What is fetched to a path of its own stays there after the run.
  rule(
    'write',
    'a file',
    /^(urllib\.request\.urlretrieve|wget\.download|gdown\.download\w*|boto3\.\w+(\(\)\.\w+)*\(\)\.download_file|cv2\.imwrite|imageio\.\w*imwrite|soundfile\.write|PIL\.Image\.\w+\(\)(\.\w+\(\))*\.save)$/,
  ),
  rule(
    'write',
    'a file',
    /^pathlib\.(Path|PosixPath)\b.*\.(unlink|rename|replace|touch|rmdir|symlink_to|hardlink_to)$|^pandas\.ExcelWriter$|^(fpdf|zipfile|tarfile)\.\w+\(\)\.(output|write\w*|add\w*|extractall)$/,
  ),
  rule(
    'write',
    'a table or files',
    /\.(write|writeStream)((\.\w+)?\(\))*(\.\w+\(\))*\.(parquet|csv|json|orc|text|avro|save|saveAsTable|save_as_table|insertInto|jdbc|start|toTable)$|\.writeTo\(\)(\.\w+\(\))*\.(append|create\w*|overwrite\w*|replace)$/,
  ),
  rule(
    'read',
    'a table or files',
    /\.(read|readStream)((\.\w+)?\(\))*(\.\w+\(\))*\.(parquet|csv|json|orc|text|avro|load|table|jdbc)$/,
  ),
  rule(
    'write',
    'a file',
    /^(os\.(remove|unlink|rename|replace|rmdir|removedirs|truncate)|shutil\.(copy\w*|move|rmtree|make_archive|unpack_archive))$/,
  ),
  rule('write', 'another process', /^(os\.(system|popen)|subprocess\.(run|call|check_call|check_output|Popen))$/),
  rule(
    'write',
    'a file',
    /^(joblib\.dump|torch\.save|numpy\.save\w*|numpy\.savetxt|skops\.io\.dump|h2o\.(save_model|export_file|download_\w+))$/,
  ),
  rule('write', 'a file', /^matplotlib\.pyplot\.(savefig|imsave)$|^matplotlib\.pyplot\.\w+\(\)\.savefig$/),
  rule(
    'write',
    'a tracking server',
    /^(mlflow\.(log_\w+|set_tag\w*|(create|delete)_experiment|delete_run|register_model|\w+\.(log_model|save_model)|(tracking\.(client\.)?)?MlflowClient\(\)\.(log|set|create|update|transition|delete|rename|restore)_\w+)|wandb\.(log|log_artifact|init\(\)\.log\w*))$/,
  ),
  rule(
    'read',
    'a tracking server',
    /^mlflow\.(search_\w+|get_(run|experiment\w*)|\w+\.load_model|artifacts\.\w+|(tracking\.(client\.)?)?MlflowClient\(\)\.(get|search|list|download)_\w+)$/,
  ),
  rule(
    'write',
    'AWS',
    /^boto3\.\w+(\(\)\.\w+)*\(\)\.(put|put_\w+|upload_\w+|delete|delete_\w+|copy\w*|create_\w+|publish\w*|send_\w+|batch_write\w*|update_\w+|start_\w+|invoke\w*)$/,
  ),
  rule(
    'read',
    'AWS',
    /^boto3\.\w+(\(\)\.\w+)*\(\)\.(get_\w+|download_\w+|list_\w+|head_\w+|describe_\w+|query|scan|select_\w+)$/,
  ),
  rule(
    'write',
    'a message broker',
    /^paho\.mqtt\.(client\.Client\(\)\.publish|publish\.(single|multiple))$|^azure\.(servicebus|eventhub)\b.*\.(send_messages|send_batch)$|^celery\.Celery\(\)\.send_task$|^nats\.connect\(\)\.publish$|^(kafka|confluent_kafka|aiokafka)\.\w*Producer\(\)\.(send\w*|produce)$|^pika\.\w+\(\)\.channel\(\)\.basic_publish$|^google\.cloud\.pubsub\w*(\.\w+)*\(\)\.publish$/,
  ),
  rule(
    'write',
    'Redis',
    /^redis\.(asyncio\.)?(Redis|StrictRedis|from_url|Redis\.from_url)\(\)(\.pipeline\(\))?\.(set\w*|hset\w*|hmset|mset|delete|del|expire\w*|[lr]push\w*|sadd|zadd|xadd|publish|incr\w*|flush\w*)$/,
  ),
  rule(
    'read',
    'Redis',
    /^redis\.(asyncio\.)?(Redis|StrictRedis|from_url|Redis\.from_url)\(\)\.(get\w*|hget\w*|mget|lrange|smembers|scan\w*|keys)$/,
  ),
  rule(
    'write',
    'MongoDB',
    /^pymongo\.\w+\(\).*\.(insert_\w+|update_\w+|delete_\w+|replace_\w+|bulk_write|drop\w*|create_index)$/,
  ),
  rule('read', 'MongoDB', /^pymongo\.\w+\(\).*\.(find\w*|aggregate|count_\w+)$/),
  rule('write', 'a database', /^psycopg2?\.extras\.(execute_values|execute_batch)$/),
  rule(
    'write',
    'a database',
    /^(clickhouse_connect\.get_client\(\)\.(insert\w*)|dlt\.pipeline\(\)\.run|neo4j\.[\w.()]+\.(execute_write|write_transaction)|cassandra\.\w+\(\).*\.execute_async|influxdb_client\.[\w.()]*\.write|firebase_admin\.firestore\.client\(\).*\.(set|add|update|delete)|google\.cloud\.firestore\.Client\(\).*\.(set|add|update|delete)|supabase\.create_client\(\)\.table\(\)\.(insert|upsert|update|delete)|gspread\.[\w.()]+\.(update\w*|append_row\w*|clear|batch_update))$/,
  ),
  rule(
    'write',
    'a warehouse',
    /^mage_ai\.io\.[\w.]+(\(\)|\.with_config\(\))\.(export|write_\w+|delete\w*|drop\w*|upload\w*)$/,
  ),
  rule(
    'write',
    'an object store',
    /^google\.cloud\.storage\.Client\(\)(\.\w+\(\))*\.(upload_from_\w+|delete\w*|copy_blob|compose)$/,
  ),
  rule('read', 'a warehouse', /^mage_ai\.io\.[\w.]+(\(\)|\.with_config\(\))\.(load|sample)$/),
  rule(
    'write',
    'Mage itself',
    /^mage_ai\.(orchestration\.triggers\.api\.trigger_pipeline|data_preparation\.variable_manager\.set_global_variable)$/,
  ),
  rule(
    'read',
    'a file or a database',
    /^(pandas|polars|geopandas|dask\.dataframe|pyarrow\.(parquet|csv))\.(read|scan)_\w+$/,
  ),
  rule(
    'write',
    'a warehouse',
    /^(pandas_gbq\.to_gbq|awswrangler\.[\w.]+\.to_\w+|snowflake\.connector\.pandas_tools\.write_pandas|pyarrow\.(parquet|csv)\.write_\w+|pyarrow\.dataset\.write_dataset|deltalake\.write_deltalake)$/,
  ),
  rule('read', 'a warehouse', /^(pandas_gbq\.read_gbq|awswrangler\.[\w.]+\.read_\w+)$/),
  rule(
    'write',
    'a warehouse',
    /^google\.cloud\.bigquery\.Client\(\)\.(load_\w+|insert_\w+|create_\w+|delete_\w+|update_\w+|copy_table|extract_table)$/,
  ),
  rule('write', 'mail', /^smtplib\.\w+\(\)\.(sendmail|send_message)$/),
  rule('write', 'a chat', /^slack_sdk\.\w+(\.\w+)*\(\)\.(chat_\w+|send\w*|files_upload\w*)$/),
  rule(
    'write',
    'a search index',
    /^(elasticsearch|opensearchpy)(\.helpers\.\w*bulk|\.\w+\(\)\.(index|bulk|update\w*|delete\w*|create))$/,
  ),
  rule(
    'write',
    'a database session',
    /^(sqlalchemy\.orm\.[\w.]*(Session|sessionmaker\(\)|scoped_session\(\))\(\)|sqlmodel\.Session\(\))\.(add|add_all|merge|delete|commit|flush|bulk_\w+)$/,
  ),
];

/** Methods whose name alone says it, whoever the receiver is. */
export const BY_METHOD: readonly Rule[] = [
  rule(
    'write',
    'a database',
    /^(insert|update|delete)_(one|many)$|^load_table_from_\w+$|^insert_rows_\w+$|^to_sql$|^write_database$|^insert_df$|^bulk_insert_mappings$|^bulk_save_objects$|^to_gbq$|^saveAsTable$|^insertInto$|^copy_expert$|^copy_from$/,
  ),
  rule(
    'write',
    'a file',
    /^write_text$|^write_bytes$|^sink_(csv|parquet|ipc|ndjson)$|^save_pretrained$|^save_model$|^download_mojo$|^download_pojo$|^download_to_filename$|^fget_object$/,
  ),
  rule(
    'write',
    'an object store',
    /^put_object$|^upload_file$|^upload_fileobj$|^upload_from_(string|filename|file)$|^upload_blob$|^delete_objects?$|^delete_blobs?$|^fput_object$|^remove_objects?$/,
  ),
  rule('write', 'a message broker', /^basic_publish$|^put_record(s)?$|^apply_async$/),
];

/** Methods that write where their first argument points; without one, or into a buffer, they return text. */
export const TO_PATH =
  /^(to_(csv|parquet|json|pickle|excel|feather|hdf|stata|orc|xml|html|markdown|file|netcdf|zarr|delta)|write_(csv|parquet|json|ndjson|ipc|excel|delta|avro|image|html)|savefig)$/;
/** Of those, the ones that return text when no path is given. */
export const RETURNS_TEXT = /^to_(csv|json|html|xml|markdown|parquet|feather|orc)$|^write_(csv|json|ndjson)$/;

/** `execute` and its kin run the SQL they are given. */
export const RUNS_SQL =
  /^(execute|executemany|executescript|exec_driver_sql|fetch|fetchrow|fetchval|fetch_all|fetch_one|query|run_sql|sql|scalar|scalars|copy|command|execute_query|run|execute_async|execute_string|copy_expert)$/;

/** Buffers in memory, and files that vanish. */
export const MEMORY = /^(io\.)?(BytesIO|StringIO)\(\)|^pyarrow\.BufferOutputStream\(\)/;
export const TEMPORARY = /^tempfile\.|\btempfile\.\w+\(\)|^mkdtemp|^NamedTemporaryFile|^TemporaryDirectory/;
