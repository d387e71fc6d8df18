import { APPLICATION } from '../../languages/python/flow-build.js';
import type { FlowStore, ModuleFlow } from '../../languages/python/flow.js';
import type { Flows } from './program.js';

/**
 * The repository's modules in parts of which none can see anything of another: no import leads from one to the other, in
 * either direction, nor from a package to what stands in it, and none reads what the other hangs on an application
 * (`app.state.redis`). What one part means is then a matter of its own files and of where imports lead.
 */
export function partsOf({ byPath, resolver, seen }: Flows): Pick<Flows, 'byPath' | 'resolver'>[] {
  const groups = new Groups();
  for (const path of byPath.keys()) {
    groups.add(path);
    for (const target of seen(path)) if (byPath.has(target)) groups.join(path, target);
    const outer = packageAround(path);
    if (byPath.has(outer)) groups.join(path, outer);
  }
  for (const [path, other] of throughState(byPath)) groups.join(path, other);
  const parts = new Map<string, Map<string, ModuleFlow>>();
  for (const [path, flow] of byPath) {
    const part = parts.get(groups.of(path));
    if (part) part.set(path, flow);
    else parts.set(groups.of(path), new Map([[path, flow]]));
  }
  return [...parts.values()].map((part) => ({ byPath: part, resolver }));
}

/** Pairs of files of which one reads what the other hangs on the application or its state; one pair for each is enough. */
function throughState(byPath: Flows['byPath']): [path: string, other: string][] {
  const writers = new Map<string, string[]>();
  for (const [path, { stores }] of byPath) {
    for (const key of new Set(stores.filter(hangsOnApplication).map((store) => store.key))) {
      const known = writers.get(key);
      if (known) known.push(path);
      else writers.set(key, [path]);
    }
  }
  const wanted = new Set<string>();
  const pairs: [string, string][] = [];
  for (const [path, flow] of byPath) {
    for (const key of flow.wanted) {
      const [first, ...others] = writers.get(key) ?? [];
      if (first === undefined) continue;
      pairs.push([path, first]);
      if (!wanted.has(key)) pairs.push(...others.map((other): [string, string] => [other, first]));
      wanted.add(key);
    }
  }
  return pairs;
}

const hangsOnApplication = ({ of, key }: FlowStore): boolean =>
  key.startsWith('state.') || APPLICATION.test(of.t === 'name' ? of.id : of.t === 'attr' ? of.name : '');

/** The package in which a module stands: an attribute of it (`package.module`) may be the module. */
function packageAround(path: string): string {
  const folder = folderOf(path.endsWith('/__init__.py') ? folderOf(path) : path);
  return folder === '' ? '__init__.py' : `${folder}/__init__.py`;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Union and find. */
class Groups {
  readonly #above = new Map<string, string>();

  add(one: string): void {
    if (!this.#above.has(one)) this.#above.set(one, one);
  }

  of(one: string): string {
    let at = one;
    for (let above = this.#above.get(at); above !== undefined && above !== at; above = this.#above.get(at)) {
      const further = this.#above.get(above) ?? above;
      this.#above.set(at, further);
      at = further;
    }
    return at;
  }

  join(one: string, other: string): void {
    this.add(other);
    this.#above.set(this.of(one), this.of(other));
  }
}
