import type { Invocation, Machine } from './machine.js';
import type { Value } from './values.js';

export type Known = (machine: Machine, call: Invocation, name: string) => Value;
