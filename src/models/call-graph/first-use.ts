import type { Fn } from './program.js';

const NEVER = (): boolean => false;

/**
 * Lines that run once in a process: `global client; if client is None: client = connect()`, or what follows
 * `if client is not None: return client`. An attribute is no such thing: each request may have an object of its own.
 */
export function firstUseLines(fn: Fn): (line: number) => boolean {
  const ranges = fn.facts.branches.flatMap(({ name, present, line, endLine, returns }) => {
    if (!isKeptGlobally(name, fn)) return [];
    if (!present) return [{ line, endLine }];
    return returns ? [{ line: endLine + 1, endLine: fn.facts.endLine }] : [];
  });
  return ranges.length === 0 ? NEVER : (at) => ranges.some(({ line, endLine }) => line <= at && at <= endLine);
}

const isKeptGlobally = (name: string, fn: Fn): boolean =>
  fn.module.body.bindings(name).some(({ value }) => value.t === 'in' && value.scope === fn.index);
