import type { BlockingGroup } from './catalogue.js';

const THREADS = 'https://docs.python.org/3/library/asyncio-task.html#running-in-threads';
const CHROMA = 'chromadb.Client|PersistentClient|HttpClient|EphemeralClient|CloudClient';
const CHROMA_COLLECTION = 'add|get|query|peek|upsert|update|delete|count|modify';
const PINECONE = 'query|upsert|fetch|delete|update|describe_index_stats|list|list_paginated|upsert_from_dataframe';
const SEARCHED = 'search|add_documents|update_documents|delete_document|delete_documents|get_document|get_documents';
const FILESYSTEM =
  'info|glob|find|isfile|isdir|rm_file|cat_file|pipe|pipe_file|put_file|get_file|walk|du|copy|mv|upload|download|makedirs';
const GEMINI = 'generate_content|generate_content_stream|count_tokens|embed_content|generate_images';

/** Vector stores, search engines, model providers and other services behind a synchronous client. */
export const SERVICES: readonly BlockingGroup[] = [
  // ── Vector stores and search ──
  {
    category: 'database',
    names: `pinecone.Index.${PINECONE} pinecone.GRPCIndex.${PINECONE} pinecone.Pinecone.Index.${PINECONE} pinecone.grpc.PineconeGRPC.Index.${PINECONE}
      pinecone.list_indexes|create_index|describe_index|delete_index pinecone.Pinecone.list_indexes|create_index|describe_index|delete_index|has_index pinecone.Pinecone.inference.embed|rerank`,
    instead: 'pinecone’s asyncio client (PineconeAsyncio), or asyncio.to_thread',
    source: 'https://docs.pinecone.io/reference/python-sdk',
  },
  {
    category: 'database',
    names: `weaviate.Client.query.***.do weaviate.Client.schema.get|contains|exists|create|create_class|delete_class|delete_all|update_config weaviate.Client.data_object.create|get|get_by_id|update|replace|delete|exists|validate
      weaviate.Client.batch.delete_objects|create_objects|add_data_object|add_reference|flush weaviate.Client.is_ready|is_live|get_meta
      weaviate.connect_to_local|connect_to_wcs|connect_to_weaviate_cloud|connect_to_custom|connect_to_embedded weaviate.WeaviateClient.connect|is_ready|is_live|get_meta weaviate.WeaviateClient.collections.create|create_from_dict|delete|delete_all|exists|list_all
      weaviate.WeaviateClient.collections.get()|use().query|generate|data|aggregate|config|tenants.*`,
    instead: 'weaviate.use_async_with_… (WeaviateAsyncClient), or asyncio.to_thread',
    source: 'https://docs.weaviate.io/weaviate/client-libraries/python/async',
  },
  {
    category: 'database',
    names: `${CHROMA}.get_or_create_collection|create_collection|get_collection|delete_collection|list_collections|heartbeat|reset
      ${CHROMA}.get_or_create_collection()|create_collection()|get_collection().${CHROMA_COLLECTION} chromadb.Collection.${CHROMA_COLLECTION} chromadb.api.models.Collection.Collection.${CHROMA_COLLECTION}`,
    instead: 'chromadb.AsyncHttpClient, or asyncio.to_thread',
    source: 'https://docs.trychroma.com/docs/run-chroma/client-server',
  },
  {
    category: 'database',
    names: `pymilvus.Collection.search|hybrid_search|query|insert|upsert|delete|load|release|flush|drop|create_index|drop_index|compact pymilvus.connections.connect pymilvus.utility.*
      pymilvus.MilvusClient.search|hybrid_search|query|get|insert|upsert|delete|flush|create_collection|drop_collection|has_collection|list_collections|describe_collection|load_collection|create_index
      lancedb.connect().create_table|open_table|drop_table|table_names lancedb.connect().***.add|delete|update|to_list|to_pandas|to_arrow|to_polars|to_pydantic|count_rows|create_index|create_fts_index
      elasticsearch.helpers.bulk elasticsearch.helpers.scan()|streaming_bulk()|parallel_bulk().__iter__ opensearchpy.helpers.bulk meilisearch.Client.index().${SEARCHED} meilisearch.Client.create_index|get_index|get_indexes|health typesense.Client.***.search|create|upsert|import_|delete|retrieve
      algoliasearch.search_client.SearchClient.create().init_index().search|save_object|save_objects|delete_object pysolr.Solr.search|add|delete|commit arango.ArangoClient.db().***.execute|insert|get|find py2neo.Graph.run neo4j.Driver.session().run|execute_read|execute_write|begin_transaction neo4j.Driver.execute_query|verify_connectivity neo4j.Session.run|execute_read|execute_write`,
    instead: 'the client’s async class where it has one, or asyncio.to_thread',
    source: THREADS,
  },

  // ── Databases of other kinds ──
  {
    category: 'database',
    names: `pymongo.MongoClient.***.index_information|list_indexes|create_indexes|drop_index|drop_indexes|rename|list_collections|create_collection|drop_collection|validate_collection|start_session pymongo.MongoClient.drop_database|start_session gridfs.GridFS.put|get|delete|exists|find_one|list gridfs.GridFSBucket.upload_from_stream|download_to_stream|delete
      peewee.Model.create|get|get_or_none|get_or_create|get_by_id|save|delete_instance|bulk_create|create_table peewee.Model.select().***.__iter__|get|first|count|exists|execute peewee.Model.insert()|update()|delete()|insert_many().execute peewee.Model.insert()|update()|delete()|insert_many().***.execute
      mongoengine.Document.save|delete|reload|update|modify mongoengine.Document.objects.get|first|count|create|insert|update|delete|__iter__ mongoengine.Document.objects().***.__iter__|get|first|count|update|delete mongoengine.Document.objects().first|get|count|update|delete|__iter__
      influxdb.InfluxDBClient.query|write_points oracledb.connect().commit|rollback oracledb.connect().cursor().execute|executemany|fetchone|fetchall|fetchmany|callproc cx_Oracle.connect().commit|rollback cx_Oracle.connect().cursor().execute|executemany|fetchone|fetchall|fetchmany|callproc
      pymssql.connect().commit|rollback pymssql.connect().cursor().execute|executemany|fetchone|fetchall|fetchmany mysql.connector.pooling.MySQLConnectionPool.get_connection cassandra.cluster.Session.execute snowflake.snowpark.Session.***.collect|to_pandas|show|count
      alembic.command.upgrade|downgrade|stamp sqlalchemy.orm.declarative_base().metadata.create_all|drop_all|reflect sqlalchemy.ext.declarative.declarative_base().metadata.create_all|drop_all|reflect sqlalchemy.orm.DeclarativeBase.metadata.create_all|drop_all|reflect sqlalchemy.inspect().has_table clickhouse_connect.driver.client.Client.query|command|insert|query_df|insert_df clickhouse_driver.Client.execute|query_dataframe|insert_dataframe`,
    instead: 'an async driver, or asyncio.to_thread',
    source: THREADS,
  },
  {
    category: 'cache',
    names:
      'redis.Redis.ft().* redis.Redis.json().* redis.Redis.ts().* redis.Redis.bf().* upstash_redis.Redis.* redis_om.JsonModel|HashModel.save|get|find().*',
    instead: 'redis.asyncio',
    source: 'https://redis.readthedocs.io/en/stable/examples/asyncio_examples.html',
  },

  // ── Model providers ──
  {
    category: 'http',
    names: `google.genai.Client.models.${GEMINI} google.genai.Client.chats.create().send_message|send_message_stream google.genai.Client.files.upload|get|delete|list google.generativeai.GenerativeModel.start_chat().send_message google.generativeai.GenerativeModel.count_tokens|embed_content google.generativeai.embed_content|generate_text|list_models|upload_file
      vertexai.generative_models.GenerativeModel.generate_content|count_tokens vertexai.generative_models.GenerativeModel.start_chat().send_message vertexai.preview.generative_models.GenerativeModel.generate_content vertexai.language_models.*.from_pretrained().get_embeddings|predict vertexai.language_models.*.get_embeddings|predict
      anthropic.Anthropic.messages.count_tokens anthropic.Anthropic.beta.messages.create anthropic.Client.messages.create|stream anthropic.AnthropicBedrock|AnthropicVertex.messages.create|stream anthropic.Client.completions.create
      cohere.Client|ClientV2.chat|chat_stream|embed|generate|rerank|classify|summarize cohere.ClientV2.chat.* mistralai.Mistral.chat|embeddings|ocr|agents|fim.complete|stream|create|process mistralai.client.MistralClient.chat|chat_stream|embeddings groq.Groq.audio.transcriptions|translations.create groq.Groq.models.list
      voyageai.Client.embed|rerank|multimodal_embed assemblyai.Transcriber.transcribe elevenlabs.generate elevenlabs.client.ElevenLabs.**.convert|generate|stream|search|get_all elevenlabs.client.ElevenLabs.generate huggingface_hub.HfApi.* huggingface_hub.login|list_models|model_info|upload_file|upload_folder|create_repo
      sagemaker.predictor.Predictor.predict tritonclient.http|grpc.InferenceServerClient.infer|is_server_ready|is_server_live|get_model_metadata tensorflow_serving.apis.**.Predict dspy.Predict|ChainOfThought|ReAct.__call__ instructor.from_openai()|from_anthropic().**.create
      llama_index.***.insert|insert_nodes|delete_ref_doc|refresh_ref_docs|from_documents|chat|get_text_embedding_batch llama_index.core.ingestion.IngestionPipeline.run`,
    except: 'huggingface_hub.HfApi.run_as_future',
    instead: 'the client’s async class or methods, or asyncio.to_thread',
    source: THREADS,
  },

  {
    category: 'http',
    names: `crewai.Crew.kickoff|kickoff_for_each|train|test|replay crewai.Agent.kickoff crewai.flow.flow.Flow.kickoff crewai.flow.Flow.kickoff autogen.*.initiate_chat|initiate_chats|generate_reply|run autogen.agentchat.**.initiate_chat smolagents.*Agent.run phi.agent.Agent.run|print_response agno.agent.Agent.run|print_response agno.team.Team.run|print_response haystack.Pipeline.run haystack.pipelines.*.run
      pydantic_ai.Agent.run_sync agents.Runner.run_sync swarm.Swarm.run embedchain.App.query|chat|add mem0.Memory|MemoryClient.add|search|get_all|update|delete_all
      langchain_core.language_models.BaseChatModel|BaseLanguageModel|BaseLLM.invoke|predict|batch|stream|generate langchain_core.language_models.**.BaseChatModel|BaseLanguageModel|BaseLLM.invoke|predict|batch|stream|generate langchain.**.BaseChatModel|BaseLanguageModel|BaseLLM.invoke|predict|batch|stream|generate langchain_core.retrievers.BaseRetriever.invoke|get_relevant_documents langchain|langchain_classic.retrievers.***.invoke|get_relevant_documents
      langgraph.graph.state.CompiledStateGraph.invoke|stream|batch langgraph.graph.graph.CompiledGraph.invoke|stream|batch langgraph.pregel.Pregel.invoke|stream|batch`,
    instead: 'its async methods (kickoff_async, ainvoke, a_initiate_chat, arun), or asyncio.to_thread',
    source: 'https://docs.crewai.com/en/learn/kickoff-async',
  },

  // ── Search and content on the web ──
  {
    category: 'http',
    names: `duckduckgo_search.DDGS.text|news|images|videos|chat|answers ddgs.DDGS.text|news|images|videos tavily.TavilyClient.search|extract|crawl|map|qna_search|get_search_context serpapi.GoogleSearch.get_dict|get_json|get_results serpapi.search googlesearch.search().__iter__
      exa_py.Exa.search|search_and_contents|find_similar|get_contents|answer firecrawl.FirecrawlApp|Firecrawl.scrape_url|crawl_url|search|map_url|scrape|crawl|map newspaper.Article.download arxiv.Client.results().__iter__ arxiv.Search.results().__iter__ yfinance.download yfinance.Ticker.history|get_info|get_news|option_chain alpaca_trade_api.REST.*
      ccxt.*().fetch_*|load_markets|create_order|cancel_order|create_market_order|create_limit_order binance.client.Client.get_*|create_*|order_*|cancel_*|futures_* binance.Client.get_*|create_*|order_*|cancel_*|futures_* web3.Web3.is_connected web3.Web3.eth.get_*|send_raw_transaction|wait_for_transaction_receipt|estimate_gas|call web3.Web3.eth.contract().functions.*().call|transact
      youtube_transcript_api.YouTubeTranscriptApi.get_transcript|list_transcripts|fetch|list yt_dlp|youtube_dl.YoutubeDL.extract_info|download geopy.geocoders.*.geocode|reverse googlemaps.Client.*
      selenium.webdriver.Chrome|Firefox|Edge|Remote|Safari selenium.webdriver.Chrome|Firefox|Edge|Remote|Safari.get|quit|find_element|find_elements|execute_script|refresh|save_screenshot playwright.sync_api.sync_playwright().__enter__|start tls_client.Session.get|post|put|delete|head|options|patch niquests.get|post|put|patch|delete|head|request niquests.Session.get|post|put|patch|delete|head|request requests_html.HTMLSession.get|post requests_cache.CachedSession.get|post|put|delete|request
      langchain_community.document_loaders.WebBaseLoader|SeleniumURLLoader|UnstructuredURLLoader|RecursiveUrlLoader|SitemapLoader|WikipediaLoader|ArxivLoader|YoutubeLoader|GitLoader|ConfluenceLoader|NotionDBLoader|S3FileLoader|S3DirectoryLoader|GCSFileLoader.load|load_and_split langchain_community.utilities.**.run|results langchain_community.tools.**.run|invoke`,
    instead: 'an async client, or asyncio.to_thread',
    source: THREADS,
  },

  // ── Other services ──
  {
    category: 'http',
    names: `supabase.Client.***.execute supabase.Client.auth.sign_up|sign_in_with_password|sign_in_with_otp|sign_out|get_user|refresh_session|verify_otp|exchange_code_for_session|reset_password_for_email supabase.Client.auth.admin.* supabase.Client.storage.from_().upload|download|remove|list|update|move|copy|create_signed_url supabase.Client.storage.list_buckets|create_bucket supabase.Client.functions.invoke postgrest.SyncPostgrestClient.***.execute
      firebase_admin.firestore.client().***.get|set|update|delete|add|create|commit firebase_admin.firestore.client().***.stream().__iter__ firebase_admin.db.reference().***.get|set|push|update|delete firebase_admin.db.reference().get|set|push|update|delete firebase_admin.auth.verify_session_cookie|create_session_cookie|list_users|revoke_refresh_tokens|set_custom_user_claims|get_users firebase_admin.storage.bucket().***.upload_from_*|download_*|delete|exists|make_public
      stripe.StripeClient.***.create|retrieve|list|update|cancel|search twilio.rest.Client.***.create|fetch|list|update|delete notion_client.Client.***.query|create|retrieve|update|list|search|append telebot.TeleBot.send_*|reply_to|edit_message_text|infinity_polling|polling|get_me discord_webhook.DiscordWebhook.execute apprise.Apprise.notify razorpay.Client.**.create|fetch|all|capture plaid.api.plaid_api.PlaidApi.* cloudinary.uploader.upload|destroy|upload_large cloudinary.api.* dropbox.Dropbox.files_*|sharing_* descope.DescopeClient.validate_session|refresh_session consul.Consul.**.get|put|register|deregister|service|services|checks
      github.Github.get_repo().***.get_*|create_*|update_file|edit|merge github.Github.get_user().get_* atlassian.Jira|Confluence.* hubspot.HubSpot.**.* simple_salesforce.Salesforce.query|query_all|create|update`,
    instead: 'the client’s async class, or asyncio.to_thread',
    source: THREADS,
  },
  {
    category: 'cloud',
    names: `google.cloud.**.*ServiceClient.* google.cloud.translate_v2.Client.translate|detect_language google.cloud.texttospeech.TextToSpeechClient.synthesize_speech google.cloud.language_v1.LanguageServiceClient.analyze_* google.cloud.bigquery.Client.query_and_wait google.cloud.bigquery.Client.query().to_arrow|__iter__
      azure.ai.formrecognizer.DocumentAnalysisClient.begin_*().result azure.ai.documentintelligence.DocumentIntelligenceClient.begin_analyze_document().result azure.ai.textanalytics.TextAnalyticsClient.* azure.data.tables.TableClient.create_entity|get_entity|upsert_entity|update_entity|delete_entity azure.search.documents.SearchClient.merge_or_upload_documents|delete_documents|get_document|get_document_count|merge_documents azure.search.documents.indexes.SearchIndexClient.* azure.identity.*Credential.get_token azure.storage.queue.QueueClient.send_message|receive_messages|delete_message azure.ai.inference.ChatCompletionsClient.complete
      mypy_boto3_*.client.*.* mypy_boto3_*.*Client.* botocore.client.BaseClient.* oss2.Bucket.* qcloud_cos.CosS3Client.* s3fs.S3FileSystem.${FILESYSTEM} gcsfs.GCSFileSystem.${FILESYSTEM} fsspec.AbstractFileSystem.${FILESYSTEM}`,
    except: `google.cloud.**.*ServiceClient.*_path|parse_*|common_*|from_service_account_* azure.search.documents.indexes.SearchIndexClient.close azure.ai.textanalytics.TextAnalyticsClient.close botocore.client.BaseClient.generate_presigned_url|generate_presigned_post|get_paginator|get_waiter|can_paginate|close mypy_boto3_*.client.*.generate_presigned_url|generate_presigned_post|get_paginator|get_waiter|can_paginate|close mypy_boto3_*.*Client.generate_presigned_url|generate_presigned_post|get_paginator|get_waiter|can_paginate|close oss2.Bucket.sign_url`,
    instead: 'the SDK’s async client where it has one, or asyncio.to_thread',
    source: THREADS,
  },
  {
    category: 'broker',
    names: `ray.get|wait|init zmq.Socket.recv|recv_json|recv_string|recv_multipart|recv_pyobj pulsar.Client.create_producer|subscribe pulsar.Client.create_producer().send pulsar.Client.subscribe().receive multiprocessing.connection.Client|Connection.recv serial.Serial.read|readline|read_until paho.mqtt.client.Client.publish().wait_for_publish dask.distributed.Client.gather`,
    instead: 'the library’s async API, or asyncio.to_thread',
    source: THREADS,
  },
  {
    category: 'subprocess',
    names: `git.Repo.git.* git.cmd.Git.* git.Repo.remote().pull|fetch|push git.Repo.remotes.***.pull|fetch|push pdf2image.convert_from_path|convert_from_bytes pypandoc.convert_file|convert_text pdfkit.from_string|from_url|from_file imgkit.from_string|from_url docker.DockerClient.containers|images|volumes|networks.***.start|stop|kill|restart|remove|logs|exec_run|wait|reload|stats|put_archive|get_archive|commit docker.from_env().containers|images|volumes|networks.***.start|stop|kill|restart|remove|logs|exec_run|wait|reload|stats|put_archive|get_archive|commit`,
    instead: 'asyncio.create_subprocess_exec, or asyncio.to_thread',
    source: 'https://docs.python.org/3/library/asyncio-subprocess.html',
  },
  {
    category: 'sleep',
    names: 'psutil.cpu_percent psutil.cpu_times_percent psutil.Process.cpu_percent',
    instead: 'interval=None, which compares with the last call and does not wait',
    source: 'https://psutil.readthedocs.io/en/latest/#psutil.cpu_percent',
  },
  {
    category: 'input',
    names:
      'rich.prompt.*.ask rich.console.Console.input inquirer.prompt prompt_toolkit.prompt prompt_toolkit.PromptSession.prompt PyInquirer.prompt pwinput.pwinput',
    instead: 'asyncio.to_thread',
    source: 'https://docs.astral.sh/ruff/rules/blocking-input-in-async-function/',
  },
  {
    category: 'file',
    names: `torch.load torch.jit.load tensorflow.keras.models.load_model tensorflow.saved_model.load keras.models.load_model keras.saving.load_model spacy.load whisper.load_model faster_whisper.WhisperModel sentence_transformers.SentenceTransformer sentence_transformers.CrossEncoder onnxruntime.InferenceSession transformers.*.from_pretrained transformers.pipeline xgboost.Booster.load_model xgboost.XGB*.load_model catboost.CatBoost*.load_model faiss.read_index|write_index llama_index.***.SimpleDirectoryReader.load_data langchain_community.document_loaders.*.load|load_and_split langchain_community.document_loaders.**.load|load_and_split`,
    instead: 'load it in the lifespan handler, or asyncio.to_thread',
    source: 'https://fastapi.tiangolo.com/advanced/events/',
  },
];
