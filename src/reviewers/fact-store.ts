import { LRUCache } from 'lru-cache';
import type { FactStore } from '../core/facts.js';

/** Facts in memory, the least recently used dropped first. Weight is the source's bytes; facts are a small multiple of that. */
export function memoryFactStore(maxSourceBytes = 64e6): FactStore {
  const cache = new LRUCache<string, { value: unknown }>({ maxSize: maxSourceBytes });
  return {
    get: (key) => cache.get(key)?.value,
    set: (key, value, weight) => void cache.set(key, { value }, { size: weight + 64 }),
  };
}
