import { defineCheck } from '../../core/check.js';
import { draftOf, entriesOf, sitesOf } from './support/draft.js';

const SERVICE = `from fastapi import FastAPI

from .features import load_features

app = FastAPI()


@app.post("/score")
async def score(customer_id: int):
    return load_features(customer_id)
`;

export const blockingCall = defineCheck({
  id: 'proc/blocking-call',
  task: 'LEAD-PROC-01-01',
  reference: 'async_concurrency',
  severity: 'block',
  flags:
    'Flags network, database, subprocess, sleep, lock and queue waits on the event loop, in a coroutine itself or in any function that it calls, across files.',
  why: `An event loop runs one thing at a time. While one coroutine waits in \`requests.get\` or \`psycopg2.connect\`, no other request
is answered, no health probe either: one slow upstream takes the whole worker down, and Kubernetes restarts it.

The radar follows calls from every \`async def\` through synchronous functions, methods, properties, wrappers and injected
dependencies to the call that blocks, and shows the way. What runs elsewhere is left alone: \`asyncio.to_thread\`, \`run_in_executor\`,
\`run_in_threadpool\`, \`sync_to_async\`, background tasks and plain \`def\` routes and dependencies, which FastAPI runs in its thread
pool. \`run_in_executor(None, fn())\` is reported: \`fn()\` runs first, on the loop. \`await\` proves nothing: awaiting a synchronous
client's result still blocks.

In startup and shutdown handlers, scripts and migrations it is a note: nobody waits behind them. It is a warning where it happens once
in a process (\`global client; if client is None: client = connect()\`), and in a command that \`asyncio.run\` gave a loop of its own and
that starts no other task there; a prompt in such a command is a note. With \`asyncio.gather\` or a server on that loop it blocks again.

Callables of your own: \`process.blocking\` and \`process.allow\` in the configuration.

Sources: [Developing with asyncio](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code),
[FastAPI on async](https://fastapi.tiangolo.com/async/), [ruff issue 7807](https://github.com/astral-sh/ruff/issues/7807).`,
  examples: {
    bad: [
      {
        title: 'A helper in another file opens a psycopg2 connection',
        files: {
          'app/__init__.py': '',
          'app/main.py': SERVICE,
          'app/features.py': `import psycopg2


def load_features(customer_id):
    with psycopg2.connect("dbname=features") as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT payload FROM features WHERE customer_id = %s", (customer_id,))
        return cursor.fetchone()
`,
        },
      },
      {
        title: 'A sleep between attempts',
        files: {
          'poller.py': `import asyncio
import time


async def wait_for(job):
    while not job.done:
        time.sleep(0.5)
`,
        },
      },
    ],
    good: [
      {
        title: 'The same helper in a thread',
        files: {
          'main.py': `import asyncio

import requests


def fetch(url):
    return requests.get(url, timeout=5)


async def refresh(url):
    return await asyncio.to_thread(fetch, url)
`,
        },
      },
      {
        title: 'An async client',
        files: {
          'main.py': `import httpx


async def refresh(url):
    async with httpx.AsyncClient() as client:
        return await client.get(url)
`,
        },
      },
    ],
  },
  async run(context) {
    const sites = await sitesOf(context, 'blocking');
    if (sites === 'not-applicable') return sites;
    return Promise.all(
      sites.map((site) =>
        draftOf(site, context, {
          does: 'blocks the event loop',
          consequence: (one) =>
            one.once
              ? 'It delays the start or stop of the service; nobody waits behind it yet.'
              : `While it waits, the worker answers no other request: everything behind ${entriesOf(one)} stands still, health probes included.`,
        }),
      ),
    );
  },
});
