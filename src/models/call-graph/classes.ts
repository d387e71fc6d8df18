import type { Sym } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import { isClassMethod } from './decorations.js';
import type { Cls, Fn } from './program.js';
import { canonical } from './types.js';
import type { Value } from './values.js';

type Values = readonly Value[];

interface Ancestry {
  /** The class and its bases inside the repository, in the order in which members are looked up. */
  readonly inside: readonly Cls[];
  /** Bases outside the repository, as dotted names. */
  readonly outside: readonly string[];
}

/** Bases that hold nothing the radar asks about. */
const EMPTY_BASES =
  /^(?:object|abc\.ABC|typing\.(?:Generic|Protocol|NamedTuple|TypedDict)|enum\.\w+|pydantic\.\w+|pydantic_settings\.\w+|Exception)$/;

/** Members of classes: methods, fields, attributes that methods set, properties, through bases. */
export class Classes {
  readonly #ancestry = new Map<Cls, Ancestry>();
  /** By class, on whose behalf, name. */
  readonly #members = new Map<Cls, Map<string, Map<string, Values>>>();
  #overrides: Map<Cls, Cls[]> | undefined;

  constructor(private readonly interpreter: Interpreter) {}

  ancestry(cls: Cls): Ancestry {
    const known = this.#ancestry.get(cls);
    if (known) return known;
    this.#ancestry.set(cls, { inside: [cls], outside: [] }); // a class that inherits from itself
    const inside = [cls];
    const outside: string[] = [];
    for (const base of cls.facts.bases) {
      for (const value of this.interpreter.values(baseOf(base), this.#scope(cls))) {
        if (value.kind === 'class') {
          const above = this.ancestry(value.cls);
          inside.push(...above.inside.filter((one) => !inside.includes(one)));
          outside.push(...above.outside);
        } else if (value.kind === 'external' && !EMPTY_BASES.test(value.name)) outside.push(value.name);
      }
    }
    const ancestry = { inside, outside };
    this.#ancestry.set(cls, ancestry);
    return ancestry;
  }

  #scope(cls: Cls) {
    const parent = cls.module.functions[cls.facts.parent] ?? cls.module.body;
    return this.interpreter.frame(parent, parent.owner);
  }

  member(cls: Cls, name: string, self: Cls, bound: boolean): Values {
    const members = this.#membersOf(cls, self, bound);
    const known = members.get(name);
    if (known) return known;
    members.set(name, []);
    const { inside, outside } = this.ancestry(cls);
    const found = this.#search(inside, outside, name, self, bound);
    members.set(name, found);
    return found;
  }

  #membersOf(cls: Cls, self: Cls, bound: boolean): Map<string, Values> {
    const key = cls === self ? (bound ? 'instance' : 'class') : `${self.id}${bound ? '' : '!'}`;
    let ways = this.#members.get(cls);
    if (!ways) this.#members.set(cls, (ways = new Map<string, Map<string, Values>>()));
    let members = ways.get(key);
    if (!members) ways.set(key, (members = new Map<string, Values>()));
    return members;
  }

  /** As `super()` sees it. */
  memberAfter(after: Cls, name: string, self: Cls): Values {
    const order = this.ancestry(self);
    const index = order.inside.indexOf(after);
    const rest = index === -1 ? this.ancestry(after).inside.slice(1) : order.inside.slice(index + 1);
    return this.#search(rest, this.ancestry(after).outside, name, self, true);
  }

  #search(inside: readonly Cls[], outside: readonly string[], name: string, self: Cls, bound: boolean): Values {
    for (const cls of inside) {
      const found = this.#own(cls, name, self, bound);
      if (found) return found;
    }
    return outside.map((base) => ({ kind: 'external', name: canonical(`${base}.${name}`), bound: true }));
  }

  #own(cls: Cls, name: string, self: Cls, bound: boolean): Values | undefined {
    const field = cls.fields.get(name);
    const set = cls.attributes.get(name);
    if (field?.value?.t === 'function' && !set) return this.#method(cls, field.value.index, self, bound);
    if (!field && !set) return undefined;
    const scope = this.#scope(cls);
    const declared = field?.annotation ? this.interpreter.typed(field.annotation, scope) : [];
    if (declared.some(({ kind }) => kind !== 'none')) return declared;
    const assigned = (set ?? []).flatMap(({ value, method }) => {
      const fn = cls.module.functions[method];
      return fn
        ? this.interpreter.values(value, this.interpreter.frame(fn, methodIsOwn(fn, cls) ? self : undefined))
        : [];
    });
    const initial = field?.value ? this.#fieldValue(field.value, cls, self, bound) : [];
    return [...assigned, ...initial];
  }

  #fieldValue(value: Sym, cls: Cls, self: Cls, bound: boolean): Values {
    if (value.t === 'function') return this.#method(cls, value.index, self, bound);
    return this.interpreter.values(value, this.#scope(cls));
  }

  #method(cls: Cls, index: number, self: Cls, bound: boolean): Values {
    const fn = cls.module.functions[index];
    if (!fn) return [];
    const value = { kind: 'function', fn, ...(bound || isClassMethod(fn) ? { self } : {}) } as const;
    if (isProperty(fn) && bound) {
      const frame = this.interpreter.frame(fn, self);
      return this.interpreter.returnsOf(frame);
    }
    return fn.facts.decorators.length > 0 ? this.interpreter.decorated(value, this.#scope(cls)) : [value];
  }

  /** The function behind a property, when the member is one. */
  property(cls: Cls, name: string): Fn | undefined {
    for (const one of this.ancestry(cls).inside) {
      const value = one.fields.get(name)?.value;
      if (value?.t === 'function') {
        const fn = one.module.functions[value.index];
        return fn && isProperty(fn) ? fn : undefined;
      }
    }
    return undefined;
  }

  /** Classes of the repository that derive from one, near and far. */
  derived(cls: Cls): readonly Cls[] {
    if (!this.#overrides) {
      this.#overrides = new Map();
      for (const module of this.interpreter.program.modules.values()) {
        for (const one of module.classes) {
          for (const base of this.ancestry(one).inside.slice(1)) {
            const known = this.#overrides.get(base);
            if (known) known.push(one);
            else this.#overrides.set(base, [one]);
          }
        }
      }
    }
    return this.#overrides.get(cls) ?? [];
  }
}

/** `Repository[User]` is `Repository`. */
const baseOf = (sym: Sym): Sym => (sym.t === 'item' ? sym.of : sym);

const methodIsOwn = (fn: Fn, cls: Cls): boolean => fn.owner === cls;

const isProperty = (fn: Fn): boolean =>
  fn.facts.decorators.some(({ value }) => {
    const name = value.t === 'name' ? value.id : value.t === 'attr' ? value.name : '';
    return name === 'property' || name === 'cached_property' || name === 'hybrid_property';
  });
