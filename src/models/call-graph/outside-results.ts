import { NO_CALL } from '../../languages/python/flow.js';
import type { FlowCall } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import { canonical, OFFLOADERS, resultOf } from './types.js';
import { elementsOf, type Frame, type Value } from './values.js';

type Values = readonly Value[];
const NOTHING: Values = [];

const ASYNC_MAKER = 'sqlalchemy.ext.asyncio.async_sessionmaker';
/** Queues of threads and processes; without a size `put` never waits. */
export const QUEUE = /^(?:queue|multiprocessing)\.(?:\w*Queue)$/;

/** What calling something outside the repository gives. */
export class OutsideResults {
  constructor(private readonly interpreter: Interpreter) {}

  of(name: string, call: FlowCall, frame: Frame): Values {
    const arg = (index: number): Values => {
      const sym = call.args[index];
      return sym ? this.interpreter.values(sym, frame) : NOTHING;
    };
    switch (name) {
      case 'functools.partial':
      case 'functools.partialmethod':
        return [{ kind: 'partial', of: arg(0) }];
      case 'functools.wraps':
      case 'typing.TypeVar':
      case 'logging.getLogger':
        return NOTHING;
      case 'typing.cast':
        return call.args[0] ? this.interpreter.typed(call.args[0], frame) : NOTHING;
      case 'contextlib.closing':
      case 'contextlib.nullcontext':
        return [{ kind: 'context', of: arg(0) }];
      case 'next':
      case 'anext':
        return arg(0).flatMap((value) => elementsOf(value));
      case 'list':
      case 'tuple':
      case 'set':
      case 'iter':
      case 'reversed':
      case 'sorted':
        return [{ kind: 'sequence', of: [arg(0).flatMap((value) => elementsOf(value))], each: true }];
      case 'fastapi.Depends':
      case 'fastapi.Security':
        return this.#injected(call, frame);
      case 'sqlalchemy.orm.sessionmaker':
      case 'sqlalchemy.orm.scoped_session':
        return [{ kind: 'object', type: this.#makesAsyncSessions(call, frame) ? ASYNC_MAKER : name }];
      case 'dict':
        return [
          {
            kind: 'dict',
            of: new Map(
              call.keywords.map(([key, value]) => [key === '' ? '**' : key, this.interpreter.values(value, frame)]),
            ),
          },
        ];
      default:
    }
    if (/_pb2_grpc\.\w+Stub$/.test(name)) {
      const channel = arg(0).some((value) => value.kind === 'object' && /^grpc\.\w+\(\)/.test(value.type));
      return channel ? [{ kind: 'object', type: 'grpc-stub' }] : NOTHING;
    }
    if (OFFLOADERS.has(name)) {
      const decorates =
        name.startsWith('asgiref') ||
        name.startsWith('channels') ||
        name.startsWith('asyncer') ||
        name.startsWith('unsync');
      const of = arg(0);
      return [
        decorates
          ? { kind: 'offloaded', of }
          : {
              kind: 'coroutine',
              of: of.flatMap((one) => this.interpreter.result(one, { ...call, args: call.args.slice(1) }, frame)),
            },
      ];
    }
    const sized = QUEUE.test(name) && (call.args.length > 0 || call.keywords.some(([key]) => key === 'maxsize'));
    return [{ kind: 'object', type: canonical(resultOf(name)), ...(sized ? { sized } : {}) }];
  }

  /** `sessionmaker(engine, class_=AsyncSession)`, or a registry around such a maker. */
  #makesAsyncSessions({ args: [first], keywords }: FlowCall, frame: Frame): boolean {
    const given = keywords.find(([key]) => key === 'class_')?.[1];
    const named = given ? this.interpreter.values(given, frame) : NOTHING;
    const wrapped = first ? this.interpreter.values(first, frame) : NOTHING;
    return (
      named.some((value) => value.kind === 'external' && /\bAsyncSession$/.test(value.name)) ||
      named.some(
        (value) =>
          value.kind === 'class' &&
          this.interpreter.classes.ancestry(value.cls).outside.some((base) => /\bAsyncSession$/.test(base)),
      ) ||
      wrapped.some(
        (value) => value.kind === 'object' && (value.type === ASYNC_MAKER || value.type.endsWith('.AsyncEngine')),
      )
    );
  }

  /** `Depends(get_session)`: what the dependency returns or yields. */
  #injected(call: FlowCall, frame: Frame): Values {
    const given = call.args[0] ?? call.keywords.find(([name]) => name === 'dependency')?.[1];
    const providers = given ? this.interpreter.values(given, frame) : NOTHING;
    return providers.flatMap((provider) => {
      if (provider.kind === 'class') return [{ kind: 'instance', cls: provider.cls, exact: true } as const];
      if (provider.kind === 'function') {
        const callee = this.interpreter.frameFor(provider, undefined);
        return provider.fn.facts.generator ? this.interpreter.yieldsOf(callee) : this.interpreter.returnsOf(callee);
      }
      return provider.kind === 'external' ? this.of(provider.name, NO_CALL, frame) : NOTHING;
    });
  }
}
