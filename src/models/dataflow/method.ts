import type { Invocation, Machine } from './machine.js';
import type { Data, Value } from './values.js';

export type Method = (machine: Machine, data: Data, call: Invocation, name: string) => Value;
