import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/config/defaults.js';
import { deployments } from '../../../src/models/scenarios/deployments.js';
import { serving } from '../../../src/models/scenarios/serving.js';
import { memoryFactStore } from '../../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../../src/reviewers/workspace.js';
import { snapshotOf } from '../../support/snapshot.js';

type Files = Readonly<Record<string, string>>;
const workspaceOf = (files: Files): SnapshotWorkspace =>
  new SnapshotWorkspace(snapshotOf(files), DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
const asked = async (files: Files): Promise<string[]> =>
  (await workspaceOf(files).model(serving)).predictions.map(({ path, line }) => `${path}:${line}`);

const ROUTE = `from fastapi import FastAPI

from service.scorer import Scorer

app = FastAPI()
scorer = Scorer()


@app.post("/score")
def score(x: float) -> float:
    return scorer.score(x)
`;
const SCORER = `import joblib


class Scorer:
    def __init__(self):
        self.model = joblib.load("model.joblib")

    def score(self, x):
        return self.prepared([[x]])

    def prepared(self, rows):
        return float(self.model.predict(rows)[0])
`;

describe('from a route to a prediction', () => {
  test('through methods of an object in another file', async () => {
    const files = { 'service/app.py': ROUTE, 'service/scorer.py': SCORER };
    expect(await asked(files)).toEqual(['service/scorer.py:12']);
    expect((await workspaceOf(files).model(serving)).files).toEqual(['service/app.py', 'service/scorer.py']);
  });

  test('code that is imported and never called on the way serves nothing', async () => {
    const health = ROUTE.replace('return scorer.score(x)', 'return x').replace('scorer = Scorer()\n', '');
    expect(await asked({ 'service/app.py': health, 'service/scorer.py': SCORER })).toEqual([]);
  });

  test('a prediction that a thread pool makes', async () => {
    const app = `import joblib
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
model = joblib.load("m")


@app.post("/score")
async def score(x: float):
    return await run_in_threadpool(model.predict, [[x]])
`;
    expect(await asked({ 'app.py': app })).toEqual(['app.py:11']);
    const helper = app
      .replace('run_in_threadpool(model.predict, [[x]])', 'run_in_threadpool(work, x)')
      .concat('\n\ndef work(x):\n    return model.predict([[x]])\n');
    expect(await asked({ 'app.py': helper })).toEqual(['app.py:15']);
  });

  test('an object that hangs on the application: by its method’s name, where few have one', async () => {
    const app = `from fastapi import FastAPI, Request

from service.scorer import Scorer

app = FastAPI()


@app.post("/score")
def score(request: Request, x: float):
    return request.app.extra["s"].score(x)
`;
    expect(await asked({ 'service/app.py': app, 'service/scorer.py': SCORER })).toEqual(['service/scorer.py:12']);
  });

  test('views that are handed to a router, and methods of handlers', async () => {
    const views = `import pickle

model = pickle.load(open("m", "rb"))


def score(request):
    return model.predict([[1.0]])
`;
    const urls =
      'from django.urls import path\n\nfrom web import views\n\nurlpatterns = [path("score/", views.score)]\n';
    expect(await asked({ 'web/urls.py': urls, 'web/views.py': views, 'web/__init__.py': '' })).toEqual([
      'web/views.py:7',
    ]);
    const handler = `import joblib
from tornado.web import RequestHandler

model = joblib.load("m")


class Score(RequestHandler):
    def post(self):
        self.write(str(model.predict([[1.0]])))
`;
    expect(await asked({ 'handler.py': handler })).toEqual(['handler.py:9']);
  });

  test('a library of models that another module hands on, a framework below another', async () => {
    const app = `from fastapi import FastAPI

from project.config import mlflow

app = FastAPI()
scorer = mlflow.pyfunc.load_model("models:/credit/3")


@app.post("/score")
def score(x: float):
    return scorer.predict([[x]])
`;
    const config = { 'project/config.py': 'import mlflow\n', 'project/__init__.py': '' };
    expect(await asked({ 'app.py': app, ...config })).toEqual(['app.py:11']);
    const ray = app.replace('from project.config import mlflow', 'from ray.train.torch import TorchCheckpoint');
    expect(await asked({ 'app.py': ray })).toEqual(['app.py:11']);
    const weather = app
      .replace('from project.config import mlflow', 'from project.weather import mlflow_url as station')
      .replace('mlflow.pyfunc.load_model("models:/credit/3")', 'station.open("Kiel")');
    expect(await asked({ 'app.py': weather, ...config })).toEqual([]);
  });

  test('a worker that answers what the routes put into a queue', async () => {
    const app = `import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("m")
waiting = []


@app.post("/score")
def score(x: float):
    waiting.append(x)


def work():
    while waiting:
        model.predict([[waiting.pop()]])
`;
    expect(await asked({ 'app.py': app })).toEqual(['app.py:16']);
  });

  test('a batch script with a model is no service, nor is a test', async () => {
    const script = 'import joblib\n\nmodel = joblib.load("m")\nprint(model.predict([[1]]))\n';
    expect(await asked({ 'batch.py': script, 'service/app.py': ROUTE.replace('scorer.score(x)', 'x') })).toEqual([]);
  });
});

describe('the Dockerfile of the service', () => {
  const files = {
    'services/scoring/app.py': ROUTE.replaceAll('service.', 'services.scoring.'),
    'services/scoring/scorer.py': SCORER,
    'services/web/app.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
  };
  const deployed = async (dockerfile: string, path = 'Dockerfile'): Promise<string[]> =>
    (await workspaceOf({ ...files, [path]: dockerfile }).model(deployments)).map(
      (one) => `${one.path}:${one.startLine}-${one.endLine}`,
    );

  test.each([
    ['its folder is copied', 'FROM python:3.12\nCOPY services/scoring /app\nCMD ["python", "-m", "app"]\n'],
    ['in the JSON form, over two lines', 'FROM python:3.12\nCOPY ["services/scoring/", \\\n  "/app/"]\n'],
    [
      'its module is started',
      'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "services.scoring.app:app", "--port", "80"]\n',
    ],
    ['by a shell', 'FROM python:3.12\nCOPY . .\nCMD exec gunicorn -w 4 services.scoring.app:app\n'],
    [
      'by a shell in a list',
      'FROM python:3.12\nCOPY . .\nENTRYPOINT ["sh", "-c", "alembic upgrade head && uvicorn services.scoring.app:app"]\n',
    ],
  ])('%s', async (_, dockerfile) => {
    expect(await deployed(dockerfile)).toHaveLength(1);
  });

  test.each([
    ['a comment names the folder', 'FROM python:3.12\n# COPY services/scoring /app\nCOPY services/web /app\n'],
    ['another service is started', 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "services.web.app:app"]\n'],
    ['a label names a server', 'FROM node:22\nLABEL note="behind uvicorn"\nCMD ["node", "server.js"]\n'],
    ['a server is only installed', 'FROM python:3.12\nRUN pip install uvicorn\nCMD ["python", "job.py"]\n'],
    ['what is copied comes from another stage', 'FROM a AS b\nFROM c\nCOPY --from=b services/scoring /x\n'],
  ])('not when %s', async (_, dockerfile) => {
    expect(await deployed(dockerfile)).toEqual([]);
  });

  test('beside the code', async () => {
    expect(await deployed('FROM python:3.12\nCOPY . .\n', 'services/scoring/Dockerfile')).toEqual([
      'services/scoring/Dockerfile:1-2',
    ]);
    expect(await deployed('FROM python:3.12\nCOPY . .\n', 'services/web/Dockerfile')).toEqual([]);
  });
});
