import { distance } from 'fastest-levenshtein';

/**
 * Distributions that most Python projects have heard of, by normalised name: what a misspelling is a misspelling of. Names
 * that are one edit from another well-known one (`ujson` and `ijson`) are here so that they are not taken for its misspelling.
 */
const POPULAR: ReadonlySet<string> = new Set(
  (
    'accelerate aioboto3 aiobotocore aiofiles aiohttp aiokafka aiopg aioredis aiosqlite airflow alembic altair aniso8601 annoy ' +
    'ansible antlr4-python3-runtime anthropic anyio apache-airflow apache-beam apispec appdirs apscheduler argcomplete ' +
    'argon2-cffi arrow asgiref astroid asyncpg asyncssh attrs authlib autopep8 azure-core azure-identity azure-storage-blob ' +
    'babel backoff bcrypt beautifulsoup4 behave bentoml billiard black bleach blinker bokeh boto boto3 botocore bottle build ' +
    'cachetools cairosvg catboost celery certifi cffi chardet charset-normalizer cherrypy chromadb click cloudpickle colorama ' +
    'coloredlogs confluent-kafka cookiecutter coverage croniter cryptography cupy cvxpy cycler cython dacite dagster dash dask ' +
    'databases dataclasses-json datasets datetime dateparser dbt-core dbt-postgres debugpy decorator deepdiff delta-spark ' +
    'deltalake deprecated dill diskcache distributed distro django django-cors-headers django-filter djangorestframework ' +
    'dnspython docker docutils duckdb dulwich dvc elasticsearch email-validator environs evidently factory-boy faiss-cpu faker ' +
    'fastapi fastavro fastparquet feast filelock findspark fiona flake8 flask flask-cors flask-login flask-migrate ' +
    'flask-sqlalchemy folium fonttools freezegun frozenlist fsspec furl future gensim geopandas gevent gitpython google-api-core ' +
    'google-auth google-cloud-bigquery google-cloud-storage gql gradio graphene great-expectations greenlet grpcio grpcio-tools ' +
    'gspread gunicorn h11 h2 h2o h5py hatchling hdbscan holidays httpcore httplib2 httptools httpx huggingface-hub humanize ' +
    'hvac hydra-core hyperopt hypothesis idna ijson imageio imbalanced-learn implicit importlib-metadata influxdb iniconfig ' +
    'invoke ipykernel ipython ipywidgets isodate isort itsdangerous jax jaxlib jedi jinja2 jiter jmespath joblib json5 jsonlines ' +
    'jsonpatch jsonpath-ng jsonschema jupyter jupyterlab kafka-python kedro keras kfp kombu kubernetes langchain langgraph lazy ' +
    'lightfm lightgbm lightning limits litellm litestar llama-index llvmlite locust loguru lxml mage-ai mako markdown ' +
    'markdown-it-py markupsafe marshmallow matplotlib mccabe mistune mkdocs mlflow mock moto more-itertools motor mpmath msal ' +
    'msgpack msgspec multidict mypy mysqlclient nbconvert nbformat neo4j networkx ninja nltk nose notebook numba numexpr numpy ' +
    'oauthlib onnx onnxruntime openai opencv-python opencv-python-headless openpyxl opensearch-py opentelemetry-api ' +
    'opentelemetry-sdk optuna oracledb orjson packaging pandas pandera papermill paramiko parso passlib pathos pathspec patsy ' +
    'peewee pendulum pexpect pgvector pika pillow pip pipenv platformdirs playwright plotly pluggy poetry polars prefect ' +
    'pre-commit prometheus-client prompt-toolkit prophet protobuf psutil psycopg psycopg2 psycopg2-binary psycopg-binary ' +
    'psycopg-pool ptyprocess pyarrow pyasn1 pycaret pycparser pycryptodome pydantic pydantic-core pydantic-settings pydot ' +
    'pyflakes pygments pyjwt pylint pymongo pymssql pymysql pynacl pyodbc pyopenssl pyparsing pypdf pypdf2 pyproj pyright ' +
    'pyserial pyspark pytest pytest-asyncio pytest-cov pytest-django pytest-mock pytest-xdist python-dateutil python-dotenv ' +
    'python-jose python-json-logger python-multipart python-slugify pytorch-lightning pytz pywavelets pyyaml pyzmq qdrant-client ' +
    'rasterio ray redis regex reportlab requests requests-oauthlib requests-toolbelt responses rich rpy2 rq ruff s3fs s3transfer ' +
    'sagemaker sanic scikit-image scikit-learn scikit-optimize scipy scrapy seaborn selenium sentence-transformers sentencepiece ' +
    'sentry-sdk setuptools shap shapely simplejson six slack-sdk smart-open snowflake-connector-python sortedcontainers soupsieve ' +
    'spacy sphinx sqlalchemy sqlfluff sqlglot sqlite-utils sqlmodel sqlparse starlette statsmodels streamlit stripe structlog ' +
    'supabase sympy tables tabulate tblib tenacity tensorboard tensorflow termcolor testcontainers textblob thinc threadpoolctl ' +
    'tiktoken timm tokenizers toml tomli tomlkit toolz torch torchaudio torchmetrics torchvision tornado tox tqdm traitlets ' +
    'transformers trino trio triton tweepy twilio twine twisted typer typing-extensions tzdata tzlocal ujson umap-learn unidecode ' +
    'urllib3 uv uvicorn uvloop vaex virtualenv voluptuous waitress wandb watchdog watchfiles wcwidth weasyprint weaviate-client ' +
    'websocket-client websockets werkzeug wheel wrapt wtforms xarray xgboost xlrd xlsxwriter xmltodict yapf yarl zarr zeep zenml ' +
    'zipp zstandard'
  ).split(' '),
);

/** Shorter names are one edit from each other all the time (`h2` and `h2o`). */
const SHORTEST = 5;

/** The well-known name that this one is a single typing mistake away from: a letter too many, too few, wrong, or two swapped. */
export function misspelled(name: string): string | undefined {
  if (POPULAR.has(name) || name.length < SHORTEST) return undefined;
  return [...POPULAR].find((popular) => popular.length >= SHORTEST && oneMistake(name, popular));
}

function oneMistake(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  // A number at the end is a version or a fork (`xlwt3`), not a mistake of the hand.
  if (a.replace(/\d+$/, '') === b.replace(/\d+$/, '')) return false;
  return distance(a, b) === 1 || swapped(a, b);
}

function swapped(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
