import type { Fn } from './program.js';

export const isContextManager = (fn: Fn): boolean =>
  fn.facts.decorators.some(({ value }) => {
    const name = value.t === 'attr' ? value.name : value.t === 'name' ? value.id : '';
    return name === 'contextmanager' || name === 'asynccontextmanager';
  });

const decoratorNamed = (fn: Fn, name: string): boolean =>
  fn.facts.decorators.some(({ value }) => value.t === 'name' && value.id === name);

export const isStatic = (fn: Fn): boolean => decoratorNamed(fn, 'staticmethod');
export const isClassMethod = (fn: Fn): boolean =>
  decoratorNamed(fn, 'classmethod') || fn.facts.name === '__new__' || fn.facts.name === '__init_subclass__';

const CACHES = /^(?:lru_cache|cache|singleton)$/;

/** `@lru_cache` on a function without parameters: it runs once in a process. */
export const isCachedForEver = (fn: Fn): boolean =>
  fn.facts.params.length === 0 &&
  fn.facts.decorators.some(({ value }) => {
    const called = value.t === 'call' ? (fn.parent ?? fn.module.body).facts.calls[value.site]?.func : value;
    return CACHES.test(called?.t === 'name' ? called.id : called?.t === 'attr' ? called.name : '');
  });
