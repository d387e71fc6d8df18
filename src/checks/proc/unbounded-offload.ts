import { defineCheck } from '../../core/check.js';
import { NO_CALL } from '../../languages/python/flow.js';
import type { FlowCall, Sym } from '../../languages/python/flow.js';
import { calledName } from '../../models/call-graph/calls.js';
import { familyOf } from '../../models/call-graph/patterns.js';
import { textOf } from '../../models/call-graph/look-aside.js';
import type { Fn } from '../../models/call-graph/program.js';
import type { Radar } from '../../models/call-graph/joined.js';
import { radar } from '../../models/call-graph/radar.js';
import { callLabel } from '../../models/call-graph/sites.js';
import type { Value } from '../../models/call-graph/values.js';
import { lineText } from './support/draft.js';

const BOUNDED =
  /semaphore|limiter|breaker|bulkhead|throttl|max_?pending|max_?queue|backpressure|queue_?full|admission|shed/i;

export const unboundedOffload = defineCheck({
  id: 'proc/unbounded-offload',
  task: 'LEAD-PROC-01-01',
  reference: 'async_concurrency',
  severity: 'note',
  flags:
    'Flags inference handed to a plain executor with no bound on the work that waits: no semaphore, circuit breaker or queue limit. Once a service.',
  why: `An executor bounds how many predictions run, not how many wait. When requests come faster than predictions end, the queue grows
without limit: memory climbs, and each answer arrives after its client has gone.

Put a semaphore or a circuit breaker in front, and answer 503 when it is full. \`anyio.to_thread.run_sync\` and Starlette's
\`run_in_threadpool\` have a limiter of their own and are left alone.

Source: [ThreadPoolExecutor](https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor), decision 3 of the seed.`,
  examples: {
    bad: [
      {
        title: 'Any number may wait',
        files: {
          'main.py': `import asyncio

import joblib

model = joblib.load("model.joblib")


async def predict(row):
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, model.predict, [row])
`,
        },
      },
    ],
    good: [
      {
        title: 'Eight may wait',
        files: {
          'main.py': `import asyncio

import joblib

model = joblib.load("model.joblib")
waiting = asyncio.Semaphore(8)


async def predict(row):
    loop = asyncio.get_running_loop()
    async with waiting:
        return await loop.run_in_executor(None, model.predict, [row])
`,
        },
      },
    ],
  },
  async run(context) {
    const found = await context.model(radar);
    const isBound = boundNames(found);
    const seen = new Set<string>();
    const first = found.graph.coroutines.flatMap(({ frame: { fn } }) => {
      const { path } = fn.module;
      const service = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
      if (context.roles(path).has('test') || seen.has(service) || bounds(fn, isBound)) return [];
      const call = fn.facts.calls.find((one) => offloadsInference(one, fn, found.graph));
      if (!call) return [];
      seen.add(service);
      return [{ fn, call }];
    });
    return Promise.all(
      first.map(async ({ fn, call }) => ({
        location: { path: fn.module.path, startLine: call.line, endLine: call.endLine },
        message: `\`${callLabel(fn)}\` hands inference to an executor with no bound on how much may wait.`,
        consequence:
          'Under overload the executor’s queue grows without limit: memory climbs, and answers come after their clients have gone.',
        evidence: await lineText(context, fn.module.path, call.line),
      })),
    );
  },
});

/** The argument that is run elsewhere. */
function offloaded(call: FlowCall): Sym | undefined {
  const name = calledName(call);
  if (name === 'run_in_executor') return call.args[1];
  return name === 'to_thread' || name === 'submit' ? call.args[0] : undefined;
}

function offloadsInference(call: FlowCall, fn: Fn, graph: Radar['graph']): boolean {
  const sym = offloaded(call);
  if (!sym) return false;
  // anyio.to_thread.run_sync has another name, so `to_thread` here is asyncio's.
  return graph.interpreter.values(sym, graph.interpreter.frame(fn, fn.owner)).some((value) => infers(value, graph));
}

function infers(value: Value, graph: Radar['graph']): boolean {
  if (value.kind === 'partial') return value.of.some((one) => infers(one, graph));
  if (value.kind === 'external') return graph.familyOfName(value.name) === 'inference';
  if (value.kind === 'object') return graph.familyOfName(`${value.type}.__call__`) === 'inference';
  if (value.kind !== 'function') return false;
  const reached = graph.reachable([graph.interpreter.frame(value.fn, value.self, undefined, value.closure)]);
  return [...reached].some((node) => node.edges.some(({ sink }) => sink && familyOf(sink.category) === 'inference'));
}

/** Names given to semaphores and the like, whatever they are called. */
function boundNames({ program }: Radar): (text: string) => boolean {
  const named = new Set<string>();
  for (const module of program.modules.values()) {
    for (const fn of module.functions) {
      const bound = (sym: Sym): boolean =>
        sym.t === 'call' && BOUNDED.test(calledName(fn.facts.calls[sym.site] ?? NO_CALL) ?? '');
      for (const { name, value } of fn.facts.bindings) if (bound(value)) named.add(name);
    }
    for (const cls of module.flow.classes) {
      for (const { name, value, method } of cls.attributes) {
        const call = value.t === 'call' ? module.functions[method]?.facts.calls[value.site] : undefined;
        if (call && BOUNDED.test(calledName(call) ?? '')) named.add(name);
      }
    }
    for (const { key, value, scope } of module.flow.stores) {
      const call = value.t === 'call' ? module.functions[scope]?.facts.calls[value.site] : undefined;
      if (call && BOUNDED.test(calledName(call) ?? '')) named.add(key.slice(key.lastIndexOf('.') + 1));
    }
  }
  return (text) => BOUNDED.test(text) || named.has(text.slice(text.lastIndexOf('.') + 1));
}

function bounds(fn: Fn, isBound: (text: string) => boolean): boolean {
  const texts = [
    ...fn.facts.enters.map(({ of }) => (of.t === 'call' ? textOf(fn.facts.calls[of.site]?.func ?? of) : textOf(of))),
    ...fn.facts.calls.map(({ func }) => (func.t === 'attr' ? textOf(func.of) : textOf(func))),
    ...fn.facts.decorators.map(({ value }) => textOf(value)),
  ];
  return texts.some((text) => text !== '' && isBound(text));
}
