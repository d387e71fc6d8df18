import {
  pythonFlow,
  type FlowBinding,
  type FlowClass,
  type FlowCondition,
  type FlowFunction,
  type FlowParam,
  type FlowStore,
  type ModuleFlow,
} from '../../languages/python/flow.js';
import { pythonOutline, type PythonOutline } from '../../languages/python/outline.js';
import type { FileEntry } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { modulePaths, moduleResolver, type ModuleResolver } from '../python/modules.js';

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

const NO_BINDINGS: readonly FlowBinding[] = [];

/** A function of the repository, lambdas and module bodies included. */
export class Fn {
  constructor(
    readonly module: SourceModule,
    readonly facts: FlowFunction,
    readonly index: number,
    readonly id: number,
  ) {}

  /** Unique in the repository; ids are so only among what was linked together. */
  get place(): string {
    return `${this.module.path}#${this.index}`;
  }

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
    return this.#bindings.get(name) ?? NO_BINDINGS;
  }

  readonly #locals = new Map<string, Local>();

  /** What a name may stand for inside the function. */
  local(name: string): Local {
    let local = this.#locals.get(name);
    if (!local) {
      const bound = this.bindings(name);
      const narrowing = bound.filter((one) => one.until !== undefined);
      local = {
        param: this.facts.params.find((one) => one.name === name),
        assigned: narrowing.length > 0 ? bound.filter((one) => one.until === undefined) : bound,
        narrowing,
      };
      this.#locals.set(name, local);
    }
    return local;
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

  /** Parameters on which it depends which lines run. */
  get tested(): ReadonlySet<string> {
    this.#tested ??= new Set(
      this.facts.conditions.flatMap((condition) => (this.testsParameter(condition) ? [condition.name] : [])),
    );
    return this.#tested;
  }

  /** Whether the parameter still has the value it was given: `if keys is None: keys = load()` asks before it sets. */
  testsParameter({ name, of, line }: FlowCondition): boolean {
    return of === undefined && this.bindings(name).every((binding) => binding.line >= line);
  }

  get owner(): Cls | undefined {
    return this.facts.owner === undefined ? undefined : this.module.classes[this.facts.owner];
  }

  get parent(): Fn | undefined {
    return this.facts.kind === 'module' ? undefined : this.module.functions[this.facts.parent];
  }
}

interface Local {
  readonly param: FlowParam | undefined;
  readonly assigned: readonly FlowBinding[];
  /** What tests say about it on some lines. */
  readonly narrowing: readonly FlowBinding[];
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

/** Modules that are linked together. */
export interface Program {
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly resolver: ModuleResolver;
  /** Values hung on objects, by key (`state.redis`, `[db]`). */
  readonly stores: ReadonlyMap<string, readonly { readonly module: SourceModule; readonly store: FlowStore }[]>;
}

/** The part of the repository that can matter to an event loop, as facts, by path in the order in which it was reached. */
export interface Flows {
  readonly byPath: ReadonlyMap<string, ModuleFlow>;
  readonly resolver: ModuleResolver;
  /** Files of the repository that names of a file may lead to. */
  readonly seen: (path: string) => readonly string[];
}

/** Files that are parsed together. All of them fit into the store of facts, with room to spare. */
const AHEAD = 500;

/** Where a file's imports lead. */
interface Imports {
  readonly imported: readonly string[];
  /** `import a.b` binds `a`, too. */
  readonly seen: readonly string[];
}

/**
 * Starts from the files that have coroutines or name one of `words`, and follows imports from there. A file that no
 * coroutine can reach is never parsed.
 */
export async function loadFlows(
  workspace: Workspace,
  isRoot: (path: string, outline: PythonOutline) => boolean,
  ownResolver?: ModuleResolver,
): Promise<Flows> {
  const resolver = ownResolver ?? (await workspace.model(moduleResolver));
  const queue: string[] = [];
  const outlineOf = await outlinesIn(workspace);
  for (const file of workspace.files) {
    const outline = file.path.endsWith('.py')
      ? (outlineOf(file) ?? (await workspace.facts(pythonOutline, file.path)))
      : undefined;
    if (!outline) continue;
    outlineOf(file, outline);
    if (isRoot(file.path, outline)) queue.push(file.path);
  }
  const byPath = new Map<string, ModuleFlow>();
  const imports = await importsIn(workspace, resolver, ownResolver !== undefined);
  const seen = new Set(queue);
  // What is found on the way is appended, and visited in its turn.
  for (const [index, path] of queue.entries()) {
    if (index % AHEAD === 0) await workspace.ahead(pythonFlow, queue.slice(index, index + AHEAD));
    const flow = await workspace.facts(pythonFlow, path);
    if (flow === undefined) continue;
    byPath.set(path, flow);
    for (const next of imports(path, flow).imported) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return {
    byPath,
    resolver,
    seen: (path) => {
      const flow = byPath.get(path);
      return flow ? imports(path, flow).seen : [];
    },
  };
}

/**
 * Nearly all files are what they were at the last scan, and most are never asked for more than their outline: that is
 * remembered by path. What cannot be read is asked for each time, so that it is put on record.
 */
async function outlinesIn(
  workspace: Workspace,
): Promise<(file: FileEntry, now?: PythonOutline) => PythonOutline | undefined> {
  const { key, paths } = await workspace.model(modulePaths);
  const outlines = workspace.kept(
    `python-outlines:${key}`,
    paths.length * 100,
    () => new Map<string, { readonly blob: string; readonly outline: PythonOutline }>(),
  );
  return ({ path, blob }, now) => {
    const known = outlines.get(path);
    if (known?.blob === blob) return known.outline;
    if (now) outlines.set(path, { blob, outline: now });
    return now;
  };
}

/** While no file comes or goes, what a file imports depends on its facts alone. */
async function importsIn(
  workspace: Workspace,
  resolver: ModuleResolver,
  own: boolean,
): Promise<(path: string, flow: ModuleFlow) => Imports> {
  const { key, paths } = await workspace.model(modulePaths);
  // Weak, so that facts which were dropped from the store are not held here.
  const build = (): WeakMap<ModuleFlow, Map<string, Imports>> => new WeakMap();
  const resolved = own ? build() : workspace.kept(`python-imports:${key}`, paths.length * 100, build);
  return (path, flow) => {
    const byPath = resolved.get(flow) ?? new Map<string, Imports>();
    resolved.set(flow, byPath);
    const known = byPath.get(path) ?? resolvedImports(path, flow, resolver);
    byPath.set(path, known);
    return known;
  };
}

function resolvedImports(path: string, { imported: names }: ModuleFlow, resolver: ModuleResolver): Imports {
  const resolve = (dotted: string): string | never[] => resolver.resolve(path, dotted)?.path ?? [];
  const imported = new Set(names.flatMap(resolve));
  const roots = names.flatMap((dotted) => resolve(/^\.*\w*/.exec(dotted)?.[0] ?? dotted));
  return { imported: [...imported], seen: [...new Set([...imported, ...roots])] };
}

export async function loadProgram(...given: Parameters<typeof loadFlows>): Promise<Program> {
  return programOf(await loadFlows(...given));
}

export function programOf({ byPath, resolver }: Pick<Flows, 'byPath' | 'resolver'>): Program {
  const ids = { next: 0 };
  const modules = new Map([...byPath].map(([path, flow]) => [path, new SourceModule(path, flow, ids)] as const));
  return { modules, resolver, stores: storesOf(modules) };
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
