/**
 * What blocks the thread that calls it. A name is a dotted path; a method is written behind its class, and the result
 * of a function as `function()`: `boto3.client().get_object`. `*` stands for one segment, `**` for one or more, `***`
 * for one or more with calls among them, `a|b` for either.
 */

export type Category =
  | 'http'
  | 'database'
  | 'cache'
  | 'cloud'
  | 'auth'
  | 'kubernetes'
  | 'mail'
  | 'ssh'
  | 'broker'
  | 'socket'
  | 'subprocess'
  | 'sleep'
  | 'lock'
  | 'input'
  | 'h2o'
  | 'configured'
  | 'file'
  | 'stat'
  | 'inference'
  | 'dataframe';

export interface BlockingGroup {
  readonly category: Category;
  /** Separated by white space, each behind `prefix`. */
  readonly names: string;
  readonly prefix?: string;
  /** Names that the patterns above would match and that do not block. */
  readonly except?: string;
  /** What to use on an event loop. */
  readonly instead: string;
  /** Where its vendor says that it blocks, or documents the replacement. */
  readonly source: string;
}

const VERBS = 'get|options|head|post|put|patch|delete|request';
const QUERY_ENDS = 'all|first|one|one_or_none|scalar|scalar_one|count|get|update|delete';
const DBAPI_CURSOR =
  'execute|executemany|executescript|fetchone|fetchmany|fetchall|callproc|copy_from|copy_to|copy_expert';
const DBAPI_CONNECTION = 'commit|rollback|execute|executemany|executescript';

/** Resources of the client, and what is done with them; `**` covers `beta.threads.runs`. */
const OPENAI =
  'chat|completions|embeddings|images|audio|files|models|moderations|responses|vector_stores|batches|uploads|fine_tuning|beta|containers|conversations.**';

const LANGCHAIN =
  'langchain|langchain_core|langchain_classic|langchain_community|langchain_openai|langchain_anthropic|langchain_google_genai|langchain_google_vertexai|langchain_aws|langchain_groq|langchain_mistralai|langchain_ollama|langchain_cohere|langchain_huggingface|langchain_chroma|langchain_postgres|langchain_pinecone|langchain_qdrant|langchain_together|langchain_fireworks|langchain_nvidia_ai_endpoints|langchain_deepseek|langchain_milvus|langchain_elasticsearch|langchain_redis|langchain_mongodb';
const RUN = 'invoke|predict|batch|stream|generate|generate_prompt|predict_messages|call_as_llm|__call__';
const STORE =
  'similarity_search|similarity_search_with_score|similarity_search_with_relevance_scores|similarity_search_by_vector|similarity_search_with_score_by_vector|max_marginal_relevance_search|add_texts|add_documents|from_documents|from_texts|from_embeddings|get_relevant_documents';

export const CATALOGUE: readonly BlockingGroup[] = [
  // ── HTTP ──
  {
    category: 'http',
    prefix: 'requests.',
    names: `${VERBS} Session.${VERBS}|send session().${VERBS}`,
    instead: 'httpx.AsyncClient or aiohttp.ClientSession',
    source: 'https://docs.astral.sh/ruff/rules/blocking-http-call-in-async-function/',
  },
  {
    category: 'http',
    prefix: 'httpx.',
    names: `${VERBS}|stream Client.${VERBS}|stream|send|close`,
    instead: 'httpx.AsyncClient',
    source: 'https://www.python-httpx.org/async/',
  },
  {
    category: 'http',
    names: `urllib.request.urlopen|urlretrieve request.urlopen urlopen urllib.request.OpenerDirector.open urllib.request.build_opener().open urllib.request.URLopener.open
      urllib3.request urllib3.PoolManager.request|urlopen|request_encode_body|request_encode_url urllib3.ProxyManager.request|urlopen urllib3.HTTPConnectionPool.request|urlopen
      urllib3.HTTPSConnectionPool.request|urlopen urllib3.connection_from_url().request|urlopen
      http.client.HTTPConnection.request|getresponse|connect http.client.HTTPSConnection.request|getresponse|connect
      httplib2.Http.request pycurl.Curl.perform cloudscraper.create_scraper().${VERBS} curl_cffi.requests.${VERBS} curl_cffi.requests.Session.${VERBS}
      xmlrpc.client.ServerProxy.* zeep.Client.service.* requests.***.iter_content()|iter_lines().__iter__ httpx.***.iter_bytes()|iter_lines()|iter_text()|iter_raw().__iter__ feedparser.parse wget.download gdown.download`,
    instead: 'httpx.AsyncClient or aiohttp.ClientSession',
    source: 'https://docs.astral.sh/ruff/rules/blocking-http-call-in-async-function/',
  },
  {
    category: 'http',
    names: `openai.OpenAI.${OPENAI} openai.AzureOpenAI.${OPENAI} openai.ChatCompletion.create openai.Completion.create openai.Embedding.create openai.chat.completions.create openai.embeddings.create
      anthropic.Anthropic.messages.create|stream anthropic.Anthropic.completions.create cohere.Client.chat|embed|generate|rerank|classify
      mistralai.Mistral.chat.complete groq.Groq.chat.completions.create google.generativeai.GenerativeModel.generate_content
      replicate.run together.Together.**.create huggingface_hub.hf_hub_download|snapshot_download huggingface_hub.InferenceClient.*
      ollama.chat|generate|embeddings|embed|list|pull ollama.Client.chat|generate|embeddings|embed|list|pull litellm.completion|embedding|text_completion
      gradio_client.Client gradio_client.Client.predict gradio_client.Client.submit().result posthog.Posthog.flush|shutdown
      mlflow.***.load_model|log_model|save_model mlflow.log_metric|log_metrics|log_param|log_params|log_artifact|log_artifacts|log_dict|log_text|set_tag|set_tags|start_run|end_run|register_model|search_runs|get_run|set_experiment|get_experiment_by_name mlflow.MlflowClient.* mlflow.tracking.MlflowClient.* mlflow.client.MlflowClient.* wandb.init|finish`,
    except: 'huggingface_hub.InferenceClient.close',
    instead: 'the client’s async class (AsyncOpenAI, AsyncAnthropic, …)',
    source: 'https://github.com/openai/openai-python#async-usage',
  },
  {
    category: 'http',
    names: `${LANGCHAIN}.Chat*.${RUN} ${LANGCHAIN}.**.Chat*.${RUN} ${LANGCHAIN}.*LLM.${RUN} ${LANGCHAIN}.**.*LLM.${RUN} ${LANGCHAIN}.*OpenAI.${RUN} ${LANGCHAIN}.**.*OpenAI.${RUN}
      ${LANGCHAIN}.*Embeddings.embed_query|embed_documents ${LANGCHAIN}.**.*Embeddings.embed_query|embed_documents
      ${LANGCHAIN}.*.${STORE} ${LANGCHAIN}.**.${STORE} ${LANGCHAIN}.***.as_retriever().invoke|get_relevant_documents|batch
      langchain|langchain_classic.chains|agents.***.invoke|run|batch|__call__ langchain.agents.create_agent().invoke|stream langgraph.***.compile().invoke|stream|batch langgraph.prebuilt.create_react_agent().invoke|stream
      llama_index.***.query|retrieve|complete|stream_chat|get_text_embedding|get_query_embedding|get_text_embedding_batch`,
    except: `${LANGCHAIN}.ChatPromptTemplate.${RUN} ${LANGCHAIN}.**.ChatPromptTemplate.${RUN} ${LANGCHAIN}.ChatMessagePromptTemplate.${RUN} ${LANGCHAIN}.**.ChatMessagePromptTemplate.${RUN} ${LANGCHAIN}.**.ChatMessageHistory.${RUN}`,
    instead: 'its async methods (ainvoke, abatch, astream, asimilarity_search, aembed_query, aquery)',
    source: 'https://python.langchain.com/docs/concepts/async/',
  },
  {
    category: 'http',
    names: `stripe.**.create|retrieve|modify|list|delete|cancel|confirm|capture|search|construct twilio.rest.Client.messages.create twilio.rest.Client.calls.create
      slack_sdk.WebClient.* slack_sdk.webhook.WebhookClient.send sendgrid.SendGridAPIClient.send mailchimp_transactional.Client.*.* github.Github.get_repo|get_user|get_organization|search_repositories
      gitlab.Gitlab.**.get|list|create jira.JIRA.* tweepy.Client.* tweepy.API.* praw.Reddit.* wikipedia.page|summary|search`,
    except: 'slack_sdk.WebClient.validate_slack_signature',
    instead: 'the client’s async class, or asyncio.to_thread',
    source: 'https://docs.python.org/3/library/asyncio-task.html#running-in-threads',
  },

  // ── Databases ──
  {
    category: 'database',
    names: `psycopg2.connect psycopg2.connection.${DBAPI_CONNECTION} psycopg2.cursor.${DBAPI_CURSOR} psycopg2.extras.execute_values|execute_batch|wait_select
      psycopg2.pool.*.getconn`,
    instead: 'asyncpg, or psycopg’s AsyncConnection',
    source: 'https://magicstack.github.io/asyncpg/current/',
  },
  {
    category: 'database',
    names: `psycopg.connect psycopg.Connection.connect psycopg.Connection.${DBAPI_CONNECTION} psycopg.Connection.transaction psycopg.Cursor.${DBAPI_CURSOR} psycopg_pool.ConnectionPool.connection|getconn|wait|open`,
    instead: 'psycopg.AsyncConnection and psycopg_pool.AsyncConnectionPool',
    source: 'https://www.psycopg.org/psycopg3/docs/advanced/async.html',
  },
  {
    category: 'database',
    names: `sqlite3.connect sqlite3.Connection.${DBAPI_CONNECTION} sqlite3.Cursor.${DBAPI_CURSOR} duckdb.connect duckdb.sql|query|execute duckdb.connect().execute|sql|query|fetchall|fetchone|fetchdf`,
    instead: 'aiosqlite, or asyncio.to_thread',
    source: 'https://aiosqlite.omnilib.dev/',
  },
  {
    category: 'database',
    names: `pymysql.connect pymysql.connect().${DBAPI_CONNECTION} pymysql.connect().cursor().${DBAPI_CURSOR} MySQLdb.connect MySQLdb.connect().${DBAPI_CONNECTION} MySQLdb.connect().cursor().${DBAPI_CURSOR} mysql.connector.connect mysql.connector.connect().${DBAPI_CONNECTION} mysql.connector.connect().cursor().${DBAPI_CURSOR} pyodbc.connect pyodbc.connect().${DBAPI_CONNECTION} pyodbc.connect().cursor().${DBAPI_CURSOR}
      cx_Oracle.connect oracledb.connect snowflake.connector.connect snowflake.connector.connect().cursor().${DBAPI_CURSOR} clickhouse_connect.get_client clickhouse_connect.get_client().query|command|insert|query_df clickhouse_driver.Client.execute
      pymssql.connect ibm_db.connect trino.dbapi.connect().cursor().${DBAPI_CURSOR} databricks.sql.connect databricks.sql.connect().cursor().${DBAPI_CURSOR}`,
    instead: 'an async driver (asyncmy, aiomysql, aioodbc, …), or asyncio.to_thread',
    source: 'https://docs.python.org/3/library/asyncio-task.html#running-in-threads',
  },
  {
    category: 'database',
    prefix: 'sqlalchemy.',
    names: `orm.Session|scoped_session.query().${QUERY_ENDS}|__iter__ orm.Session|scoped_session.query().***.${QUERY_ENDS}|__iter__
      orm.Session.execute|scalar|scalars|commit|flush|rollback|refresh|get|get_one|merge|bulk_save_objects|bulk_insert_mappings|bulk_update_mappings|connection|exec
      orm.scoped_session.execute|scalar|scalars|commit|flush|rollback|refresh|get|merge
      Engine.connect|begin|execute|raw_connection Connection.execute|scalar|scalars|commit|rollback|exec_driver_sql inspect().get_* MetaData.create_all|drop_all|reflect`,
    instead: 'sqlalchemy.ext.asyncio (AsyncSession, create_async_engine)',
    source: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html',
  },
  {
    category: 'database',
    names: `sqlmodel.Session.query().${QUERY_ENDS}|__iter__ sqlmodel.Session.query().***.${QUERY_ENDS}|__iter__ sqlmodel.Session.execute|exec|scalar|scalars|commit|flush|rollback|refresh|get|merge sqlmodel.SQLModel.metadata.create_all`,
    instead: 'sqlmodel.ext.asyncio.session.AsyncSession',
    source: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html',
  },
  {
    category: 'database',
    names: `pymongo.MongoClient.***.find_one|insert_one|insert_many|update_one|update_many|delete_one|delete_many|replace_one|count_documents|estimated_document_count|distinct|bulk_write|find_one_and_update|find_one_and_delete|find_one_and_replace|create_index|drop|aggregate|command|list_collection_names pymongo.MongoClient.***.find().__iter__ pymongo.MongoClient.***.find().***.__iter__
      pymongo.MongoClient.server_info|list_database_names pymongo.MongoClient.admin.command
      elasticsearch.Elasticsearch.** opensearchpy.OpenSearch.** cassandra.cluster.Cluster.connect cassandra.cluster.Cluster.connect().execute neo4j.Driver.session().read_transaction|write_transaction
      influxdb_client.InfluxDBClient.query_api().query influxdb_client.InfluxDBClient.write_api().write couchdb.Server.* peewee.*.execute
      qdrant_client.QdrantClient.*`,
    except: 'elasticsearch.Elasticsearch.options opensearchpy.OpenSearch.options qdrant_client.QdrantClient.close',
    instead: 'motor or pymongo.AsyncMongoClient; the async class of the client in question',
    source: 'https://www.mongodb.com/docs/languages/python/pymongo-driver/current/async/',
  },
  {
    category: 'database',
    names: `django.db.models.Model.objects.get|create|update|delete|count|exists|first|last|aggregate|bulk_create|bulk_update|get_or_create|update_or_create|in_bulk|latest|earliest
      django.db.models.Model.objects.__iter__ django.db.models.Model.save|delete|refresh_from_db|full_clean django.shortcuts.get_object_or_404 django.shortcuts.get_list_or_404`,
    instead: 'the ORM’s a-methods (aget, acreate, asave), or sync_to_async',
    source: 'https://docs.djangoproject.com/en/stable/topics/async/',
  },

  // ── Redis and other caches ──
  {
    category: 'cache',
    prefix: 'redis.',
    names:
      'Redis.* Redis.pipeline().execute Redis.pubsub().get_message|listen|subscribe|psubscribe Redis.lock().acquire|release|__enter__ Redis.register_script().__call__ RedisCluster.* sentinel.Sentinel.master_for().* sentinel.Sentinel.slave_for().*',
    except: `Redis.pipeline|pubsub|lock|register_script|close|get_connection_kwargs|set_response_callback|get_encoder|from_url|from_pool|monitor|disconnect|client RedisCluster.pipeline|close|pubsub|from_url|get_redis_connection`,
    instead: 'redis.asyncio',
    source: 'https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html',
  },
  {
    category: 'cache',
    names: `memcache.Client.get|set|delete|get_multi|set_multi pymemcache.client.base.Client.get|set|delete|get_many|set_many pymemcache.Client.get|set|delete pylibmc.Client.get|set|delete diskcache.Cache.get|set|delete
      django.core.cache.cache.get|set|delete|get_or_set|get_many|set_many|incr|add|touch`,
    instead: 'an async client (redis.asyncio, aiomcache), or Django’s aget/aset',
    source: 'https://docs.djangoproject.com/en/stable/topics/cache/#asynchronous-support',
  },

  // ── Cloud SDKs and object stores ──
  {
    category: 'cloud',
    names: `boto3.client().* boto3.resource().*.* boto3.resource().*.***.get|put|delete|upload_file|download_file|upload_fileobj|download_fileobj|load|read boto3.Session.client().* boto3.Session.resource().*.* boto3.client().get_object().***.read boto3.client().get_paginator().paginate().__iter__ boto3.Session.client().get_paginator().paginate().__iter__ botocore.session.get_session().create_client().*
      boto.connect_s3 boto.s3.connect_to_region`,
    except: `boto3.client().generate_presigned_url|generate_presigned_post|get_paginator|get_waiter|can_paginate|close|meta|exceptions boto3.client().meta.* boto3.client().exceptions.*
      boto3.client().get_paginator().paginate boto3.resource().Bucket|Table|Object|Queue|Topic boto3.resource().meta.* boto3.resource().Bucket.Object boto3.resource().Table.batch_writer
      boto3.Session.client().generate_presigned_url|generate_presigned_post|get_paginator|get_waiter|close|meta|exceptions boto3.Session.client().exceptions.*`,
    instead: 'aioboto3 / aiobotocore, or asyncio.to_thread',
    source: 'https://aioboto3.readthedocs.io/en/latest/usage.html',
  },
  {
    category: 'cloud',
    names: `google.cloud.storage.***.upload_from_*|download_*|delete|exists|reload|patch|update|make_public|list_blobs|get_blob|create google.cloud.storage.Client.get_bucket|list_blobs|list_buckets|create_bucket|lookup_bucket
      google.cloud.bigquery.Client.query|load_table_*|insert_rows|insert_rows_json|get_table|create_table|list_rows|delete_table google.cloud.bigquery.Client.query().result|to_dataframe
      google.cloud.firestore.Client.***.get|set|update|delete|add|stream google.cloud.secretmanager.SecretManagerServiceClient.access_secret_version google.cloud.pubsub_v1.PublisherClient.publish().result google.cloud.pubsub_v1.SubscriberClient.pull|acknowledge
      google.cloud.aiplatform.Endpoint.predict google.cloud.vision.ImageAnnotatorClient.* google.cloud.tasks_v2.CloudTasksClient.create_task google.cloud.speech.SpeechClient.recognize googleapiclient.discovery.build().***.execute gspread.service_account().open|open_by_key|open_by_url`,
    instead: 'the client’s async class where it has one, or asyncio.to_thread',
    source: 'https://docs.python.org/3/library/asyncio-task.html#running-in-threads',
  },
  {
    category: 'cloud',
    names: `azure.storage.blob.BlobServiceClient.***.upload_blob|download_blob|delete_blob|exists|get_blob_properties|list_blobs|create_container azure.storage.blob.BlobServiceClient.create_container|list_containers|delete_container azure.storage.blob.BlobClient.upload_blob|download_blob|delete_blob|exists|get_blob_properties azure.storage.blob.ContainerClient.upload_blob|download_blob|delete_blob|list_blobs|exists
      azure.storage.blob.BlobServiceClient.from_connection_string().*.upload_blob|download_blob|delete_blob azure.keyvault.secrets.SecretClient.get_secret|set_secret azure.cosmos.CosmosClient.***.read_item|create_item|upsert_item|query_items|delete_item azure.search.documents.SearchClient.search|upload_documents azure.servicebus.ServiceBusClient.***.send_messages|receive_messages azure.identity.DefaultAzureCredential.get_token
      minio.Minio.* fsspec.open fsspec.filesystem().* gcsfs.GCSFileSystem.open|ls|exists|rm|cat|put|get s3fs.S3FileSystem.open|ls|exists|rm|cat|put|get hvac.Client.secrets.**`,
    except: 'minio.Minio.presigned_get_object minio.Minio.presigned_put_object minio.Minio.get_presigned_url',
    instead: 'the .aio package of the SDK, or asyncio.to_thread',
    source:
      'https://learn.microsoft.com/azure/developer/python/sdk/azure-sdk-library-usage-patterns#asynchronous-clients',
  },

  // ── Tokens, Kubernetes, mail, SSH ──
  {
    category: 'auth',
    names: `google.oauth2.id_token.verify_oauth2_token|verify_firebase_token|verify_token|fetch_id_token google.oauth2.credentials.Credentials.refresh google.oauth2.service_account.Credentials.from_service_account_*().refresh google.auth.default().refresh
      google_auth_oauthlib.flow.Flow.fetch_token google_auth_oauthlib.flow.Flow.from_client_config().fetch_token google_auth_oauthlib.flow.Flow.from_client_secrets_file().fetch_token google_auth_oauthlib.flow.InstalledAppFlow.run_local_server google_auth_oauthlib.flow.InstalledAppFlow.from_client_config().fetch_token google_auth_oauthlib.flow.InstalledAppFlow.from_client_secrets_file().run_local_server
      requests_oauthlib.OAuth2Session.fetch_token|refresh_token|${VERBS} requests_oauthlib.OAuth1Session.fetch_request_token|fetch_access_token|${VERBS} authlib.integrations.requests_client.OAuth2Session.fetch_token|refresh_token|${VERBS}
      jwt.PyJWKClient.get_signing_key_from_jwt|get_signing_key|get_jwk_set|fetch_data firebase_admin.auth.verify_id_token|get_user|create_user|update_user|delete_user|get_user_by_email firebase_admin.messaging.send|send_multicast
      msal.ConfidentialClientApplication.acquire_token_* msal.PublicClientApplication.acquire_token_* okta_jwt.jwt.validate_token keycloak.KeycloakOpenID.token|introspect|userinfo|refresh_token|well_known|public_key keycloak.KeycloakAdmin.*
      ldap3.Connection.bind|search|unbind|modify|add ldap.initialize().simple_bind_s|search_s`,
    // Both classes have coroutines of the same names with this prefix.
    except: 'keycloak.KeycloakAdmin.a_* keycloak.KeycloakOpenID.a_*',
    instead: 'the library’s async client, or asyncio.to_thread',
    source: 'https://googleapis.dev/python/google-auth/latest/reference/google.oauth2.id_token.html',
  },
  {
    category: 'kubernetes',
    names: `kubernetes.client.*Api.list_*|read_*|create_*|delete_*|patch_*|replace_*|connect_*|get_* kubernetes.config.load_kube_config|load_incluster_config kubernetes.watch.Watch.stream kubernetes.stream.stream kubernetes.dynamic.DynamicClient.*
      docker.from_env().** docker.DockerClient.**`,
    except: 'docker.from_env().close docker.DockerClient.from_env docker.DockerClient.close',
    instead: 'kubernetes_asyncio, aiodocker, or asyncio.to_thread',
    source: 'https://github.com/tomplus/kubernetes_asyncio',
  },
  {
    category: 'mail',
    names: `smtplib.SMTP smtplib.SMTP_SSL smtplib.SMTP.sendmail|send_message|login|starttls|connect|quit|ehlo smtplib.SMTP_SSL.sendmail|send_message|login|connect|quit imaplib.IMAP4_SSL imaplib.IMAP4_SSL.* imaplib.IMAP4.* poplib.POP3.* poplib.POP3_SSL.* django.core.mail.send_mail emails.Message.send yagmail.SMTP.send resend.Emails.send mailjet_rest.Client.send.create`,
    instead: 'aiosmtplib, aioimaplib, or asyncio.to_thread',
    source: 'https://aiosmtplib.readthedocs.io/',
  },
  {
    category: 'ssh',
    names: `paramiko.SSHClient.connect|exec_command|open_sftp|invoke_shell paramiko.SSHClient.open_sftp().* paramiko.SFTPClient.from_transport().* paramiko.Transport.connect fabric.Connection.run|sudo|put|get ftplib.FTP ftplib.FTP.* ftplib.FTP_TLS.* pysftp.Connection.* telnetlib.Telnet.* netmiko.ConnectHandler().*`,
    except: 'paramiko.SSHClient.set_missing_host_key_policy',
    instead: 'asyncssh, or asyncio.to_thread',
    source: 'https://asyncssh.readthedocs.io/',
  },

  // ── Message brokers and RPC ──
  {
    category: 'broker',
    names: `pika.BlockingConnection.channel().* kafka.KafkaConsumer.__iter__ kafka.KafkaConsumer.poll|commit|seek|partitions_for_topic kafka.KafkaProducer.flush kafka.KafkaProducer.send().get confluent_kafka.Consumer.poll|consume|commit confluent_kafka.Producer.flush confluent_kafka.admin.AdminClient.list_topics
      pika.BlockingConnection pika.BlockingConnection.* kombu.Connection.* stomp.Connection.connect|send nats.connect().request_sync zmq.Context.socket().recv|recv_json|recv_string|recv_multipart|recv_pyobj paho.mqtt.client.Client.connect|loop_forever
      celery.result.AsyncResult.get|wait celery.Celery.control.*** rq.Queue.enqueue pyspark.sql.SparkSession.sql().collect`,
    except: 'kombu.Connection.Producer kombu.Connection.SimpleQueue',
    instead: 'aiokafka, aio-pika, zmq.asyncio or the like',
    source: 'https://aiokafka.readthedocs.io/',
  },
  {
    category: 'broker',
    names: 'grpc.insecure_channel().unary_unary()|unary_stream() grpc.channel_ready_future().result grpc-stub.*',
    instead: 'grpc.aio',
    source: 'https://grpc.github.io/grpc/python/grpc_asyncio.html',
  },

  // ── The operating system ──
  {
    category: 'socket',
    names: `socket.create_connection socket.getaddrinfo|gethostbyname|gethostbyaddr|getfqdn|gethostbyname_ex|getnameinfo socket.socket.connect|recv|recvfrom|recv_into|sendall|send|accept ssl.get_server_certificate select.select select.poll().poll dns.resolver.resolve|query dns.resolver.Resolver.resolve whois.whois ping3.ping`,
    instead: 'asyncio streams, loop.getaddrinfo',
    source: 'https://docs.python.org/3/library/asyncio-stream.html',
  },
  {
    category: 'subprocess',
    names: `subprocess.run|call|check_call|check_output|getoutput|getstatusoutput subprocess.Popen subprocess.Popen.wait|communicate subprocess.Popen.stdout.read|readline|readlines|__iter__ subprocess.Popen.stderr.read|readline|readlines|__iter__ os.system os.popen os.wait|waitpid|wait3|wait4|waitid os.spawnl|spawnle|spawnlp|spawnlpe|spawnv|spawnve|spawnvp|spawnvpe os.posix_spawn|posix_spawnp pty.spawn sh.* plumbum.local.* pexpect.spawn().expect|expect_exact|sendline pexpect.run git.Repo.clone_from ffmpeg.***.run ffmpeg.probe multiprocessing.Process.join`,
    instead: 'asyncio.create_subprocess_exec',
    source: 'https://docs.astral.sh/ruff/rules/run-process-in-async-function/',
  },
  {
    category: 'sleep',
    names: 'time.sleep eventlet.sleep gevent.sleep',
    instead: 'asyncio.sleep',
    source: 'https://docs.astral.sh/ruff/rules/blocking-sleep-in-async-function/',
  },
  {
    category: 'lock',
    names: `threading.Lock.acquire threading.RLock.acquire threading.Semaphore.acquire threading.BoundedSemaphore.acquire threading.Condition.acquire|wait|wait_for threading.Event.wait threading.Barrier.wait threading.Thread.join threading.Timer.join
      multiprocessing.Lock.acquire multiprocessing.Event.wait multiprocessing.Queue.get|put multiprocessing.Process.join multiprocessing.Pool.map|starmap|apply|join multiprocessing.Pool().map|starmap|apply|join
      queue.Queue.get|put|join queue.SimpleQueue.get queue.PriorityQueue.get|put|join queue.LifoQueue.get|put|join
      concurrent.futures.Future.result|exception concurrent.futures.ThreadPoolExecutor.submit().result|exception concurrent.futures.ProcessPoolExecutor.submit().result|exception concurrent.futures.wait concurrent.futures.as_completed().__iter__ concurrent.futures.ThreadPoolExecutor|ProcessPoolExecutor.map().__iter__ asyncio.run_coroutine_threadsafe().result concurrent.futures.ThreadPoolExecutor.shutdown concurrent.futures.ProcessPoolExecutor.shutdown filelock.FileLock.acquire|__enter__ portalocker.lock fcntl.flock`,
    instead: 'asyncio.Lock, asyncio.Event, asyncio.Queue, or await the future',
    source: 'https://docs.python.org/3/library/asyncio-sync.html',
  },
  {
    category: 'input',
    names:
      'input builtins.input getpass.getpass click.prompt|confirm|pause typer.prompt|confirm sys.stdin.read|readline|readlines questionary.*.ask',
    instead: 'asyncio.to_thread',
    source: 'https://docs.astral.sh/ruff/rules/blocking-input-in-async-function/',
  },

  // ── H2O: every call is an HTTP request to the cluster ──
  {
    category: 'h2o',
    names: `h2o.init|connect|upload_file|import_file|import_sql_table|import_sql_select|get_frame|get_model|load_model|save_model|upload_model|import_mojo|upload_mojo|download_model|export_file|as_list|ls|remove|remove_all|parse_setup|parse_raw|rapids|cluster|download_csv|download_all_logs|split_frame|deep_copy|H2OFrame|print_mojo
      h2o.H2OFrame h2o.H2OFrame.as_data_frame|export_file|frame|refresh|show|describe|summary|head|tail|group_by|split_frame|merge|from_python h2o.H2OFrame.from_python h2o.automl.H2OAutoML.train h2o.estimators.**.train|download_mojo|save_mojo|download_model|download_pojo|model_performance`,
    instead: 'asyncio.to_thread around the whole H2O exchange, or a MOJO scorer outside the event loop',
    source: 'https://docs.h2o.ai/h2o/latest-stable/h2o-py/docs/h2o.html',
  },

  // ── Files ──
  {
    category: 'file',
    names: `open io.open io.open_code codecs.open gzip.open bz2.open lzma.open tarfile.open zipfile.ZipFile os.fdopen os.remove|unlink|rename|replace|mkdir|makedirs|rmdir|removedirs|renames|link|symlink|truncate|walk|scandir|listdir|chmod|chown
      pathlib.Path.open|read_text|read_bytes|write_text|write_bytes|unlink|rename|replace|mkdir|rmdir|touch|rglob|symlink_to|hardlink_to|copy|move
      shutil.copy|copy2|copyfile|copyfileobj|copytree|move|rmtree|make_archive|unpack_archive|copymode|copystat tempfile.NamedTemporaryFile|TemporaryFile|mkstemp|mkdtemp|TemporaryDirectory|SpooledTemporaryFile
      glob.glob|iglob joblib.load|dump pickle.load|dump json.load|dump yaml.safe_load_all toml.load numpy.load|save|savez|loadtxt|savetxt cv2.imread|imwrite cv2.VideoCapture.read dotenv.load_dotenv`,
    except: 'json.load json.dump pickle.load pickle.dump toml.load yaml.safe_load_all',
    instead: 'aiofiles, anyio.Path, or asyncio.to_thread',
    source: 'https://docs.astral.sh/ruff/rules/blocking-open-call-in-async-function/',
  },
  {
    category: 'stat',
    names: `os.path.exists|isfile|isdir|getsize|getmtime|getatime|getctime|islink|ismount|realpath|samefile|lexists os.stat|lstat|access|readlink
      pathlib.Path.exists|is_file|is_dir|stat|lstat|is_symlink|is_mount|is_socket|is_fifo|is_block_device|is_char_device|resolve|iterdir|glob|owner|group|samefile|readlink|expanduser|absolute|cwd|home`,
    except: 'pathlib.Path.absolute pathlib.Path.cwd pathlib.Path.home pathlib.Path.expanduser',
    instead: 'anyio.Path or aiofiles.os, where it matters',
    source: 'https://docs.astral.sh/ruff/rules/blocking-path-method-in-async-function/',
  },
];
