import { Unparsable } from '../../../core/errors.js';
import type { Workspace } from '../../../core/workspace.js';
import { parseYaml, yamlDocuments } from '../../../languages/yaml/index.js';
import { environmentFile, missingEnvironmentFile } from '../compose/environment.js';
import type { Branch, Entry, Leaf, Value } from '../compose/tree.js';
import { child, fromYaml, isNull, items, mapLeaves, text } from '../compose/tree.js';
import { UNKNOWN, type Place } from '../model.js';
import { directoryOf, within } from '../paths.js';
import { recordTags } from '../tags.js';
import { jsonPatch, strategicMerge } from './patch.js';

const FILES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const PROGRAMS = ['helmCharts', 'helmChartInflationGenerator', 'generators', 'transformers', 'replacements'];
const MAX_BUILDS = 300;
const MAX_OBJECTS = 20_000;

/** What `kustomize build` makes of one directory. Name prefixes, suffixes and hashes are left out: names stay as written. */
export interface Build {
  readonly directory: string;
  /** The kustomization and the patches of this directory and of those below it. */
  readonly files: readonly string[];
  readonly objects: readonly Value[];
}

/** All builds that no other kustomization takes in, with the files whose objects they cover. */
export async function kustomizeBuilds(
  workspace: Workspace,
): Promise<{ builds: Build[]; covered: ReadonlySet<string> }> {
  const kustomizations = workspace.glob('**/{kustomization.yaml,kustomization.yml,Kustomization}');
  const builder = new Builder(workspace);
  const builds: Build[] = [];
  for (const path of kustomizations.slice(0, MAX_BUILDS)) {
    const build = await builder.build(directoryOf(path), []);
    if (build !== undefined) builds.push(build);
  }
  return { builds: builds.filter(({ directory }) => !builder.taken.has(directory)), covered: builder.covered };
}

class Builder {
  /** Directories that another kustomization takes in. */
  readonly taken = new Set<string>();
  /** Files whose objects come out of some build. */
  readonly covered = new Set<string>();
  private readonly built = new Map<string, Build | undefined>();
  /** `namePrefix` and `nameSuffix` of the builds so far: patches may name an object with or without. */
  private readonly affixes: Affix[] = [];

  constructor(private readonly workspace: Workspace) {}

  async build(directory: string, chain: readonly string[]): Promise<Build | undefined> {
    if (this.built.has(directory)) return this.built.get(directory);
    const path = FILES.map((name) => join(directory, name)).find((file) => this.workspace.file(file) !== undefined);
    const root = path === undefined ? undefined : (await this.documents(path))[0];
    if (path === undefined || root === undefined) return undefined;
    this.built.set(directory, undefined);
    const build = await this.assembled(root, path, directory, chain);
    this.built.set(directory, build);
    return build;
  }

  private async assembled(root: Value, path: string, directory: string, chain: readonly string[]): Promise<Build> {
    const files = [path];
    let objects: Value[] = [];
    for (const resource of ['resources', 'bases', 'components'].flatMap((key) => [...items(child(root, key))])) {
      objects.push(...(await this.resource(resource, directory, [...chain, directory], files)));
      if (objects.length > MAX_OBJECTS) break;
    }
    objects.push(...(await this.generated(root, directory)));
    this.recordUnsupported(root);
    for (const patch of await this.patches(root, directory, files)) objects = objects.map((object) => patch(object));
    const [prefix, suffix] = [text(child(root, 'namePrefix')) ?? '', text(child(root, 'nameSuffix')) ?? ''];
    if (prefix !== '' || suffix !== '') this.affixes.push({ prefix, suffix });
    const namespace = text(child(root, 'namespace'));
    return { directory, files, objects: objects.map((object) => settled(object, root, namespace)) };
  }

  private async resource(
    resource: Value,
    directory: string,
    chain: readonly string[],
    files: string[],
  ): Promise<Value[]> {
    const written = text(resource);
    if (written === undefined) return [];
    if (/^https?:|^git|\?ref=|^github\.com\//.test(written)) {
      const { path: at, line } = resource.at;
      const reason = `kustomization takes in ${written.slice(0, 200)}, which is not in the repository`;
      this.workspace.gap({ path: at, line, kind: 'unsupported', reason });
      return [];
    }
    const path = within(directory, written);
    if (path !== undefined && this.workspace.file(path) !== undefined) {
      this.covered.add(path);
      return this.documents(path);
    }
    const { path: at, line } = resource.at;
    if (path !== undefined && chain.includes(path)) {
      const reason = `kustomization cycle: ${[...chain, path].map((one) => one || '.').join(' → ')}`;
      this.workspace.gap({ path: at, line, kind: 'unread', reason });
      return [];
    }
    const below = path === undefined ? undefined : await this.build(path, chain);
    if (below === undefined) {
      this.missing(resource, path);
      return [];
    }
    this.taken.add(below.directory);
    files.push(...below.files);
    return [...below.objects];
  }

  /** What brings or changes objects by running something: charts, plugins, functions. */
  private recordUnsupported(root: Value): void {
    for (const key of PROGRAMS) {
      const entry = root.kind === 'map' ? root.entries.get(key) : undefined;
      if (entry === undefined || items(entry.value).length === 0) continue;
      const { path, line } = entry.key;
      this.workspace.gap({ path, line, kind: 'unsupported', reason: `kustomization's ${key} are not evaluated` });
    }
  }

  /** A file that a kustomization names; undefined, and on record, when there is none. */
  private local(named: Value, directory: string): string | undefined {
    const path = within(directory, text(named) ?? '');
    if (path !== undefined && this.workspace.file(path) !== undefined) return path;
    this.missing(named, path);
    return undefined;
  }

  private missing(named: Value, path: string | undefined): void {
    const { path: at, line } = named.at;
    const written = (text(named) ?? '').replaceAll(UNKNOWN, '?');
    const reason = `kustomization names ${written}, which ${path === undefined ? 'leaves' : 'is not in'} the repository`;
    this.workspace.gap({ path: at, line, kind: 'unread', reason });
  }

  private async documents(path: string): Promise<Value[]> {
    const roots = (await yamlDocuments(this.workspace, path)) ?? [];
    recordTags(this.workspace, path, roots);
    return roots
      .filter((root) => root.kind === 'mapping' || root.kind === 'sequence')
      .map((root) => fromYaml(root, path));
  }

  /** Each patch as a function over objects that leaves those alone it is not meant for. */
  private async patches(root: Value, directory: string, files: string[]): Promise<((object: Value) => Value)[]> {
    const patches: ((object: Value) => Value)[] = [];
    const entries = [...items(child(root, 'patches')), ...items(child(root, 'patchesJson6902'))];
    for (const entry of entries) {
      for (const patch of await this.patchDocuments(child(entry, 'path'), child(entry, 'patch'), directory, files)) {
        patches.push((object) => applied(object, patch, child(entry, 'target'), this.affixes));
      }
    }
    for (const entry of items(child(root, 'patchesStrategicMerge'))) {
      const inline = text(entry)?.includes('\n') === true;
      for (const patch of await this.patchDocuments(
        inline ? undefined : entry,
        inline ? entry : undefined,
        directory,
        files,
      )) {
        patches.push((object) => applied(object, patch, undefined, this.affixes));
      }
    }
    return patches;
  }

  private async patchDocuments(
    path: Value | undefined,
    inline: Value | undefined,
    directory: string,
    files: string[],
  ): Promise<Value[]> {
    const written = text(inline);
    if (written !== undefined && inline !== undefined) return this.inline(written, inline.at);
    if (path === undefined) return [];
    const file = this.local(path, directory);
    if (file === undefined) return [];
    this.covered.add(file);
    files.push(file);
    return this.documents(file);
  }

  private async variables(env: Value, directory: string): Promise<[string, Entry][]> {
    const path = within(directory, text(env) ?? '');
    if (path === undefined) return [];
    if (this.workspace.file(path) === undefined) {
      this.workspace.gap(missingEnvironmentFile(env, path));
      return [[MISSING_FILE, { key: env.at, value: leaf(path, env.at) }]];
    }
    return [...((await environmentFile(this.workspace, path)) ?? [])].map(([name, { value, line }]) => {
      const at = { path, line, endLine: line };
      return [name, { key: at, value: leaf(value ?? '', at) }];
    });
  }

  /** A patch in a block scalar: its lines are counted from the line after the `|`. */
  private inline(written: string, at: Place): Value[] {
    try {
      return parseYaml(written).documents.map((root) => shifted(fromYaml(root, at.path), at.line));
    } catch (error) {
      if (!(error instanceof Unparsable)) throw error;
      const line = at.line + (error.line ?? 0);
      this.workspace.gap({ path: at.path, line, kind: error.kind, reason: `the patch written here: ${error.why}` });
      return [];
    }
  }

  private async generated(root: Value, directory: string): Promise<Value[]> {
    const maps: Value[] = [];
    for (const generator of items(child(root, 'configMapGenerator'))) {
      const data = new Map<string, Entry>();
      for (const literal of items(child(generator, 'literals'))) {
        const [name = '', ...rest] = (text(literal) ?? '').split('=');
        data.set(name, { key: literal.at, value: leaf(rest.join('='), literal.at) });
      }
      for (const env of [...items(child(generator, 'envs')), ...items(child(generator, 'env'))]) {
        for (const [name, entry] of await this.variables(env, directory)) data.set(name, entry);
      }
      maps.push(configMap(text(child(generator, 'name')) ?? '', generator.at, data));
    }
    return maps;
  }
}

/** Stands for the variables of a file that is not in the repository; the value is the file's name. */
export const MISSING_FILE = UNKNOWN;

interface Affix {
  readonly prefix: string;
  readonly suffix: string;
}

const join = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);

const leaf = (value: string, at: Place): Leaf => ({ kind: 'leaf', value, text: value, at });

function branchOf(at: Place, values: Readonly<Record<string, Value>>): Branch {
  return {
    kind: 'map',
    at,
    entries: new Map(Object.entries(values).map(([key, value]) => [key, { key: value.at, value }])),
  };
}

const configMap = (name: string, at: Place, data: ReadonlyMap<string, Entry>): Value =>
  branchOf(at, {
    apiVersion: leaf('v1', at),
    kind: leaf('ConfigMap', at),
    metadata: branchOf(at, { name: leaf(name, at) }),
    data: { kind: 'map', at, entries: data },
  });

const shift = (at: Place, by: number): Place => ({ path: at.path, line: at.line + by, endLine: at.endLine + by });

function shifted(value: Value, by: number): Value {
  if (value.kind === 'leaf') return { ...value, at: shift(value.at, by) };
  if (value.kind === 'list')
    return { ...value, at: shift(value.at, by), items: value.items.map((item) => shifted(item, by)) };
  const entries = new Map(
    [...value.entries].map(([key, entry]) => [key, { key: shift(entry.key, by), value: shifted(entry.value, by) }]),
  );
  return { ...value, at: shift(value.at, by), entries };
}

function applied(object: Value, patch: Value, target: Value | undefined, affixes: readonly Affix[]): Value {
  if (patch.kind === 'list')
    return target !== undefined && isTarget(object, target, affixes) ? jsonPatch(object, patch) : object;
  const meant =
    target === undefined
      ? isTarget(object, branchOf(patch.at, identity(patch)), affixes)
      : isTarget(object, target, affixes);
  if (!meant) return object;
  if (text(child(patch, '$patch')) === 'delete') return leaf('', patch.at);
  // The patch's own name is how it finds its object, not a new name for it.
  const merged = strategicMerge(object, patch);
  const metadata = child(object, 'metadata', 'name');
  return metadata === undefined ? merged : renamed(merged, metadata);
}

function identity(patch: Value): Record<string, Value> {
  const [kind, name] = [child(patch, 'kind'), child(patch, 'metadata', 'name')];
  return { ...(kind ? { kind } : {}), ...(name ? { name } : {}) };
}

function isTarget(object: Value, target: Value, affixes: readonly Affix[]): boolean {
  const [kind, name] = [text(child(target, 'kind')), text(child(target, 'name'))];
  const named =
    name === undefined ||
    text(child(object, 'metadata', 'name')) === name ||
    affixes.some(({ prefix, suffix }) => name === prefix + (text(child(object, 'metadata', 'name')) ?? '') + suffix) ||
    matches(name, text(child(object, 'metadata', 'name')) ?? '');
  const selector = text(child(target, 'labelSelector'));
  const labelled =
    selector === undefined ||
    selector.split(',').every((pair) => {
      const [key = '', value] = pair.split(/={1,2}/);
      return text(child(object, 'metadata', 'labels', key.trim())) === value?.trim();
    });
  return (
    (kind === undefined || text(child(object, 'kind')) === kind) &&
    named &&
    labelled &&
    (kind !== undefined || name !== undefined || selector !== undefined)
  );
}

/** Targets may be regular expressions; of those only `.*` at the ends is understood. */
const matches = (pattern: string, name: string): boolean =>
  pattern === '.*' ||
  (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))) ||
  (pattern.startsWith('.*') && name.endsWith(pattern.slice(2)));

function renamed(object: Value, name: Value): Value {
  const metadata = child(object, 'metadata');
  if (object.kind !== 'map' || metadata?.kind !== 'map') return object;
  const inner = new Map(metadata.entries);
  inner.set('name', { key: name.at, value: name });
  const entries = new Map(object.entries);
  entries.set('metadata', { key: metadata.at, value: { ...metadata, entries: inner } });
  return { ...object, entries };
}

/** The kustomization's `namespace`, `images` and `replicas`. */
function settled(object: Value, root: Value, namespace: string | undefined): Value {
  if (object.kind !== 'map') return object;
  let result: Value = object;
  if (namespace !== undefined) {
    const at = child(root, 'namespace')?.at ?? object.at;
    result = strategicMerge(result, branchOf(at, { metadata: branchOf(at, { namespace: leaf(namespace, at) }) }));
  }
  for (const count of items(child(root, 'replicas'))) {
    const value = child(count, 'count');
    const isMeant =
      text(child(count, 'name')) === text(child(object, 'metadata', 'name')) &&
      child(object, 'spec', 'replicas') !== undefined;
    if (value !== undefined && isMeant)
      result = strategicMerge(result, branchOf(value.at, { spec: branchOf(value.at, { replicas: value }) }));
  }
  const images = items(child(root, 'images'));
  return images.length === 0 ? result : withImages(result, images);
}

function withImages(object: Value, images: readonly Value[]): Value {
  const known = new Map(images.map((image) => [text(child(image, 'name')) ?? '', image]));
  return mapLeaves(object, (value) => {
    if (isNull(value) || typeof value.value !== 'string') return value;
    const [, name = '', tag = ''] = /^([^:@\s]+)((?:[:@]\S+)?)$/.exec(value.text) ?? [];
    const image = known.get(name);
    if (image === undefined) return value;
    const newTag = text(child(image, 'newTag'));
    const reference = (text(child(image, 'newName')) ?? name) + (newTag === undefined ? tag : `:${newTag}`);
    return { ...value, value: reference, text: reference };
  });
}
