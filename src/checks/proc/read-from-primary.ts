import { defineCheck } from '../../core/check.js';
import type { FlowCall } from '../../languages/python/flow.js';
import { calledName } from '../../models/call-graph/calls.js';
import { textOf } from '../../models/call-graph/look-aside.js';
import type { Fn } from '../../models/call-graph/program.js';
import { radar } from '../../models/call-graph/radar.js';
import { wordsOf } from '../../models/call-graph/wording.js';
import { lineText } from './support/draft.js';

const READER = /(?:^|[._])(?:reader|read_?replica|replica|read_?only|readonly|slave|ro)(?:$|_)/i;
const WRITER = /(?:^|[._])(?:writer|primary|master|read_?write|rw)(?:$|_)/i;
const WRITE_METHODS = /^(?:add|add_all|commit|flush|merge|executemany|copy_records_to_table)$/;
const RUNS = /^(?:execute|fetch|fetchrow|fetchval|fetchall|scalar|scalars|query|get|select)$/;
const WRITE_SQL = /^\s*(?:insert|update|delete|merge|truncate)\b/i;

export const readFromPrimary = defineCheck({
  id: 'proc/read-from-primary',
  task: 'LEAD-PROC-01-02',
  reference: 'replication',
  severity: 'note',
  flags:
    'Flags writes through a reader endpoint, and reads of a value just written that go to a replica, where a reader and a writer are configured.',
  why: `A replica lags behind. A write sent to it is refused; a row written through the writer and read back through the reader in the same
request may not be there yet, which shows once in a hundred requests and never on a developer's machine.

Read your own writes from the primary, or return what the write returned (\`RETURNING\`).

Judged only where the repository names both endpoints (\`writer_pool\`, \`reader_pool\`, \`replica\`, \`primary\`).

Source: [Hot standby](https://www.postgresql.org/docs/current/hot-standby.html).`,
  examples: {
    bad: [
      {
        title: 'Written to one, read from the other',
        files: {
          'orders.py': `async def place(writer_pool, reader_pool, order):
    await writer_pool.execute("INSERT INTO orders (id, total) VALUES ($1, $2)", order.id, order.total)
    return await reader_pool.fetchrow("SELECT * FROM orders WHERE id = $1", order.id)
`,
        },
      },
    ],
    good: [
      {
        title: 'The write returns what it wrote',
        files: {
          'orders.py': `async def place(writer_pool, order):
    return await writer_pool.fetchrow("INSERT INTO orders (id, total) VALUES ($1, $2) RETURNING *", order.id, order.total)


async def history(reader_pool, customer_id):
    return await reader_pool.fetch("SELECT * FROM orders WHERE customer_id = $1", customer_id)
`,
        },
      },
    ],
  },
  async run(context) {
    const { program, graph } = await context.model(radar);
    const functions = [...program.modules.values()]
      .filter(({ path }) => !context.roles(path).has('test'))
      .flatMap((module) => module.functions);
    const uses = functions
      .map((fn) => ({ fn, calls: endpointCalls(fn, (call) => sqlOf(call, fn, graph.interpreter)) }))
      .filter(({ calls }) => calls.length > 0);
    const sides = new Set(uses.flatMap(({ calls }) => calls.map(({ side }) => side)));
    if (sides.size < 2) return 'not-applicable';
    const wrong = uses.flatMap(({ fn, calls }) =>
      calls.flatMap((one, index) => {
        if (one.side === 'reader' && one.writes) return [{ fn, ...one, says: 'writes through the reader endpoint' }];
        const before = calls
          .slice(0, index)
          .find((other) => other.side === 'writer' && other.writes && sharesTable(other.sql, one.sql));
        return one.side === 'reader' && before
          ? [{ fn, ...one, says: 'reads from a replica what it has just written to the primary' }]
          : [];
      }),
    );
    return Promise.all(
      wrong.map(async ({ fn, call, says }) => ({
        location: { path: fn.module.path, startLine: call.line, endLine: call.endLine },
        message: `\`${fn.facts.qualname}()\` ${says}.`,
        consequence:
          'Replication lag decides what the caller sees: now and then the row is not there yet, or the write is refused.',
        evidence: await lineText(context, fn.module.path, call.line),
      })),
    );
  },
});

interface EndpointCall {
  readonly call: FlowCall;
  readonly side: 'reader' | 'writer';
  readonly writes: boolean;
  readonly sql: string;
}

function endpointCalls(fn: Fn, sql: (call: FlowCall) => string): EndpointCall[] {
  return fn.facts.calls.flatMap((call): EndpointCall[] => {
    const method = calledName(call) ?? '';
    if (call.func.t !== 'attr' || (!WRITE_METHODS.test(method) && !RUNS.test(method))) return [];
    const holder = textOf(call.func.of);
    const side = READER.test(holder) ? 'reader' : WRITER.test(holder) ? 'writer' : undefined;
    const text = sql(call);
    return side ? [{ call, side, writes: WRITE_METHODS.test(method) || WRITE_SQL.test(text), sql: text }] : [];
  });
}

function sqlOf(call: FlowCall, fn: Fn, interpreter: Parameters<typeof wordsOf>[1]): string {
  const [first] = call.args;
  const words = first ? wordsOf({ sym: first, frame: interpreter.frame(fn, fn.owner) }, interpreter) : [];
  return words.find((word) => /^\s*(?:insert|update|delete|merge|truncate|select|with)\b/i.test(word)) ?? '';
}

const TABLE = /\b(?:into|from|update|join)\s+(?:only\s+)?["']?([\w.]+)/gi;

function sharesTable(a: string, b: string): boolean {
  const tables = (sql: string): string[] => [...sql.matchAll(TABLE)].map((match) => (match[1] ?? '').toLowerCase());
  const written = new Set(tables(a));
  return tables(b).some((table) => written.has(table));
}
