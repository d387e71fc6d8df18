import { APPENDED_KEY, itemKey } from '../../languages/python/flow-build.js';
import type { FlowStore, Sym } from '../../languages/python/flow.js';
import type { Interpreter } from './interpreter.js';
import type { Fn } from './program.js';
import type { Frame, Value } from './values.js';

type Values = readonly Value[];
interface Put {
  readonly store: FlowStore;
  readonly fn: Fn;
}

/** More of them say no more. */
const MAX_PUTS = 8;

/**
 * What is put into dictionaries that outlive a function: a module's (`models["churn"] = joblib.load(…)`), an object's
 * (`self.models[name] = …`), an application's (`app.state.models[name] = …`).
 */
export class Containers {
  #puts: ReadonlyMap<unknown, readonly Put[]> | undefined;

  constructor(private readonly interpreter: Interpreter) {}

  /** The values under a key; those under all keys where the key is not known. */
  items(of: Sym, key: Sym, frame: Frame): Values {
    if (of.t !== 'name' && of.t !== 'attr') return [];
    const puts = this.#all();
    if (puts.size === 0) return [];
    const all = this.#identities(of, frame).flatMap((identity) => puts.get(identity) ?? []);
    if (all.length === 0) return [];
    const wanted = itemKey(key);
    const exact = all.filter(({ store }) => store.key === wanted);
    if (wanted === `[${APPENDED_KEY}]` && exact.length === 0) return [];
    return (exact.length > 0 ? exact : all)
      .slice(0, MAX_PUTS)
      .flatMap(({ store, fn }) => this.interpreter.values(store.value, this.interpreter.frame(fn, fn.owner)));
  }

  #all(): ReadonlyMap<unknown, readonly Put[]> {
    if (this.#puts) return this.#puts;
    const puts = new Map<unknown, Put[]>();
    this.#puts = puts;
    for (const [key, stores] of this.interpreter.program.stores) {
      if (!key.startsWith('[')) continue;
      for (const { module, store } of stores) {
        const fn = module.functions[store.scope];
        if (!fn || (store.of.t !== 'name' && store.of.t !== 'attr')) continue;
        for (const identity of this.#identities(store.of, this.interpreter.frame(fn, fn.owner))) {
          const known = puts.get(identity);
          if (known) known.push({ store, fn });
          else puts.set(identity, [{ store, fn }]);
        }
      }
    }
    return puts;
  }

  /** What makes two expressions the same dictionary: where its name is bound, or the class that has the attribute. */
  #identities(sym: Extract<Sym, { t: 'name' | 'attr' }>, frame: Frame): readonly unknown[] {
    if (sym.t === 'name') {
      const local = frame.fn.facts.kind !== 'module' && frame.fn.bindings(sym.id).length > 0;
      const bound = local ? undefined : this.interpreter.definition(sym, frame.fn);
      return bound ? [bound.sym] : [];
    }
    if (isState(sym.of, frame)) return [`state.${sym.name}`];
    return this.interpreter.values(sym.of, frame).flatMap((value): unknown[] => {
      if (value.kind === 'module') {
        const bound = value.module.body.bindings(sym.name).at(-1);
        return bound ? [bound.value] : [];
      }
      if (value.kind !== 'instance' && value.kind !== 'class') return [];
      const { inside } = this.interpreter.classes.ancestry(value.cls);
      const owner = inside.findLast((cls) => cls.attributes.has(sym.name) || cls.fields.has(sym.name)) ?? value.cls;
      return [`${owner.id}.${sym.name}`];
    });
  }
}

/** `app.state`, or a name that was given it. */
export function isState(sym: Sym, { fn }: Frame): boolean {
  if (sym.t === 'attr') return sym.name === 'state';
  const bound = sym.t === 'name' ? fn.bindings(sym.id).at(-1)?.value : undefined;
  return bound?.t === 'attr' && bound.name === 'state';
}
