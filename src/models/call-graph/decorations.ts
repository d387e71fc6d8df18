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
