import { defineCheck } from '../../core/check.js';
import type { Sym } from '../../languages/python/flow.js';
import { callsTo } from '../../models/call-graph/calls.js';
import type { Fn } from '../../models/call-graph/program.js';
import type { Radar } from '../../models/call-graph/joined.js';
import { services } from '../../models/call-graph/service.js';
import { lineText } from './support/draft.js';
import { MAKER_LABEL, poolsOf, type PoolCall } from './support/pools.js';

export const poolOutsideStartup = defineCheck({
  id: 'proc/pool-outside-startup',
  task: 'LEAD-PROC-01-02',
  reference: 'async_concurrency',
  severity: 'block',
  flags:
    'Flags a connection pool or async engine that is made while a request is served, or an asyncpg pool made when a module is imported.',
  why: `A pool made per request is no pool: every request opens fresh connections, waits for their handshakes, and leaves them behind
until PostgreSQL answers \`too many clients already\`. An asyncpg pool made at import time belongs to no running event loop, or to the
wrong one.

Right places: the lifespan handler (\`app.state.pool = await asyncpg.create_pool(…)\`), a startup event, or a factory that is cached or
keeps its result. A SQLAlchemy engine at module level is right: it connects lazily.

Sources: [asyncpg pools](https://magicstack.github.io/asyncpg/current/api/index.html#connection-pools),
[FastAPI lifespan](https://fastapi.tiangolo.com/advanced/events/).`,
  examples: {
    bad: [
      {
        title: 'A pool for every request',
        files: {
          'main.py': `import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{user_id}")
async def user(user_id: int):
    pool = await asyncpg.create_pool("postgresql://db/users", max_size=5)
    return await pool.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
`,
        },
      },
    ],
    good: [
      {
        title: 'One pool, made in the lifespan',
        files: {
          'main.py': `from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool("postgresql://db/users", max_size=5)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/users/{user_id}")
async def user(user_id: int, request: Request):
    return await request.app.state.pool.fetchrow("SELECT * FROM users WHERE id = $1", user_id)
`,
        },
      },
    ],
  },
  async run(context) {
    const { radar, onRequest } = await context.model(services);
    const pools = poolsOf(radar);
    if (pools.length === 0) return 'not-applicable';
    const serving = new Set([...onRequest].map((node) => node.frame.fn));
    const wrong = pools.filter(
      (pool) =>
        !isAside(context.roles(pool.fn.module.path)) &&
        (atImport(pool) || (serving.has(pool.fn) && !isKept(pool, radar, serving))),
    );
    return Promise.all(
      wrong.map(async (pool) => {
        const { path } = pool.fn.module;
        const imported = atImport(pool);
        const label = MAKER_LABEL[pool.made];
        return {
          location: { path, startLine: pool.call.line, endLine: pool.call.endLine },
          message: imported
            ? `\`${label}\` runs when the module is imported. Make the pool in the lifespan handler.`
            : `\`${label}\` runs in \`${pool.fn.facts.qualname}()\`, which serves requests. Make it once, in the lifespan handler or a cached factory.`,
          consequence: imported
            ? 'The pool is bound to no running event loop: its first use fails, or it stays uninitialised.'
            : 'Every request opens its own connections; under load PostgreSQL runs out of them and refuses everybody.',
          evidence: await lineText(context, path, pool.call.line),
        };
      }),
    );
  },
});

const isAside = (roles: ReadonlySet<string>): boolean => roles.has('migration') || roles.has('script');

/** Only asyncpg's pool needs a running loop; an engine connects lazily. */
const atImport = ({ fn, made }: PoolCall): boolean => fn.facts.kind === 'module' && made === 'asyncpg';

const CACHED = /^(?:lru_cache|cache|cached|alru_cache|cached_property|singleton)$/;

const MAX_CALLERS = 4;

/** Remembered where it is made, or by everything that is handed it while requests are served. */
function isKept(made: MadeAt, radar: Radar, serving: ReadonlySet<Fn>, depth = 0): boolean {
  if (keeps(made)) return true;
  if (depth === MAX_CALLERS || !returns(made)) return false;
  const callers = callsTo(radar.program, radar.graph.interpreter, made.fn).filter(({ fn }) => serving.has(fn));
  return callers.length > 0 && callers.every((caller) => isKept(caller, radar, serving, depth + 1));
}

type MadeAt = Pick<PoolCall, 'fn' | 'call'>;

/** Names that a function gives to what a call makes. */
function namesOf({ fn, call }: MadeAt): ReadonlySet<string> {
  const site = fn.facts.calls.indexOf(call);
  return new Set(fn.facts.bindings.filter(({ value }) => callsIn(value).includes(site)).map(({ name }) => name));
}

function returns({ fn, call }: MadeAt): boolean {
  const site = fn.facts.calls.indexOf(call);
  const names = namesOf({ fn, call });
  return fn.facts.returned.some((sym) => callsIn(sym).includes(site) || (sym.t === 'name' && names.has(sym.id)));
}

/** The function remembers what it made: a cache decorator, a global, an attribute, `app.state`. */
function keeps({ fn, call }: MadeAt): boolean {
  if (fn.facts.decorators.some(({ value }) => CACHED.test(decoratorName(value, fn)))) return true;
  const site = fn.facts.calls.indexOf(call);
  const holds = (sym: Sym): boolean => callsIn(sym).includes(site);
  const { module } = fn;
  const kept = [
    ...module.body.facts.bindings.flatMap(({ value }) =>
      value.t === 'in' && module.functions[value.scope] === fn ? [value.of] : [],
    ),
    ...module.flow.stores.filter(({ scope }) => module.functions[scope] === fn).map(({ value }) => value),
    ...module.flow.classes.flatMap(({ attributes }) =>
      attributes
        .filter(({ method }) => module.functions[method] === fn && fn.facts.name !== '__init__')
        .map(({ value }) => value),
    ),
  ];
  if (kept.some(holds)) return true;
  // pool = await create_pool(…); self._pool = pool
  const names = namesOf({ fn, call });
  return kept.some((sym) => sym.t === 'name' && names.has(sym.id));
}

function callsIn(sym: Sym): number[] {
  if (sym.t === 'call') return [sym.site];
  if (sym.t === 'await' || sym.t === 'enter') return callsIn(sym.of);
  return sym.t === 'any' ? sym.of.flatMap(callsIn) : [];
}

function decoratorName(sym: Sym, fn: Fn): string {
  if (sym.t === 'name') return sym.id;
  if (sym.t === 'attr') return sym.name;
  const call = sym.t === 'call' ? (fn.parent ?? fn.module.body).facts.calls[sym.site] : undefined;
  return call ? decoratorName(call.func, fn) : '';
}
