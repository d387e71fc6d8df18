import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { disproved } from '../../../src/models/decisions/claims.js';
import { MANDATES } from '../../../src/models/decisions/mandates.js';
import { decisionAreas, skeletonOf, type Area } from '../../../src/models/decisions/index.js';
import { readMarkdown } from '../../../src/languages/markdown/index.js';
import { argumentOf, missingFrom } from '../../../src/models/argument/index.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { changeBetween, snapshotOf } from '../../support/snapshot.js';

const store = memoryFactStore();
type Files = Readonly<Record<string, string>>;

/** What a change from one tree to the other decides. */
async function decided(before: Files, after: Files): Promise<string[]> {
  const base = new SnapshotWorkspace(snapshotOf(before), DEFAULT_SETTINGS, store, undefined, true);
  const head = snapshotOf(after, { changes: changeBetween(before, after) });
  const workspace = new SnapshotWorkspace(head, DEFAULT_SETTINGS, store, undefined, false, base);
  return (await workspace.model(decisionAreas)).map((area) => `${area.path}:${area.line} ${area.kind}: ${area.what}`);
}

const REVISION = (id: string, down: string, body: string) =>
  `import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "${id}"\ndown_revision = ${down}\n\n\ndef upgrade():\n${body}\n\n\ndef downgrade():\n    op.drop_table("scores")\n`;
const USERS = 'CREATE TABLE users (id bigint PRIMARY KEY, payload text);\n';
const API = `from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/health")\nasync def health():\n    return {}\n`;
const DEPLOYMENT = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: registry.test/api:1\n`;
const COMPOSE = `services:\n  db:\n    image: postgres:16\n`;
const H2O = (heap: string, limit: string) =>
  `services:\n  h2o:\n    image: registry.test/h2o:3.46.0.6\n    environment:\n      JAVA_TOOL_OPTIONS: ${heap}\n    mem_limit: ${limit}\n`;

describe('what a change decides, by what head has and the merge base has not', () => {
  const cases: [name: string, before: Files, after: Files, expected: string[]][] = [
    [
      'a table',
      { 'migrations/1.sql': USERS },
      { 'migrations/1.sql': USERS, 'migrations/2.sql': 'BEGIN;\n\nCREATE TABLE scores (id bigint);\n' },
      ['migrations/2.sql:3 table: table scores'],
    ],
    [
      'an Alembic table, and not its way back',
      {},
      {
        'alembic/versions/1.py': REVISION(
          'a1',
          'None',
          '    op.create_table(\n        "scores",\n        sa.Column("id", sa.BigInteger()),\n    )',
        ),
      },
      ['alembic/versions/1.py:9 table: table scores'],
    ],
    [
      'an ORM class for a table that a migration made long ago is no new table',
      { 'migrations/1.sql': USERS },
      {
        'migrations/1.sql': USERS,
        'service/models.py':
          'from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass User(Base):\n    __tablename__ = "users"\n    id: Mapped[int] = mapped_column(primary_key=True)\n',
      },
      [],
    ],
    [
      'squashing migrations makes no table',
      { 'migrations/1.sql': USERS, 'migrations/2.sql': 'CREATE TABLE scores (id bigint);\n' },
      { 'migrations/0.sql': `${USERS}CREATE TABLE scores (id bigint);\n` },
      [],
    ],
    [
      'a column, and a column with another type',
      { 'migrations/1.sql': USERS },
      {
        'migrations/1.sql': USERS,
        'migrations/2.sql':
          'ALTER TABLE users ADD COLUMN score numeric;\nALTER TABLE users ALTER COLUMN payload TYPE jsonb USING payload::jsonb;\n',
      },
      [
        'migrations/2.sql:1 column: column users.score',
        'migrations/2.sql:2 column: type of column users.payload (text → jsonb)',
      ],
    ],
    [
      'a comment and an index decide nothing',
      { 'migrations/1.sql': USERS },
      {
        'migrations/1.sql': USERS,
        'migrations/2.sql': '-- CREATE TABLE old (id int);\nCREATE INDEX u ON users (id);\n',
      },
      [],
    ],
    [
      'an endpoint',
      { 'service/api.py': API },
      { 'service/api.py': `${API}\n\n@app.post("/score", response_model=dict)\nasync def score():\n    return {}\n` },
      ['service/api.py:11 endpoint: endpoint POST /score'],
    ],
    [
      'an endpoint that moved to another file',
      { 'service/api.py': API },
      { 'service/health.py': `import logging\n\n${API}` },
      [],
    ],
    [
      'registered routes of aiohttp, Starlette and Django',
      {},
      {
        'a.py':
          'from aiohttp import web\n\napp = web.Application()\napp.router.add_post("/score", score)\napp.add_routes([web.get("/x", x)])\n',
        'b.py': 'from starlette.routing import Route\n\nroutes = [Route("/y", y)]\n',
        'c.py':
          'from django.urls import include, path\n\nurlpatterns = [\n    path("z/", View.as_view()),\n    path("api/", include("api.urls")),\n]\n',
      },
      [
        'a.py:4 endpoint: endpoint POST /score',
        'a.py:5 endpoint: endpoint GET /x',
        'b.py:3 endpoint: endpoint /y',
        'c.py:4 endpoint: endpoint /z/',
      ],
    ],
    [
      'calls that only look like routes',
      {},
      {
        'service/x.py':
          'import requests\n\nrequests.post("/score")\n\n\n@app.view("modal")\ndef modal():\n    return cache.get("/x")\n',
      },
      [],
    ],
    [
      'a prediction in a service, and one in a batch job',
      { 'service/api.py': API, 'jobs/batch.py': 'import joblib\n' },
      {
        'service/api.py': `import joblib\n${API}    return joblib.load("m").predict([[1]])\n`,
        'jobs/batch.py': 'import joblib\n\njoblib.load("m").predict([[1]])\n',
      },
      ['service/api.py:10 serving: prediction by predict'],
    ],
    [
      'training, offloading and export',
      {},
      {
        'pipelines/train.py':
          'from h2o.automl import H2OAutoML\n\naml = H2OAutoML(max_models=20)\naml.leader.download_mojo("out", get_genmodel_jar=True)\n',
        'service/pool.py': 'from concurrent.futures import ThreadPoolExecutor\n\npool = ThreadPoolExecutor(4)\n',
      },
      [
        'pipelines/train.py:3 training: model training by H2OAutoML',
        'pipelines/train.py:4 artifact: model export through download_mojo',
        'service/pool.py:3 offload: offload through ThreadPoolExecutor',
      ],
    ],
    [
      'a kind of workload, once',
      { 'deploy/api.yaml': DEPLOYMENT },
      {
        'deploy/api.yaml': DEPLOYMENT,
        'deploy/worker.yaml': DEPLOYMENT.replaceAll('api', 'worker'),
        'deploy/h2o.yaml': DEPLOYMENT.replace('Deployment', 'StatefulSet')
          .replaceAll('api', 'h2o')
          .replace('h2oVersion', 'apiVersion'),
      },
      ['deploy/h2o.yaml:2 workload: workload kind StatefulSet'],
    ],
    [
      'a workload that becomes another kind',
      {
        'deploy/api.yaml': DEPLOYMENT,
        'deploy/db.yaml': DEPLOYMENT.replace('Deployment', 'StatefulSet').replace('name: api', 'name: db'),
      },
      {
        'deploy/api.yaml': DEPLOYMENT.replace('Deployment', 'StatefulSet'),
        'deploy/db.yaml': DEPLOYMENT.replace('Deployment', 'StatefulSet').replace('name: api', 'name: db'),
      },
      ['deploy/api.yaml:2 workload: workload kind StatefulSet'],
    ],
    [
      'a datastore; a newer version of one is none, nor is its exporter',
      { 'compose.yml': COMPOSE },
      {
        'compose.yml':
          'services:\n  db:\n    image: postgres:17\n  cache:\n    image: docker.io/bitnami/redis:7\n  metrics:\n    image: prometheuscommunity/postgres-exporter:v0.17.0\n  mongo-express:\n    image: mongo-express:1\n',
      },
      ['compose.yml:5 datastore: datastore Redis'],
    ],
    [
      'datastores of operators and of charts',
      {},
      {
        'deploy/db.yaml': 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: db\n',
        'chart/Chart.yaml': 'apiVersion: v2\nname: x\ndependencies:\n  - name: mongodb\n    version: 15.1.0\n',
      },
      ['chart/Chart.yaml:4 datastore: datastore MongoDB', 'deploy/db.yaml:2 datastore: datastore PostgreSQL'],
    ],
    [
      'a heap that changes',
      { 'compose.yml': H2O('-Xmx2g', '4g') },
      { 'compose.yml': H2O('-Xmx3g', '4g') },
      ['compose.yml:5 heap: JVM heap -Xmx3g of 4g in h2o (changed)'],
    ],
    [
      'a limit that changes under the same heap',
      { 'compose.yml': H2O('-Xmx2g', '4g') },
      { 'compose.yml': H2O('-Xmx2g', '3g') },
      ['compose.yml:6 heap: JVM heap -Xmx2g of 3g in h2o (changed)'],
    ],
    [
      'another image under the same split',
      { 'compose.yml': H2O('-Xmx2g', '4g') },
      { 'compose.yml': H2O('-Xmx2g', '4g').replace('3.46.0.6', '3.46.0.7') },
      [],
    ],
    [
      'a heap of an image that no workload names',
      { Dockerfile: 'FROM eclipse-temurin:17\n' },
      { Dockerfile: 'FROM eclipse-temurin:17\n# was -Xmx1g\nENV JAVA_OPTS="-XX:MaxRAMPercentage=65"\n' },
      ['Dockerfile:3 heap: JVM heap -XX:MaxRAMPercentage=65'],
    ],
    [
      'a model artifact, one that is replaced, and one that only moved',
      { 'models/a.onnx': 'one', 'models/b.pkl': 'two' },
      { 'models/a.onnx': 'other', 'artifacts/b.pkl': 'two', 'models/gbm_model.zip': 'small' },
      [
        'models/a.onnx:1 artifact: replaced model artifact a.onnx',
        'models/gbm_model.zip:1 artifact: model artifact gbm_model.zip',
      ],
    ],
    [
      'tests, examples and development files decide nothing',
      {},
      {
        'tests/schema.sql': 'CREATE TABLE scores (id bigint);\n',
        'docker-compose.override.yml': 'services:\n  cache:\n    image: redis:7\n',
        'examples/api.py': API,
      },
      [],
    ],
    ['other languages', {}, { 'web/app.ts': 'const sql = "CREATE TABLE x (id int)";\n' }, []],
  ];
  test.each(cases)('%s', async (_name, before, after, expected) => {
    expect(await decided(before, after)).toEqual(expected);
  });
});

test('a change that no model could be made of asks for none', async () => {
  const files = { 'README.md': '# x\n', 'service/app.py': 'x = 1\n', 'deploy/api.yaml': DEPLOYMENT };
  const after = { ...files, 'README.md': '# y\n', 'service/app.py': 'x = 2\n' };
  const read: string[] = [];
  const head = snapshotOf(after, { changes: changeBetween(files, after) });
  const spied = { ...head, read: (path: string) => (read.push(path), head.read(path)) };
  const workspace = new SnapshotWorkspace(spied, DEFAULT_SETTINGS, memoryFactStore(), undefined, false);
  expect(await workspace.model(decisionAreas)).toEqual([]);
  expect(read).toEqual(['service/app.py']);
});

const area: readonly Area[] = [
  { kind: 'table', what: 'table scores', path: 'migrations/1.sql', line: 3, debate: 'schema', names: ['scores'] },
];

test.each([
  ['No schema changes.', true],
  ['This needs no migration', true],
  ['There are no database changes.', true],
  ["It doesn't change the schema", true],
  ['Documentation only.', true],
  ['No schema changes to the orders table.', false],
  ['PR has no functional changes.', true],
  ['No schema/enum, public API or worker changes.', true],
  ['If no migrations are pending, the command ends', false],
  ['a field that has no migrations required', false],
  ['possible when the field has no schema', false],
  ['no schema parsing in core', false],
  ['shipped weeks ago as a docs-only update', false],
  ['Docs-only change.', true],
  ['This PR is tests only.', true],
  ['Contains test-only changes.', true],
  ['test-only component, so the daemon exits', false],
  ['Explain how to run some tests only', false],
  ['bundle test only changes into one release', false],
  ['No migrations are lost on restart.', false],
  ['No API changes.', false],
  ['Adds a table.', false],
])('claim: %s', (text, wrong) => {
  expect(disproved([{ line: 1, text }], area).length > 0).toBe(wrong);
});

test('the skeleton names areas, objections and mandates, and argues nothing by itself', () => {
  const skeleton = skeletonOf([...area, { kind: 'table', what: 'table --> <b>', path: 'x', line: 1, names: [] }]);
  expect(skeleton).toContain('table scores (migrations/1.sql:3)');
  expect(skeleton).toContain('JSONB with a GIN index');
  const { facts } = readMarkdown(skeleton);
  const { decisions } = argumentOf(facts);
  expect(decisions).toHaveLength(1);
  expect(decisions.flatMap((decision) => missingFrom(decision))).toEqual([]);
  expect(facts.blocks.filter((block) => block.kind === 'paragraph')).toEqual([]);
});

test('what a mandate is about is found in a long text in one pass', () => {
  const schema = MANDATES.find(({ debate }) => debate === 'schema');
  const started = process.cpuUsage();
  expect(schema?.about.test('features '.repeat(20_000))).toBe(false);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2_000);
});
