import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { callsOf } from '../../models/call-graph/calls.js';
import type { SourceModule } from '../../models/call-graph/program.js';
import { services } from '../../models/call-graph/service.js';
import { lineText } from './support/draft.js';

export const syncDbDriver = defineCheck({
  id: 'proc/sync-db-driver',
  task: 'LEAD-PROC-01-02',
  reference: 'async_concurrency',
  severity: 'block',
  flags: 'Flags psycopg2 and synchronous SQLAlchemy engines in a service that has coroutine routes.',
  why: `A service with \`async def\` routes and a synchronous driver is one helper call away from a blocked event loop, and its thread pool
of 40 is the ceiling for every database request. The mandate of the seed is plain: no psycopg2 in the API; asyncpg, or SQLAlchemy's
asyncio extension.

Where all routes are plain \`def\`, as in FastAPI's own tutorial, the thread pool carries it and this is a warning. Migrations,
scripts, Celery workers and pipelines may use any driver. Importing psycopg2 for its exceptions alone is left alone.

Sources: [SQLAlchemy asyncio](https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html), [asyncpg](https://magicstack.github.io/asyncpg/current/).`,
  examples: {
    bad: [
      {
        title: 'psycopg2 behind an async route',
        files: {
          'main.py':
            'from fastapi import FastAPI\n\nimport db\n\napp = FastAPI()\n\n\n@app.get("/ready")\nasync def ready():\n    return {"ready": True}\n',
          'db.py': 'import psycopg2\n\n\ndef connect():\n    return psycopg2.connect("dbname=app")\n',
        },
      },
    ],
    good: [
      {
        title: 'SQLAlchemy with asyncpg',
        files: {
          'main.py':
            'from fastapi import FastAPI\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine("postgresql+asyncpg://db/app", pool_size=5)\napp = FastAPI()\n\n\n@app.get("/ready")\nasync def ready():\n    return {"ready": True}\n',
        },
      },
      {
        title: 'A migration may use what it likes',
        files: {
          'alembic/env.py': 'from sqlalchemy import create_engine\n\nengine = create_engine("postgresql://db/app")\n',
          'main.py':
            'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/ready")\nasync def ready():\n    return {"ready": True}\n',
        },
      },
    ],
  },
  async run(context) {
    const found = await context.model(services);
    if (found.modules.size === 0) return 'not-applicable';
    const { program, graph } = found.radar;
    const engines = callsOf(program, graph.interpreter, /^create_engine$/, /^sqlalchemy\.create_engine$/);
    const drafts: Promise<FindingDraft>[] = [];
    for (const [module, { asyncRoutes }] of found.modules) {
      const roles = context.roles(module.path);
      if (roles.has('migration') || roles.has('script') || roles.has('pipeline') || isWorker(module)) continue;
      const lines = [
        ...psycopg2Lines(module).map((line) => ({ line, what: '`psycopg2`' })),
        ...engines
          .filter(({ fn, call }) => fn.module === module && !isSqlite(call.args[0]))
          .map(({ call }) => ({ line: call.line, what: 'A synchronous SQLAlchemy engine' })),
      ];
      for (const { line, what } of lines) {
        drafts.push(
          lineText(context, module.path, line).then((evidence) => ({
            location: { path: module.path, startLine: line, endLine: line },
            ...(asyncRoutes ? {} : { severity: 'warn' as const }),
            message: `${what} in a service ${asyncRoutes ? 'with coroutine routes' : 'whose routes all run in the thread pool'}. Use asyncpg or SQLAlchemy’s asyncio extension.`,
            consequence: asyncRoutes
              ? 'Each query holds the event loop when it is made from a coroutine, and one of 40 threads when it is not.'
              : 'Each query holds one of 40 threads; the next request waits for a free one.',
            evidence,
          })),
        );
      }
    }
    return Promise.all(drafts);
  },
});

const isWorker = (module: SourceModule): boolean =>
  module.flow.imported.some((name) => /^(?:celery|mage_ai|dramatiq|rq)(?:\.|$)/.test(name));

const isSqlite = (url: { readonly t: string } | undefined): boolean =>
  url?.t === 'string' && 'value' in url && String(url.value).startsWith('sqlite');

/** The first import of what connects; its exceptions alone do not count. */
function psycopg2Lines(module: SourceModule): number[] {
  const connects = module.functions.some((fn) =>
    fn.facts.calls.some(({ func }) => {
      const name = func.t === 'attr' ? func.name : func.t === 'name' ? func.id : '';
      return name === 'connect' || name.endsWith('ConnectionPool');
    }),
  );
  const imports = module.functions.flatMap((fn) =>
    fn.facts.bindings.filter(
      ({ value }) => value.t === 'import' && /^psycopg2(?:$|\.connect$|\.pool|\.extras)/.test(value.target),
    ),
  );
  const [first] = imports.map(({ line }) => line).sort((a, b) => a - b);
  return connects && first !== undefined ? [first] : [];
}
