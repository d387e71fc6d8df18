import type { FlowCall, Sym } from '../../languages/python/flow.js';

const WAITS = /^(?:acquire|get|put|join|wait|result|poll|recv|exception)$/;
/** Threads, futures, queues and message brokers: here the first argument of `get`, `result` and the like is how long to wait. */
const TIMED = /^(?:queue|multiprocessing|threading|concurrent|kafka|confluent_kafka)\./;

const named = (call: FlowCall, key: string): Sym | undefined => call.keywords.find(([name]) => name === key)?.[1];
const isNo = (sym: Sym | undefined): boolean =>
  sym !== undefined && ((sym.t === 'bool' && !sym.value) || (sym.t === 'number' && sym.value === 0));

/** Calls that do not wait when told so, or when a test says that there is nothing to wait for. */
export function waitsNot(name: string, call: FlowCall): boolean {
  const method = name.slice(name.lastIndexOf('.') + 1);
  if (/^os\.wait(?:pid|3|4)$/.test(name)) return call.args.some((arg) => says(arg, 'WNOHANG'));
  if (name.startsWith('psutil.')) return !samples(call);
  if (!WAITS.test(method)) return false;
  if (call.ready) return true;
  if (isNo(named(call, 'blocking')) || isNo(named(call, 'block')) || isNo(named(call, 'timeout'))) return true;
  const given = call.args[method === 'put' ? 1 : 0];
  return isNo(given) && (TIMED.test(name) || (given?.t === 'bool' && !name.startsWith('redis.')));
}

const says = (sym: Sym, name: string): boolean =>
  (sym.t === 'attr' && sym.name === name) || (sym.t === 'name' && sym.id === name);

/** `cpu_percent(interval=1)` sleeps for a second to compare; without an interval it compares with the last call. */
function samples(call: FlowCall): boolean {
  const interval = named(call, 'interval') ?? call.args[0];
  return interval !== undefined && interval.t !== 'none' && !isNo(interval);
}
