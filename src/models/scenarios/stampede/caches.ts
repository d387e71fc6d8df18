import type { Expr, FunctionDef } from '../../../languages/python/ast.js';
import { qualifiedName } from '../../../languages/python/names.js';
import type { ImportNames } from '../../../languages/python/names.js';

type Call = Extract<Expr, { kind: 'Call' }>;

/** A decorator that keeps what a function returns for a while. */
export interface CachingDecorator {
  readonly line: number;
  readonly what: string;
  /** Does it let one caller compute while the others wait, by itself? */
  readonly guarded: boolean;
}

/**
 * Caching decorators that forget, with whether concurrent callers compute once: tried with cachetools 8.0, async-lru 2.0, aiocache 0.12
 * and cashews 7.4, eight callers at once. cachetools' `lock=` guards its dictionary alone: all eight compute.
 */
export function cachingDecorator(def: FunctionDef, imports: ImportNames): CachingDecorator | undefined {
  for (const decorator of def.decorators) {
    const call = decorator.kind === 'Call' ? decorator : undefined;
    const name = qualifiedName(call ? call.func : decorator, imports) ?? '';
    const guarded = guardOf(name, call);
    if (guarded !== undefined) return { line: decorator.line, what: name, guarded };
  }
  return undefined;
}

const has = (call: Call | undefined, keyword: string): boolean =>
  call?.keywords.some(({ name }) => name === keyword) ?? false;
const isTrue = (call: Call | undefined, keyword: string): boolean =>
  call?.keywords.some(({ name, value }) => name === keyword && value.kind === 'Bool' && value.value) ?? false;

/** Undefined for what is no cache that forgets. */
function guardOf(name: string, call: Call | undefined): boolean | undefined {
  if (/^cachetools\.(?:cached|cachedmethod)$/.test(name)) return has(call, 'condition');
  if (/^cachetools\.func\.ttl_cache$/.test(name)) return false;
  if (name === 'async_lru.alru_cache') return has(call, 'ttl') ? true : undefined;
  if (/^aiocache\.(?:decorators\.)?cached_stampede$/.test(name)) return true;
  if (/^aiocache\.(?:decorators\.)?(?:cached|multi_cached)$/.test(name)) return false;
  if (/^cashews\.cache(?:\.(?:early|soft|hit))?$/.test(name)) return !has(call, 'protected') || isTrue(call, 'lock');
  if (/^fastapi_cache\.decorator\.cache$/.test(name)) return false;
  if (/(?:^|\.)cache_on_arguments$/.test(name)) return true;
  if (/(?:^|\.)cache\.(?:cached|memoize)$/.test(name)) return false;
  return /^cachebox\.cached$/.test(name) ? true : undefined;
}
