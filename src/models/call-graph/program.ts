import {
  pythonFlow,
  type FlowBinding,
  type FlowClass,
  type FlowFunction,
  type FlowStore,
  type ModuleFlow,
} from '../../languages/python/flow.js';
import { pythonOutline, type PythonOutline } from '../../languages/python/outline.js';
import type { Workspace } from '../../core/workspace.js';
import { moduleResolver, type ModuleResolver } from '../python/modules.js';

/** A module of the repository with what its code does. */
export class SourceModule {
  readonly functions: readonly Fn[];
  readonly classes: readonly Cls[];

  constructor(
    readonly path: string,
    readonly flow: ModuleFlow,
    ids: { next: number },
  ) {
    this.functions = flow.functions.map((facts, index) => new Fn(this, facts, index, ids.next++));
    this.classes = flow.classes.map((facts) => new Cls(this, facts, ids.next++));
  }

  get body(): Fn {
    const [first] = this.functions;
    if (first === undefined) throw new Error(`${this.path} has no body`);
    return first;
  }
}

/** A function of the repository, lambdas and module bodies included. */
export class Fn {
  constructor(
    readonly module: SourceModule,
    readonly facts: FlowFunction,
    readonly index: number,
    readonly id: number,
  ) {}

  #bindings: Map<string, FlowBinding[]> | undefined;

  /** Assignments to a local name, in order. */
  bindings(name: string): readonly FlowBinding[] {
    if (!this.#bindings) {
      this.#bindings = new Map();
      for (const binding of this.facts.bindings) {
        const known = this.#bindings.get(binding.name);
        if (known) known.push(binding);
        else this.#bindings.set(binding.name, [binding]);
      }
    }
    return this.#bindings.get(name) ?? [];
  }

  #passedOn: ReadonlySet<string> | undefined;

  /** Parameters that are handed to other functions as they are, so that what is tested there may be written down here. */
  get passedOn(): ReadonlySet<string> {
    this.#passedOn ??= new Set(
      this.facts.calls
        .flatMap(({ args, keywords }) => [...args, ...keywords.map(([, value]) => value)])
        .flatMap((sym) => (sym.t === 'name' && this.bindings(sym.id).length === 0 ? [sym.id] : [])),
    );
    return this.#passedOn;
  }

  #tested: ReadonlySet<string> | undefined;

  /** Parameters on which it depends which lines run, and that keep the value they were given. */
  get tested(): ReadonlySet<string> {
    this.#tested ??= new Set(
      this.facts.conditions.flatMap(({ name }) => (this.bindings(name).length === 0 ? [name] : [])),
    );
    return this.#tested;
  }

  get owner(): Cls | undefined {
    return this.facts.owner === undefined ? undefined : this.module.classes[this.facts.owner];
  }

  get parent(): Fn | undefined {
    return this.facts.kind === 'module' ? undefined : this.module.functions[this.facts.parent];
  }
}

export class Cls {
  readonly fields = new Map<string, FlowClass['fields'][number]>();
  readonly attributes = new Map<string, FlowClass['attributes'][number][]>();

  constructor(
    readonly module: SourceModule,
    readonly facts: FlowClass,
    readonly id: number,
  ) {
    for (const field of facts.fields) {
      // The setter of a property comes after its getter and must not hide it.
      if (!(field.value?.t === 'function' && isAccessor(module.flow.functions[field.value.index], field.name))) {
        this.fields.set(field.name, field);
      }
    }
    for (const attribute of facts.attributes) {
      const known = this.attributes.get(attribute.name);
      if (known === undefined) this.attributes.set(attribute.name, [attribute]);
      else known.push(attribute);
    }
  }
}

const isAccessor = (fn: FlowFunction | undefined, name: string): boolean =>
  fn?.decorators.some(
    ({ value }) => value.t === 'attr' && value.name !== 'getter' && value.of.t === 'name' && value.of.id === name,
  ) ?? false;

/** The part of the repository that can matter to an event loop, loaded from facts. */
export interface Program {
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly resolver: ModuleResolver;
  readonly outlines: ReadonlyMap<string, PythonOutline>;
  /** Values hung on objects, by key (`state.redis`, `[db]`). */
  readonly stores: ReadonlyMap<string, readonly { readonly module: SourceModule; readonly store: FlowStore }[]>;
}

/**
 * Starts from the files that have coroutines or name one of `words`, and follows imports from there. A file that no
 * coroutine can reach is never parsed.
 */
export async function loadProgram(
  workspace: Workspace,
  isRoot: (path: string, outline: PythonOutline) => boolean,
  ownResolver?: ModuleResolver,
): Promise<Program> {
  const resolver = ownResolver ?? (await workspace.model(moduleResolver));
  const paths = workspace.files.filter(({ path }) => path.endsWith('.py')).map(({ path }) => path);
  const outlines = new Map<string, PythonOutline>();
  for (const path of paths) {
    const outline = await workspace.facts(pythonOutline, path);
    if (outline) outlines.set(path, outline);
  }
  const modules = new Map<string, SourceModule>();
  const ids = { next: 0 };
  const queue = [...outlines].filter(([path, outline]) => isRoot(path, outline)).map(([path]) => path);
  const seen = new Set(queue);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const flow = await workspace.facts(pythonFlow, path);
    if (flow === undefined) continue;
    modules.set(path, new SourceModule(path, flow, ids));
    for (const next of importedPaths(path, flow, resolver)) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return { modules, resolver, outlines, stores: storesOf(modules) };
}

function importedPaths(path: string, flow: ModuleFlow, resolver: ModuleResolver): string[] {
  return flow.imported.flatMap((dotted) => resolver.resolve(path, dotted)?.path ?? []);
}

function storesOf(modules: ReadonlyMap<string, SourceModule>): Program['stores'] {
  const stores = new Map<string, { module: SourceModule; store: FlowStore }[]>();
  for (const module of modules.values()) {
    for (const store of module.flow.stores) {
      const known = stores.get(store.key);
      if (known === undefined) stores.set(store.key, [{ module, store }]);
      else known.push({ module, store });
    }
  }
  return stores;
}
