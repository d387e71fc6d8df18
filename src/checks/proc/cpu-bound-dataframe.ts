import { defineCheck } from '../../core/check.js';
import { draftOf, entriesOf, sitesOf } from './support/draft.js';

export const cpuBoundDataframe = defineCheck({
  id: 'proc/cpu-bound-dataframe',
  task: 'SPK-LEAD-02',
  reference: 'async_concurrency',
  severity: 'warn',
  flags:
    'Flags heavy pandas, polars, numpy and scikit-learn work on the event loop: reading tables, merges, sorts, group-bys, fitting.',
  why: `Dataframe work is computation, with the interpreter's lock held for most of it. A merge over a million rows stops every
request of the worker for as long as it takes, and no \`await\` on the way gives way to anybody.

Move it to \`asyncio.to_thread\`, to a process pool when it takes longer than a blink, or out of the request altogether.

Answers spike SPK-LEAD-02 (can blocking dataframe work be told statically?): yes, where the receiver's type is known, so only those
are judged. Building a small frame, selecting columns and reading \`.iloc\` are left alone.

Source: [Running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code).`,
  examples: {
    bad: [
      {
        title: 'A report computed in the route',
        files: {
          'main.py': `import pandas as pd
from fastapi import FastAPI

app = FastAPI()


@app.get("/report")
async def report():
    orders = pd.read_parquet("orders.parquet")
    return orders.groupby("customer").agg({"amount": "sum"}).to_dict()
`,
        },
      },
    ],
    good: [
      {
        title: 'The report in a thread',
        files: {
          'main.py': `import asyncio

import pandas as pd
from fastapi import FastAPI

app = FastAPI()


def build():
    orders = pd.read_parquet("orders.parquet")
    return orders.groupby("customer").agg({"amount": "sum"}).to_dict()


@app.get("/report")
async def report():
    return await asyncio.to_thread(build)
`,
        },
      },
    ],
  },
  async run(context) {
    const sites = await sitesOf(context, 'dataframe');
    if (sites === 'not-applicable') return sites;
    return Promise.all(
      sites.map((site) =>
        draftOf(site, context, {
          does: 'computes on the event loop',
          consequence: (one) =>
            `Everything behind ${entriesOf(one)} stands still for as long as the computation takes, which grows with the data.`,
        }),
      ),
    );
  },
});
