import type { Workspace } from '../../../core/workspace.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import { isKnown } from '../model.js';
import { directoryOf, LEAVES, within } from '../paths.js';
import { recordTags } from '../tags.js';
import { lookupIn, missingEnvironmentFile } from './environment.js';
import { interpolate, type Lookup } from './interpolate.js';
import { merge, services, unique } from './merge.js';
import { branch, child, fromYaml, isNull, items, mapLeaves, settled, text } from './tree.js';
import type { Branch, Entry, Leaf, Value } from './tree.js';

const MAX_FILES = 200;
const MAX_EXTENDS = 2_000;
const SHARED = ['services', 'volumes', 'networks', 'configs', 'secrets'] as const;
const REMOTE = /^(?:https?:|git@|git:|ssh:|oci:|file:)|\.git(?:#|$)/;

/** A Git repository, an address or an OCI artifact: Compose fetches it. */
export const isRemote = (written: string): boolean => REMOTE.test(written);

/**
 * Loads one Compose project: files merged in order, each with its includes and extends, as compose-go does it. What cannot
 * be followed (missing file, cycle, path outside the repository) is put on record, and the rest is loaded.
 */
export class ProjectLoader {
  /** Files that other files pulled in: they are no projects of their own. */
  readonly referenced = new Set<string>();
  private files = 0;
  private extended = 0;

  constructor(private readonly workspace: Workspace) {}

  /** @returns the merged document, or undefined when none of the files can be read */
  async load(files: readonly string[], directory: string): Promise<Value | undefined> {
    this.files = 0;
    this.extended = 0;
    const lookup = await lookupIn(this.workspace, [join(directory, '.env')]);
    const document = await this.merged(files, { directory, lookup, including: [] });
    return document && settled(document);
  }

  private async merged(files: readonly string[], scope: Scope): Promise<Value | undefined> {
    let whole: Value | undefined;
    for (const file of files) {
      for (const document of await this.documents(file, scope.lookup)) {
        const included = await this.withIncludes(document, file, scope);
        const extended = await this.withExtends(included, file, scope);
        whole = unique(whole === undefined ? extended : merge(whole, extended));
      }
    }
    return whole;
  }

  private async documents(file: string, lookup: Lookup): Promise<Value[]> {
    if (++this.files > MAX_FILES) {
      this.problem(file, 1, `more than ${MAX_FILES} Compose files in one project`);
      return [];
    }
    const roots = (await yamlDocuments(this.workspace, file)) ?? [];
    recordTags(this.workspace, file, roots);
    return roots
      .filter((root) => root.kind === 'mapping')
      .map((root) => mapLeaves(fromYaml(root, file), (leaf) => expanded(leaf, lookup)));
  }

  private async withIncludes(document: Value, file: string, scope: Scope): Promise<Value> {
    let target = document;
    for (const item of items(child(document, 'include'))) {
      const imported = await this.include(item, file, scope);
      if (imported !== undefined) target = importInto(target, imported);
    }
    return target;
  }

  private async include(item: Value, file: string, scope: Scope): Promise<Value | undefined> {
    const written = item.kind === 'map' ? items(child(item, 'path')) : [item];
    const paths = written
      .map((path) => this.local(text(path), scope.directory, item, 'include'))
      .filter((path) => path !== undefined);
    const first = paths[0];
    if (first === undefined || paths.length !== written.length) return undefined;
    const chain = [...scope.including, file];
    if (chain.includes(first)) {
      this.problem(item.at.path, item.at.line, `include cycle: ${[...chain, first].join(' → ')}`);
      return undefined;
    }
    for (const path of paths) this.referenced.add(path);
    const named = text(child(item, 'project_directory'));
    const directory = named === undefined ? directoryOf(first) : (within(scope.directory, named) ?? directoryOf(first));
    const files = items(child(item, 'env_file')).map((env) => this.environmentFile(env, scope.directory));
    const environment = files.length > 0 ? files.filter((path) => path !== undefined) : [join(directory, '.env')];
    const lookup = await lookupIn(this.workspace, environment, scope.lookup);
    const document = await this.merged(paths, { directory, lookup, including: chain });
    return document && anchored(settled(document), directory);
  }

  private async withExtends(document: Value, file: string, scope: Scope): Promise<Value> {
    const all = services(document);
    if (document.kind !== 'map' || all.size === 0) return document;
    const resolved = new Map<string, Entry>();
    for (const [name, entry] of all) {
      const value = await this.extend(
        name,
        entry.value,
        { services: all, file, directory: scope.directory, lookup: scope.lookup },
        [],
      );
      resolved.set(name, { ...entry, value });
    }
    return withServices(document, resolved);
  }

  /** A service with everything that its chain of `extends` gives it. */
  private async extend(name: string, service: Value, from: Source, chain: readonly string[]): Promise<Value> {
    const clause = child(service, 'extends');
    if (clause === undefined || service.kind !== 'map') return service;
    const own = without(service, 'extends');
    const step = `${from.file}#${name}`;
    if (chain.includes(step) || ++this.extended > MAX_EXTENDS) {
      this.problem(clause.at.path, clause.at.line, `extends cycle: ${[...chain, step].join(' → ')}`);
      return own;
    }
    const wanted = text(clause) ?? text(child(clause, 'service'));
    const file = text(child(clause, 'file'));
    const source = file === undefined ? from : await this.sourceOf(file, clause, from);
    const base = wanted === undefined ? undefined : source?.services.get(wanted)?.value;
    if (source === undefined || base === undefined || wanted === undefined) {
      if (source !== undefined)
        this.problem(
          clause.at.path,
          clause.at.line,
          `extends service "${wanted ?? ''}", which ${source.file} does not define`,
        );
      return own;
    }
    const full = settled(await this.extend(wanted, base, source, [...chain, step]));
    return merge(source === from ? full : anchored(full, source.directory), own, ['services', name]);
  }

  private async sourceOf(file: string, clause: Value, from: Source): Promise<Source | undefined> {
    const path = this.local(file, from.directory, clause, 'extends');
    if (path === undefined) return undefined;
    this.referenced.add(path);
    let whole: Value | undefined;
    for (const document of await this.documents(path, from.lookup))
      whole = unique(whole === undefined ? document : merge(whole, document));
    return {
      services: whole === undefined ? new Map() : services(whole),
      file: path,
      directory: directoryOf(path),
      lookup: from.lookup,
    };
  }

  /** Often kept out of git: what it sets is unknown then, as of any variable that nobody sets. */
  private environmentFile(env: Value, directory: string): string | undefined {
    const written = text(env);
    const path = written === undefined ? undefined : within(directory, written);
    if (path === undefined || this.workspace.file(path) !== undefined)
      return this.local(written, directory, env, 'env_file');
    this.workspace.gap(missingEnvironmentFile(env, path));
    return undefined;
  }

  /** A file of the repository that a Compose file names; undefined, and on record, when there is none. */
  private local(written: string | undefined, directory: string, at: Value, what: string): string | undefined {
    const { path, line } = at.at;
    if (written === undefined || !isKnown(written))
      return this.problem(path, line, `${what} names a path that depends on a variable nobody sets`);
    if (isRemote(written))
      return this.problem(path, line, `${what} of a remote resource is not followed: ${written}`, 'unsupported');
    const found = within(directory, written);
    if (found === undefined) return this.problem(path, line, `${what} ${LEAVES}: ${written}`);
    if (this.workspace.file(found) === undefined)
      return this.problem(path, line, `${what} names ${found}, which is not in the repository`);
    return found;
  }

  private problem(path: string, line: number, reason: string, kind: 'unread' | 'unsupported' = 'unread'): undefined {
    this.workspace.gap({ path, line, kind, reason });
    return undefined;
  }
}

interface Scope {
  /** Relative paths of the files start here. */
  readonly directory: string;
  readonly lookup: Lookup;
  readonly including: readonly string[];
}

interface Source {
  readonly services: ReadonlyMap<string, Entry>;
  readonly file: string;
  readonly directory: string;
  readonly lookup: Lookup;
}

export const join = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);

function expanded(leaf: Leaf, lookup: Lookup): Leaf {
  if (!leaf.text.includes('$')) return leaf;
  const { text: result, via } = interpolate(leaf.text, lookup);
  const steps = [...(leaf.via ?? []), ...via];
  return {
    ...leaf,
    text: result,
    value: leaf.value === null ? null : result,
    ...(steps.length > 0 ? { via: steps } : {}),
  };
}

/** What is included comes first, and the including file overrides it where both define a resource. */
function importInto(target: Value, imported: Value): Value {
  if (target.kind !== 'map') return target;
  const entries = new Map(target.entries);
  for (const key of SHARED) {
    const incoming = child(imported, key);
    if (incoming?.kind !== 'map') continue;
    const existing = entries.get(key);
    const merged = new Map<string, Entry>(branch(existing?.value));
    for (const [name, entry] of incoming.entries) {
      const own = merged.get(name);
      merged.set(name, own === undefined ? entry : { ...own, value: merge(entry.value, own.value, [key, name]) });
    }
    entries.set(key, {
      key: existing?.key ?? incoming.at,
      value: { kind: 'map', at: existing?.value.at ?? incoming.at, entries: merged },
    });
  }
  return { ...target, entries };
}

function withServices(document: Branch, all: ReadonlyMap<string, Entry>): Value {
  const entries = new Map(document.entries);
  const before = entries.get('services');
  if (before !== undefined)
    entries.set('services', { ...before, value: { ...before.value, kind: 'map', entries: all } });
  return { ...document, entries };
}

function without(value: Branch, key: string): Branch {
  const entries = new Map(value.entries);
  entries.delete(key);
  return { ...value, entries };
}

/** Makes build contexts and env files of a service (or of all services of a document) relative to the repository's root. */
function anchored(value: Value, directory: string): Value {
  if (value.kind !== 'map') return value;
  const all = value.entries.get('services');
  if (all?.value.kind === 'map') {
    const named = new Map(
      [...all.value.entries].map(([name, entry]) => [name, { ...entry, value: anchored(entry.value, directory) }]),
    );
    return withServices(value, named);
  }
  const entries = new Map(value.entries);
  for (const key of ['build', 'env_file']) {
    const entry = entries.get(key);
    if (entry !== undefined) entries.set(key, { ...entry, value: anchorEntry(key, entry.value, directory) });
  }
  return { ...value, entries };
}

function anchorEntry(key: string, value: Value, directory: string): Value {
  if (value.kind === 'leaf') return anchorLeaf(value, directory);
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => anchorEntry(key, item, directory)) };
  const entries = new Map(value.entries);
  const name = key === 'build' ? 'context' : 'path';
  const entry = entries.get(name);
  if (entry?.value.kind === 'leaf') entries.set(name, { ...entry, value: anchorLeaf(entry.value, directory) });
  return { ...value, entries };
}

function anchorLeaf(leaf: Leaf, directory: string): Leaf {
  if (leaf.resolved === true || isNull(leaf) || isRemote(leaf.text) || !isKnown(leaf.text)) return leaf;
  return { ...leaf, text: within(directory, leaf.text) ?? leaf.text, resolved: true };
}
