import type { Sym } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import type { Fn } from './program.js';
import type { Frame, Value } from './values.js';

type Values = readonly Value[];
const NOTHING: Values = [];
const NONE: Values = [{ kind: 'none' }];

/** Types that say nothing about a value. */
const VAGUE =
  /^(?:typing|typing_extensions|collections\.abc|types)\.|^(?:object|Any|dict|str|int|float|bool|bytes|None|T)$/;
const WRAPPERS =
  /^(?:(?:typing|typing_extensions|t)\.)?(?:Optional|Annotated|Final|ClassVar|Required|NotRequired|ReadOnly)$/;
const COLLECTIONS =
  /^(?:(?:typing|typing_extensions|collections\.abc)\.)?(?:list|set|tuple|frozenset|List|Set|Tuple|FrozenSet|Sequence|Iterable|Iterator|Collection|Generator|AsyncGenerator|AsyncIterator|AsyncIterable|MutableSequence|deque|Deque)$/;
const MAPPINGS =
  /^(?:(?:typing|collections\.abc|collections)\.)?(?:dict|Dict|Mapping|MutableMapping|defaultdict|DefaultDict|OrderedDict)$/;
const AWAITABLES = /^(?:(?:typing|collections\.abc)\.)(?:Awaitable|Coroutine)$/;

/** What annotations say about values. */
export class Annotations {
  readonly #aliases = new Map<Sym, Values>();

  constructor(private readonly interpreter: Interpreter) {}

  /** Instances of what an annotation names. */
  typed(sym: Sym, frame: Frame): Values {
    if (sym.t === 'any') return sym.of.flatMap((one) => this.typed(one, frame));
    if (sym.t === 'none') return NONE;
    if (sym.t === 'sequence') return sym.of.flatMap((one) => this.typed(one, frame));
    if (sym.t === 'item') return this.#generic(sym, frame);
    // SessionDep = Annotated[Session, Depends(get_session)]
    const alias = this.interpreter.definition(sym, frame.fn);
    if (alias && (alias.sym.t === 'item' || alias.sym.t === 'any')) return this.#aliased(alias);
    return this.interpreter.values(sym, frame).flatMap((value) => this.#instanceOf(value));
  }

  /** `Json = dict[str, "Json"] | list["Json"]` names itself: a cycle adds nothing, and each alias is worked out once. */
  #aliased({ sym, fn }: { readonly sym: Sym; readonly fn: Fn }): Values {
    const known = this.#aliases.get(sym);
    if (known) return known;
    this.#aliases.set(sym, NOTHING);
    const values = this.interpreter.deeper(() => this.typed(sym, this.interpreter.frame(fn, fn.owner)));
    if (values) this.#aliases.set(sym, values);
    else this.#aliases.delete(sym);
    return values ?? NOTHING;
  }

  #instanceOf(value: Value): Values {
    if (value.kind === 'class') return [{ kind: 'instance', cls: value.cls }];
    if (value.kind === 'external' && !value.bound && !VAGUE.test(value.name))
      return [{ kind: 'object', type: value.name }];
    // `SessionDep = Annotated[Session, Depends(get_session)]` was evaluated as a value.
    return value.kind === 'object' || value.kind === 'instance' ? [value] : NOTHING;
  }

  #generic(sym: Extract<Sym, { t: 'item' }>, frame: Frame): Values {
    const inner = sym.key.t === 'sequence' ? sym.key.of : [sym.key];
    const [first, second] = inner;
    if (sym.of.t === 'name' && sym.of.id === '__annotated__') return this.interpreter.values(sym, frame);
    return this.interpreter.values(sym.of, frame).flatMap((outer): Values => {
      const name = outer.kind === 'external' ? outer.name : '';
      if (WRAPPERS.test(name)) return this.#annotatedWith(inner, frame);
      if (name === 'typing.Union' || name === 'Union') return inner.flatMap((one) => this.typed(one, frame));
      if (name === 'type' || name === 'typing.Type') return first ? this.interpreter.values(first, frame) : NOTHING;
      if (AWAITABLES.test(name))
        return [
          { kind: 'coroutine', of: inner.at(-1) ? this.typed(inner.at(-1) ?? { t: 'unknown' }, frame) : NOTHING },
        ];
      if (COLLECTIONS.test(name)) {
        const tuple = /tuple$/i.test(name) && second?.t !== 'unknown' && inner.length > 1;
        return [
          {
            kind: 'sequence',
            of: tuple ? inner.map((one) => this.typed(one, frame)) : [first ? this.typed(first, frame) : NOTHING],
            each: !tuple,
          },
        ];
      }
      if (MAPPINGS.test(name))
        return [{ kind: 'dict', of: new Map([['*', second ? this.typed(second, frame) : NOTHING]]) }];
      return this.#instanceOf(outer);
    });
  }

  /** `Annotated[T, Depends(f)]`: T where it says something, else what the dependency gives. */
  #annotatedWith(inner: readonly Sym[], frame: Frame): Values {
    const [type, ...metadata] = inner;
    const typed = type ? this.typed(type, frame) : NOTHING;
    if (typed.some(({ kind }) => kind !== 'none')) return typed;
    const given = metadata.filter((one) => one.t === 'call').flatMap((one) => this.interpreter.values(one, frame));
    return given.length > 0 && given.every(({ kind }) => kind === 'instance' || kind === 'object') ? given : typed;
  }
}
