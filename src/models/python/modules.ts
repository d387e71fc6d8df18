import { createHash } from 'node:crypto';
import { defineModel } from '../../core/workspace.js';

export interface ResolvedModule {
  /** The module's file; a package's is its `__init__.py`. A namespace package has none. */
  readonly path: string | undefined;
  /** Dotted parts after the module: names inside it, attributes of those. */
  readonly rest: readonly string[];
}

/** Where imports lead inside the repository. Built from paths alone, without reading a file. */
export interface ModuleResolver {
  /** The dotted name under which a file is most naturally imported: `src/app/db.py` → `app.db`. */
  moduleName(path: string): string;
  /**
   * Follows a dotted name, relative (`..db.pool`) or absolute, from the file that imports it. The longest prefix that
   * is a module wins. Undefined when the name leads outside the repository.
   */
  resolve(from: string, dotted: string): ResolvedModule | undefined;
  /** Folders from which absolute imports start, `''` for the repository's root. */
  readonly roots: readonly string[];
}

/** Folders that are import roots by convention, or because something there says that a project starts. */
const PROJECT_FILES =
  /(?:^|\/)(?:pyproject\.toml|setup\.py|setup\.cfg|manage\.py|requirements[^/]*\.txt|Pipfile|Dockerfile|alembic\.ini)$/;
const CONVENTIONAL = /(?:^|\/)(?:src|lib|python|app-src)$/;

/**
 * Names that every Python installation or most services have: a folder's `redis.py` does not hide the `redis` package
 * unless that folder is certainly where imports start.
 */
const WELL_KNOWN = new Set(
  (
    'asyncio logging json time os sys re io typing types queue socket subprocess threading select signal secrets random ' +
    'email http urllib calendar token tokenize platform profile copy code cmd statistics string struct enum abc ' +
    'redis requests httpx aiohttp fastapi starlette sqlalchemy psycopg psycopg2 asyncpg pymongo boto3 botocore celery ' +
    'kafka pika stripe openai anthropic pandas numpy polars torch sklearn xgboost lightgbm h2o mlflow onnxruntime ' +
    'transformers alembic pydantic sentry_sdk slack slack_sdk google azure kubernetes docker jwt prometheus_client ' +
    'elasticsearch opensearchpy minio paramiko grpc yaml orjson tenacity anyio trio httplib2 twilio sendgrid langchain'
  ).split(' '),
);

const OUTSIDE: ResolvedModule = { path: undefined, rest: [] };

interface Folder {
  readonly modules: Map<string, string>;
  readonly folders: Set<string>;
  init: string | undefined;
  project: boolean;
}

const matters = (path: string): boolean => path.endsWith('.py') || PROJECT_FILES.test(path);

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

export class PathModuleResolver implements ModuleResolver {
  readonly #folders = new Map<string, Folder>();
  readonly #rootsFor = new Map<string, readonly string[]>();
  /** By importing file, then by name. */
  readonly #resolved = new Map<string, Map<string, ResolvedModule>>();
  readonly roots: readonly string[];
  /** First part of a dotted name → roots below which it exists. */
  readonly #rootsWith = new Map<string, string[]>();

  /** @param paths all paths of the repository; only those that matter to imports are looked at */
  constructor(paths: Iterable<string>) {
    this.#folder('');
    for (const path of paths) this.#add(path);
    this.roots = [...this.#folders].filter(([path, folder]) => this.#isRoot(path, folder)).map(([path]) => path);
    for (const root of this.roots) this.#index(root);
  }

  #index(root: string): void {
    const { modules, folders } = this.#folder(root);
    for (const name of new Set([...modules.keys(), ...folders])) {
      const known = this.#rootsWith.get(name);
      if (known) known.push(root);
      else this.#rootsWith.set(name, [root]);
    }
  }

  moduleName(path: string): string {
    const name = path.replace(/\.pyi?$/, '').replace(/\/__init__$/, '');
    let root = parentOf(path);
    while (root !== '' && !this.#isRoot(root, this.#folder(root))) root = parentOf(root);
    return name.slice(root === '' ? 0 : root.length + 1).replaceAll('/', '.');
  }

  resolve(from: string, dotted: string): ResolvedModule | undefined {
    let known = this.#resolved.get(from);
    if (!known) {
      known = new Map();
      this.#resolved.set(from, known);
    }
    let found = known.get(dotted);
    if (found === undefined) {
      found = this.#resolve(parentOf(from), dotted) ?? OUTSIDE;
      known.set(dotted, found);
    }
    return found === OUTSIDE ? undefined : found;
  }

  #resolve(folder: string, dotted: string): ResolvedModule | undefined {
    const level = /^\.*/.exec(dotted)?.[0].length ?? 0;
    const parts = dotted.slice(level).split('.').filter(Boolean);
    if (level > 0) {
      let base = folder;
      for (let up = 1; up < level; up++) {
        if (base === '') return undefined;
        base = parentOf(base);
      }
      return this.#descend(base, parts);
    }
    const near = this.#nearRoots(folder);
    for (const root of near) {
      const found = this.#fromRoot(root, parts);
      if (found !== undefined) return found;
    }
    // Some other project of the repository, when only one can be meant.
    const elsewhere = (this.#rootsWith.get(parts[0] ?? '') ?? [])
      .filter((root) => !near.includes(root))
      .flatMap((root) => this.#fromRoot(root, parts) ?? []);
    return new Set(elsewhere.map(({ path }) => path)).size === 1 ? elsewhere[0] : undefined;
  }

  #fromRoot(root: string, parts: readonly string[]): ResolvedModule | undefined {
    const first = parts[0] ?? '';
    if (!this.#has(root, first) || (WELL_KNOWN.has(first) && !this.#isCertainRoot(root))) return undefined;
    const found = this.#descend(root, parts);
    return found?.path === undefined ? undefined : found;
  }

  /** Walks down as far as modules go. A package hides a module of the same name beside it. */
  #descend(base: string, parts: readonly string[]): ResolvedModule | undefined {
    let folder = base;
    let path = this.#folders.get(base)?.init;
    for (const [index, part] of parts.entries()) {
      const here = this.#folders.get(folder);
      const below = joined(folder, part);
      const next = here?.folders.has(part) ? this.#folders.get(below) : undefined;
      const module = here?.modules.get(part);
      if (next?.init === undefined && module !== undefined) return { path: module, rest: parts.slice(index + 1) };
      if (next === undefined) return { path, rest: parts.slice(index) };
      folder = below;
      path = next.init;
    }
    return { path, rest: [] };
  }

  #has(folder: string, name: string): boolean {
    const here = this.#folders.get(folder);
    return here !== undefined && (here.modules.has(name) || here.folders.has(name));
  }

  /** The importing file's own folders, nearest first, and their `src`. */
  #nearRoots(folder: string): readonly string[] {
    let roots = this.#rootsFor.get(folder);
    if (roots === undefined) {
      const own: string[] = [];
      for (let at = folder; ; at = parentOf(at)) {
        if (this.#isRoot(at, this.#folder(at)) || (at === folder && this.#folder(at).init === undefined)) own.push(at);
        if (at === '') break;
      }
      roots = [...new Set([...own, ...own.map((root) => joined(root, 'src'))])];
      this.#rootsFor.set(folder, roots);
    }
    return roots;
  }

  #isRoot(path: string, folder: Folder): boolean {
    if (folder.init !== undefined) return false;
    if (path === '' || folder.project || CONVENTIONAL.test(path)) return true;
    // The parent of a regular package is where that package is imported from.
    return [...folder.folders].some((name) => this.#folders.get(joined(path, name))?.init !== undefined);
  }

  #isCertainRoot(path: string): boolean {
    return path === '' || this.#folder(path).project || CONVENTIONAL.test(path);
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path);
    if (folder === undefined) {
      folder = { modules: new Map(), folders: new Set(), init: undefined, project: false };
      this.#folders.set(path, folder);
      if (path !== '') this.#folder(parentOf(path));
    }
    return folder;
  }

  #add(path: string): void {
    if (PROJECT_FILES.test(path)) this.#folder(parentOf(path)).project = true;
    if (!path.endsWith('.py')) return;
    const folder = parentOf(path);
    const name = baseOf(path).slice(0, -3);
    if (name === '__init__') this.#folder(folder).init = path;
    else this.#folder(folder).modules.set(name, path);
    for (let at = folder; at !== ''; at = parentOf(at)) this.#folder(parentOf(at)).folders.add(baseOf(at));
  }
}

/** The paths on which it depends where imports lead, with a name for them. */
export const modulePaths = defineModel('python-module-paths', (workspace) => {
  const paths = workspace.files.map(({ path }) => path).filter((path) => matters(path));
  return Promise.resolve({ paths, key: createHash('sha1').update(paths.join('\n')).digest('hex') });
});

/** The same paths always resolve alike, so the answers outlive a review. */
export const moduleResolver = defineModel('python-modules', async (workspace): Promise<ModuleResolver> => {
  const { paths, key } = await workspace.model(modulePaths);
  return workspace.kept(`python-modules:${key}`, paths.length * 100, () => new PathModuleResolver(paths));
});
