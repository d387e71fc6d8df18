import { defineCheck } from '../../core/check.js';
import { draftOf, entriesOf, sitesOf } from './support/draft.js';

export const inferenceOnEventLoop = defineCheck({
  id: 'proc/inference-on-event-loop',
  task: 'LEAD-PROC-01-01',
  reference: 'async_concurrency',
  severity: 'block',
  flags:
    'Flags model inference that runs on the event loop: a prediction in a coroutine, or in a function that it calls, without an executor.',
  why: `A prediction is computation. For as long as \`model.predict\` runs, the event loop runs nothing else, and under load the
predictions queue up behind each other while the database pool sits idle. \`async def\` around it changes nothing.

Hand it to an executor: \`await loop.run_in_executor(pool, model.predict, frame)\`, with a bound on how many wait. H2O's \`predict\`
is an HTTP exchange with the cluster and blocks the same way; a MOJO scored in the process is computation.

Only receivers whose type is known or inferred are judged (\`joblib.load(…)\`, \`h2o.load_model(…)\`, an annotation, a subclass of
\`torch.nn.Module\`): an unresolved \`.predict()\` stays silent.

Sources: decision 3 of the lead engineer's seed, [Running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code),
[H2O MOJO quick start](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/mojo-quickstart.html).`,
  examples: {
    bad: [
      {
        title: 'predict in the route',
        files: {
          'main.py': `import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/predict")
async def predict(features: list[float]):
    return {"score": model.predict([features])[0]}
`,
        },
      },
    ],
    good: [
      {
        title: 'predict in a pool',
        files: {
          'main.py': `import asyncio
from concurrent.futures import ProcessPoolExecutor

import joblib
from fastapi import FastAPI

app = FastAPI()
pool = ProcessPoolExecutor(max_workers=2)
model = joblib.load("model.joblib")


@app.post("/predict")
async def predict(features: list[float]):
    loop = asyncio.get_running_loop()
    scores = await loop.run_in_executor(pool, model.predict, [features])
    return {"score": scores[0]}
`,
        },
      },
    ],
  },
  async run(context) {
    const sites = await sitesOf(context, 'inference');
    if (sites === 'not-applicable') return sites;
    return Promise.all(
      sites.map((site) =>
        draftOf(site, context, {
          does: 'computes a prediction on the event loop',
          consequence: (one) =>
            `Every request of the worker waits for this prediction to end: ${entriesOf(one)} serves one at a time, whatever the number of clients.`,
        }),
      ),
    );
  },
});
