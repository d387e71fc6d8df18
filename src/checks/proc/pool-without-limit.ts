import { defineCheck } from '../../core/check.js';
import type { Severity } from '../../core/types.js';
import { keywordsOf, type Keywords } from '../../models/call-graph/calls.js';
import type { Answers, Radar } from '../../models/call-graph/joined.js';
import type { Fn } from '../../models/call-graph/program.js';
import { radar } from '../../models/call-graph/radar.js';
import { lineText } from './support/draft.js';
import { MAKER_LABEL, poolsOf, type PoolCall } from './support/pools.js';

export const poolWithoutLimit = defineCheck({
  id: 'proc/pool-without-limit',
  task: 'LEAD-PROC-01-02',
  reference: 'async_concurrency',
  severity: 'warn',
  flags:
    'Flags a connection pool that states no size: `create_pool` without `max_size`, `create_async_engine` without `pool_size` or `max_overflow`; an unbounded one blocks.',
  why: `PostgreSQL's \`max_connections\` is shared by every worker of every replica. What one of them may take is a decision, and a default
(asyncpg 10, SQLAlchemy 5 + 10) is nobody's decision: it changes with the number of pods, and nobody finds it when the database
refuses connections. \`max_overflow=-1\` and \`pool_size=0\` mean no limit at all, and block.

Write the numbers down: replicas × workers × (\`pool_size\` + \`max_overflow\`) below \`max_connections\`. Behind PgBouncer \`NullPool\` is right
(in transaction mode with \`statement_cache_size=0\` for asyncpg) and is left alone, SQLite too. Sizes are found in keyword arguments,
in dictionaries given as \`**arguments\`, and in what callers pass through a helper's \`**kwargs\`; where they cannot be told, nothing is said.

Sources: [asyncpg create_pool](https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.pool.create_pool),
[SQLAlchemy pooling](https://docs.sqlalchemy.org/en/20/core/pooling.html).`,
  examples: {
    bad: [
      {
        title: 'An engine with the defaults',
        files: {
          'db.py':
            'from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine("postgresql+asyncpg://db/app")\n',
        },
      },
      {
        title: 'No limit at all',
        files: {
          'db.py':
            'from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine("postgresql+asyncpg://db/app", pool_size=20, max_overflow=-1)\n',
        },
      },
    ],
    good: [
      {
        title: 'Sizes in a dictionary',
        files: {
          'db.py': `from sqlalchemy.ext.asyncio import create_async_engine

arguments = {"pool_size": 5, "max_overflow": 5}
engine = create_async_engine("postgresql+asyncpg://db/app", **arguments)
`,
        },
      },
    ],
  },
  async run(context) {
    const found = await context.model(radar);
    const pools = poolsOf(found).filter(
      ({ fn }) => !ASIDE.some((role) => context.roles(fn.module.path).has(role)) && !isCommand(fn, found),
    );
    if (pools.length === 0) return 'not-applicable';
    const { interpreter } = found.graph;
    const judged = pools.map((pool) => ({
      pool,
      verdict: worst(
        keywordsOf(pool, found.program, interpreter).map((keywords) => judge(pool, keywords, interpreter)),
      ),
    }));
    return Promise.all(
      judged.flatMap(({ pool, verdict }) => {
        if (!verdict) return [];
        const { path } = pool.fn.module;
        const label = MAKER_LABEL[pool.made];
        return [
          lineText(context, path, pool.call.line).then((evidence) => ({
            location: { path, startLine: pool.call.line, endLine: pool.call.endLine },
            severity: verdict,
            message:
              verdict === 'block'
                ? `\`${label}\` is given no limit on connections.`
                : `\`${label}\` states no size: give it ${LIMITS[pool.made]}.`,
            consequence:
              verdict === 'block'
                ? 'Under load each worker opens connections until PostgreSQL refuses them, to this service and to every other one.'
                : 'How many connections the service may take is left to a default that nobody weighed against max_connections and the number of replicas.',
            evidence,
          })),
        ];
      }),
    );
  },
});

/** What runs once, alone, and ends. */
const ASIDE = ['migration', 'test', 'script'] as const;
const isCommand = (fn: Fn, { frameworks }: Radar): boolean => frameworks.entry(fn).kind === 'command';

const LIMITS: Readonly<Record<PoolCall['made'], string>> = {
  asyncpg: '`max_size`',
  psycopg: '`max_size`',
  sqlalchemy: '`pool_size` and `max_overflow`',
};

const worst = (verdicts: readonly (Severity | undefined)[]): Severity | undefined =>
  verdicts.includes('block') ? 'block' : verdicts.every((verdict) => verdict === 'warn') ? verdicts[0] : undefined;

/** What one way of calling says about the pool's size. Undefined when it is limited, or cannot be told. */
function judge(pool: PoolCall, { given, open }: Keywords, interpreter: Answers): Severity | undefined {
  const number = (name: string): number | undefined => {
    const found = given.get(name);
    const values = found ? interpreter.values(found.sym, found.frame) : [];
    return values.length === 1 && values[0]?.kind === 'number' ? values[0].value : undefined;
  };
  if (pool.made !== 'sqlalchemy') return given.has('max_size') || open || positionalSize(pool) ? undefined : 'warn';
  if (number('max_overflow') === -1 || number('pool_size') === 0) return 'block';
  if (given.has('poolclass') || isSqlite(pool, interpreter)) return undefined;
  return given.has('pool_size') || given.has('max_overflow') || open ? undefined : 'warn';
}

/** psycopg_pool.AsyncConnectionPool(conninfo, min_size, max_size) is keyword-only; asyncpg's too, but for the DSN. */
const positionalSize = ({ call }: PoolCall): boolean => call.args.length > 2;

function isSqlite({ call, frame }: PoolCall, interpreter: Answers): boolean {
  const url = call.args[0] ?? call.keywords.find(([name]) => name === 'url')?.[1];
  if (!url) return false;
  const text = (sym: typeof url): string =>
    sym.t === 'string'
      ? sym.value
      : sym.t === 'template'
        ? sym.of.map(text).join('')
        : interpreter
            .values(sym, frame)
            .map((value) => (value.kind === 'string' ? value.value : ''))
            .join(' ');
  const binding = interpreter.definition(url, frame.fn);
  return /^\s*sqlite/.test(text(url)) || (binding !== undefined && /^\s*sqlite/.test(text(binding.sym)));
}
