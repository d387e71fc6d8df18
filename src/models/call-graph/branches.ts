import type { FlowCondition, FlowQuestion, Introspection, Literal } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import type { Frame, Told, Value } from './values.js';

type Lines = (line: number) => boolean;
const NEVER: Lines = () => false;

/** Which lines of a function run, as far as its caller and the kinds of the values at hand say. */
export class Branches {
  readonly #skipped = new WeakMap<Frame, Lines>();

  constructor(private readonly interpreter: Interpreter) {}

  /** Lines that do not run with what the caller gave. */
  skipped(frame: Frame): Lines {
    const { conditions } = frame.fn.facts;
    if (conditions.length === 0) return NEVER;
    const known = this.#skipped.get(frame);
    if (known) return known;
    this.#skipped.set(frame, NEVER); // what is asked about may be bound in the same function
    const ranges = conditions.filter((condition) => this.#isFalse(condition, frame));
    const lines: Lines = ranges.length === 0 ? NEVER : within(ranges);
    this.#skipped.set(frame, lines);
    return lines;
  }

  /** Which way a choice goes: the first of the two, the second, or either. */
  chosen(question: FlowQuestion, frame: Frame): 0 | 1 | undefined {
    const answer = this.#answer(question, frame);
    return answer === undefined ? undefined : answer === question.holds ? 0 : 1;
  }

  #isFalse(condition: FlowCondition, frame: Frame): boolean {
    const { is, of, holds } = condition;
    if (of && is !== 'truthy' && is !== 'equal') {
      const answer = this.#answer({ is, of, holds }, frame);
      return answer !== undefined && answer !== holds;
    }
    const told = frame.fn.testsParameter(condition) ? frame.literals?.get(condition.name) : undefined;
    return told !== undefined && contradicts(condition, told);
  }

  /** What all values that are known agree on. */
  #answer({ is, of }: FlowQuestion, frame: Frame): boolean | undefined {
    if (is === 'async-flag') return undefined;
    const values = this.interpreter.values(of, frame);
    const [first, ...rest] = values.map((value) => isOfKind(value, is));
    return rest.every((one) => one === first) ? first : undefined;
  }
}

/** Lines on which a test says that what is called there gives something to await. */
export function saidAsync({ fn }: Frame): Lines {
  const said = fn.facts.conditions.filter(
    ({ is, holds }) => holds && (is === 'coroutine-function' || is === 'async-flag' || is === 'awaitable'),
  );
  return said.length === 0 ? NEVER : within(said);
}

const within =
  (ranges: readonly { readonly line: number; readonly endLine: number }[]): Lines =>
  (line) =>
    ranges.some((range) => range.line <= line && line <= range.endLine);

function contradicts({ is, value, holds }: FlowCondition, told: Told): boolean {
  const so = is === 'truthy' ? isTruthy(told) : isEqual(told, value);
  return so !== undefined && so !== holds;
}

const isTruthy = (told: Told): boolean | undefined => (typeof told === 'object' && told ? undefined : Boolean(told));

/** Something is there, whatever it is: it is not `None`. */
function isEqual(told: Told, value: Literal | undefined): boolean | undefined {
  if (typeof told === 'object' && told) return value === null ? false : undefined;
  return told === value;
}

/** Undefined where it cannot be told. */
function isOfKind(value: Value, is: Introspection): boolean | undefined {
  switch (value.kind) {
    case 'function': {
      const { async, generator } = value.fn.facts;
      if (is === 'awaitable') return false;
      if (is === 'coroutine-function') return async && !generator;
      return generator && async === (is === 'async-generator-function');
    }
    case 'offloaded':
      return is === 'coroutine-function';
    case 'coroutine':
      return is === 'awaitable';
    case 'partial': {
      const [first, ...rest] = value.of.map((one) => isOfKind(one, is));
      return rest.every((one) => one === first) ? first : undefined;
    }
    case 'class':
    case 'instance':
    case 'module':
    case 'dict':
    case 'string':
    case 'number':
    case 'none':
      return is === 'awaitable' && value.kind === 'instance' ? undefined : false;
    default:
      return undefined;
  }
}
