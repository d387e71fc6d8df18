import { describe, expect, test } from '@jest/globals';
import { parsePython } from '../../../src/languages/python/extract.js';
import { readEffects } from '../../../src/languages/effects/index.js';

const HEAD = `import io, os, shutil, tempfile, subprocess
import duckdb, http.client, sqlalchemy as sa, urllib.request, urllib3
import boto3, cv2, mlflow, httpx, joblib, pandas as pd, psycopg2, redis, requests
from kafka import KafkaProducer
from mlflow.tracking import MlflowClient
from PIL import Image
from pathlib import Path
from sqlalchemy import create_engine, text
engine = create_engine("x")
session = requests.Session()
`;

async function effectsOf(line: string): Promise<string[]> {
  const body = line
    .split('\n')
    .map((part) => `    ${part}`)
    .join('\n');
  const { facts } = await parsePython(`${HEAD}\ndef f(df, data, path, client: httpx.Client):\n${body}\n`);
  return readEffects(facts.tree).functions[0]?.effects.map((effect) => effect.action) ?? [];
}

describe('writes', () => {
  test.each([
    "open('a', 'w')",
    "open('a', mode='ab')",
    "Path('a').open('w')",
    "Path('a').write_text('x')",
    "df.to_csv('a.csv')",
    'df.to_parquet(path)',
    "df.to_sql('t', engine)",
    "df.to_sql('t', con=engine, if_exists='replace')",
    "requests.post('u')",
    "session.put('u')",
    "client.delete('u')",
    "requests.request('PATCH', 'u')",
    "boto3.client('s3').put_object(Bucket='b')",
    "s3 = boto3.resource('s3')\ns3.Bucket('b').upload_file('a', 'b')",
    "producer = KafkaProducer()\nproducer.send('t', b'')",
    "r = redis.Redis()\nr.hset('k', 'f', 1)",
    "with psycopg2.connect('') as c:\n    c.cursor().execute('insert into t values (1)')",
    "engine.execute(text('DELETE FROM t'))",
    "with engine.begin() as c:\n    c.execute(text(f'TRUNCATE {path}'))",
    "joblib.dump(df, 'm.pkl')",
    "shutil.rmtree('x')",
    "os.remove('x')",
    "subprocess.run(['ls'])",
    "model.download_mojo('out')",
    "query = 'SELECT 1'\nquery = 'DELETE FROM t'\nengine.execute(query)\nquery = 'SELECT 2'",
    "request = urllib.request.Request('u', data=b'x')\nurllib.request.urlopen(request)",
    "with engine.begin() as c:\n    sql = 'INSERT INTO t VALUES (1)'\n    c.execute(text(sql))",
    "sql = 'UPDATE t '\nsql += 'SET a = 1'\nengine.execute('UPDATE t SET a = 1')",
    "for sql in ['CREATE TABLE t (id int)', 'DROP TABLE u']:\n    engine.execute(sql)",
    "engine.execute('''\n-- why\n/* and more */ WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x''')",
    "engine.execute('SELECT 1; DELETE FROM t')",
    'engine.execute(sa.insert(table).values(a=1))',
    'engine.execute(table.update().where(table.c.id == 1).values(a=2))',
    "spark.createDataFrame(df).write.mode('overwrite').parquet('s3://b/x')",
    "df.write.format('delta').save(path)",
    "df.write.saveAsTable('t')",
    "with pd.ExcelWriter('out.xlsx') as w:\n    df.to_excel(w)",
    "Path('a').unlink()",
    "urllib.request.urlopen('u', data=b'x')",
    "urllib.request.urlopen(urllib.request.Request('u', method='PUT'))",
    "urllib.request.urlretrieve('u', 'data.zip')",
    "http.client.HTTPSConnection('h').request('POST', '/x')",
    "urllib3.PoolManager().request('DELETE', 'u')",
    'duckdb.sql("COPY (SELECT 1) TO \'out.parquet\'")',
    "open(f'/data/{path}.json', 'w')",
    "client_s3 = boto3.resource('s3')\nclient_s3.Object('b', 'k').put(Body=b'')",
    "minio.fput_object('b', 'k', 'f')",
    "minio.fget_object('b', 'k', 'data/f')",
    "boto3.client('s3').download_file('b', 'k', 'data/f.csv')",
    "bucket.blob('k').download_to_filename('data/f.csv')",
    "statements = ['CREATE DATABASE a', f'CREATE TABLE a.t{path} (id int)']\nfor s in statements:\n    engine.execute(s)",
    "tables = {'a': 'CREATE TABLE a (id int)'}\nfor name, ddl in tables.items():\n    engine.execute(ddl)",
    "for ddl in {'a': 'DROP TABLE a'}.values():\n    engine.execute(ddl)",
    "mlflow.MlflowClient().transition_model_version_stage('m', 1, 'Production')",
    "client_m = MlflowClient()\nclient_m.set_registered_model_alias('m', 'live', 1)",
    'collection.insert_many(data)',
    "bq.load_table_from_dataframe(df, 't')",
    "image = Image.open(path)\nimage.save('out.png')",
    "cv2.imwrite('out.png', data)",
  ])('%s', async (line) => expect(await effectsOf(line)).toEqual(['write']));
});

describe('reads', () => {
  test.each([
    "open('a')",
    "open('a', 'rb')",
    "requests.get('u')",
    "pd.read_csv('a.csv')",
    "pd.read_sql('select 1', engine)",
    "engine.execute('SELECT 1')",
    "boto3.client('s3').get_object(Bucket='b')",
    "urllib.request.urlopen(urllib.request.Request('u'))",
    "urllib3.PoolManager().request('GET', 'u')",
    "spark.read.format('delta').load(path)",
    'engine.execute(sa.select(table))',
    "cursor.copy_expert('COPY t TO STDOUT', data)",
    "boto3.client('s3').download_file('b', 'k', '/tmp/f.csv')",
    "mlflow.search_runs(experiment_names=['a'])",
    "mlflow.pyfunc.load_model('models:/m/1')",
    "MlflowClient().get_model_version_by_alias('m', 'live')",
    "statements = ['SELECT 1']\nfor s in statements:\n    engine.execute(s)",
    "engine.execute('CREATE TEMP TABLE t AS SELECT 1')",
  ])('%s', async (line) => expect(await effectsOf(line)).toEqual(['read']));
});

describe('neither', () => {
  test.each([
    'df.to_csv()',
    "df.to_json(orient='records')",
    'df.to_csv(None)',
    'df.to_csv(io.StringIO())',
    'b = io.BytesIO()\ndf.to_parquet(b)',
    'pd.read_csv(io.StringIO(data))',
    'df.to_dict()',
    'df.to_numpy()',
    'with tempfile.TemporaryDirectory() as d:\n    df.to_csv(os.path.join(d, "a.csv"))',
    "'{}'.format(1)",
    'data.update({1: 2})',
    'data.add(1)',
    'data.delete(1)',
    'data.set("a")',
    "df.query('a > 1')",
    "df.query('update > 1')",
    "df.query('delete == 0')",
    "open('/tmp/a.json', 'w')",
    "name = os.path.join('/tmp', 'a.csv')\ndf.to_csv(name)",
    'with pd.ExcelWriter(io.BytesIO()) as w:\n    df.to_excel(w)',
    "duckdb.sql('CREATE TABLE t AS SELECT * FROM df')",
    "request = urllib.request.Request('u', data=b'x')",
    "spark.createDataFrame(df).select('a')",
    "Path('a') / 'b'",
    "df.insert(0, 'a', 1)",
    "df.replace('a', 'b')",
    'pd.DataFrame(data).merge(df)',
    "image = Image.open(path)\nimage.save(io.BytesIO(), format='PNG')",
    "columns = {'a': 'int'}\nfor name, kind in columns.items():\n    df[name] = df[name].astype(kind)",
    "blob.download_to_filename('/tmp/f.csv')",
    "print('x')",
  ])('%s', async (line) => expect(await effectsOf(line)).toEqual([]));
});
