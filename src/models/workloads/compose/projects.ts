import type { Workspace } from '../../../core/workspace.js';
import { yamlDocuments } from '../../../languages/yaml/index.js';
import type { YamlNode } from '../../../languages/yaml/index.js';
import { renderedCharts } from '../helm/rendered.js';
import type { ComposeProject, ComposeResource, Workload } from '../model.js';
import { directoryOf } from '../paths.js';
import { lookupIn } from './environment.js';
import { join, ProjectLoader } from './load.js';
import { services } from './merge.js';
import { buildsIn, workloadOf, type KnownBuilds } from './service.js';
import { branch, child, text } from './tree.js';
import type { Value } from './tree.js';

/** In the order in which `docker compose` looks for them. */
const DEFAULTS = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = [
  'compose.override.yaml',
  'compose.override.yml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];
const NAMED = /(?:^|[-_.])(?:docker-?)?(?:compose|stack)(?=[-_.])/i;
const CI = /(?:^|\/)(?:\.github|\.gitlab|\.circleci)\//;

interface ComposeFile {
  readonly path: string;
  readonly services: ReadonlyMap<string, YamlNode>;
  /** Services without image, build and extends: they only make sense over another file. */
  readonly partial: ReadonlySet<string>;
}

/** The services of one project, and what the project is to another one in its folder. */
interface Loaded {
  readonly path: string;
  readonly workloads: readonly Workload[];
  /** Laid over these. */
  readonly overlayOf?: readonly Workload[];
  /** Runs instead of these. */
  readonly insteadOf?: readonly Workload[];
  readonly production: boolean;
}

/** All services of all Compose projects in the repository. */
export async function composeWorkloads(workspace: Workspace): Promise<Workload[]> {
  const loader = new ProjectLoader(workspace);
  const projects: Loaded[] = [];
  for (const [directory, inside] of groupedByDirectory(await composeFiles(workspace)))
    projects.push(...(await projectsIn(workspace, loader, directory, inside)));
  const own = projects.filter(
    ({ path }) => !loader.referenced.has(path) || DEFAULTS.some((name) => path === join(directoryOf(path), name)),
  );
  return withVariants(own);
}

/** The default file with its override file, and each other file of the folder over it, instead of it, or apart from it. */
async function projectsIn(
  workspace: Workspace,
  loader: ProjectLoader,
  directory: string,
  inside: readonly ComposeFile[],
): Promise<Loaded[]> {
  const firstOf = (names: readonly string[]): ComposeFile | undefined =>
    names.map((name) => inside.find((file) => file.path === join(directory, name))).find((file) => file !== undefined);
  const base = firstOf(DEFAULTS);
  const override = firstOf(OVERRIDES);
  const builds = base ? await buildsOver(loader, base, inside, directory) : NO_BUILDS;
  const files = base ? [base.path, ...(override ? [override.path] : [])] : [];
  const first = base && (await loadProject(workspace, loader, files, directory, false, builds));
  const projects: Loaded[] = base && first ? [{ workloads: first, production: true, path: base.path }] : [];
  for (const file of inside) {
    if (file === base || file === override) continue;
    const relation = relationTo(file, base);
    const over = base !== undefined && relation === 'over';
    const workloads = await loadProject(
      workspace,
      loader,
      over ? [base.path, file.path] : [file.path],
      directory,
      over,
    );
    if (workloads === undefined) continue;
    const production = !workspace.roles(file.path).has('development');
    const other =
      relation === 'over' ? { overlayOf: first ?? [] } : relation === 'instead' ? { insteadOf: first ?? [] } : {};
    projects.push({ workloads, production, path: file.path, ...other });
  }
  return projects;
}

/** The files that a Compose file takes in by `include` and `extends`, at any remove. */
export async function composeParts(workspace: Workspace, path: string): Promise<ReadonlySet<string>> {
  const loader = new ProjectLoader(workspace);
  await loader.load([path], directoryOf(path));
  return loader.referenced;
}

/**
 * Connects each workload with itself in the other production files that go with its own: what these say is not missing. A
 * service that only a file laid over another one has is connected with itself in the further files.
 */
function withVariants(projects: readonly Loaded[]): Workload[] {
  const named = (others: readonly Loaded[], name: string): Workload[] =>
    others
      .filter(({ production }) => production)
      .flatMap(({ workloads }) => workloads.filter((one) => one.name === name));
  return projects.flatMap((project) => {
    const { workloads, overlayOf } = project;
    if (overlayOf === undefined) {
      const others = projects.filter((one) => one.overlayOf === workloads || one.insteadOf === workloads);
      return workloads.map((workload) => ({ ...workload, variants: named(others, workload.name) }));
    }
    const others = projects.filter((one) => one !== project && one.overlayOf === overlayOf);
    return workloads.map((workload) =>
      overlayOf.some(({ name }) => name === workload.name)
        ? workload
        : { ...workload, introduced: true as const, variants: named(others, workload.name) },
    );
  });
}

async function composeFiles(workspace: Workspace): Promise<ComposeFile[]> {
  const charts = await workspace.model(renderedCharts);
  const yaml = workspace
    .glob('**/*.{yml,yaml}')
    .filter((path) => !CI.test(path) && !charts.some((chart) => chart.covers(path)));
  const files: ComposeFile[] = [];
  const named = yaml.filter(isNamed);
  const candidates = [
    ...(await workspace.mentioning(yaml, ['services:', 'services :', '"services"'])),
    ...(await workspace.mentioning(named, ['include:'])),
  ];
  for (const path of [...new Set(candidates)].sort()) {
    const roots = (await yamlDocuments(workspace, path)) ?? [];
    const file = composeFile(path, roots);
    if (file !== undefined) files.push(file);
  }
  await oldFormat(workspace, yaml, files);
  return files;
}

/** Services at the top level, as in 2015: `docker compose` refuses the file, so nothing is made of it here. */
async function oldFormat(workspace: Workspace, yaml: readonly string[], files: readonly ComposeFile[]): Promise<void> {
  const named = yaml.filter(
    (path) => DEFAULTS.includes(path.slice(path.lastIndexOf('/') + 1)) && !files.some((file) => file.path === path),
  );
  for (const path of named) {
    const root = (await yamlDocuments(workspace, path))?.[0];
    const isOld =
      root?.has('services') === false && root.entries().some(({ value }) => value.has('image') || value.has('build'));
    if (isOld)
      workspace.gap({
        path,
        kind: 'unsupported',
        reason: 'Compose file format 1 (services at the top level): not evaluated',
      });
  }
}

const isNamed = (path: string): boolean => NAMED.test(path.slice(path.lastIndexOf('/') + 1));

/** A file is Compose's by its name, or when every one of its services says what it runs. */
function composeFile(path: string, roots: readonly YamlNode[]): ComposeFile | undefined {
  const entries = roots
    .flatMap((root) => root.get('services')?.entries() ?? [])
    .filter(({ value }) => value.kind === 'mapping' || value.isNull);
  const named = isNamed(path);
  if (entries.length === 0 && !(named && roots.some((root) => root.has('include')))) return undefined;
  const complete = entries.filter(({ value }) => value.has('image') || value.has('build') || value.has('extends'));
  const partial = entries.filter((entry) => !complete.includes(entry));
  if (!named && (partial.length > 0 || roots.some((root) => root.has('apiVersion')))) return undefined;
  return {
    path,
    services: new Map(entries.map(({ key, value }) => [key, value])),
    partial: new Set(partial.map(({ key }) => key)),
  };
}

/**
 * `docker-compose.prod.yml` beside `docker-compose.yml`: over it when a service is only completed by the other file or when
 * they share services, instead of it when it is complete and says again what the other says, apart when they have nothing
 * in common.
 */
function relationTo(file: ComposeFile, base: ComposeFile | undefined): 'over' | 'instead' | 'apart' {
  if (base === undefined || !shareServices(file, base)) return 'apart';
  return file.partial.size === 0 && repeated(file, base) >= MIN_REPEATED ? 'instead' : 'over';
}

const shareServices = (file: ComposeFile, base: ComposeFile): boolean =>
  [...file.services.keys()].some((name) => base.services.has(name));

/** A file to be laid over another has no reason to say the same again; these keys tell, a shared `restart: always` does not. */
const TELLING = ['image', 'build', 'container_name', 'command', 'environment', 'ports', 'volumes', 'healthcheck'];
const MIN_REPEATED = 3;

function repeated(file: ComposeFile, base: ComposeFile): number {
  let count = 0;
  for (const [name, service] of file.services) {
    const other = base.services.get(name);
    count += TELLING.filter((key) => service.has(key) && same(service.get(key), other?.get(key))).length;
  }
  return count;
}

const same = (one: YamlNode | undefined, other: YamlNode | undefined): boolean =>
  other !== undefined && JSON.stringify(one?.toJS()) === JSON.stringify(other.toJS());

const NO_BUILDS: KnownBuilds = { byService: new Map(), byImage: new Map() };

/** What files laid over the project build: often only the one for development says where an image comes from. */
async function buildsOver(
  loader: ProjectLoader,
  base: ComposeFile,
  inside: readonly ComposeFile[],
  directory: string,
): Promise<KnownBuilds> {
  const byService = new Map<string, Value>();
  const byImage = new Map<string, Value>();
  for (const file of inside) {
    if (file === base || !shareServices(file, base)) continue;
    const document = await loader.load([file.path], directory);
    const builds = document === undefined ? NO_BUILDS : buildsIn(document);
    for (const [name, build] of builds.byService) byService.set(name, build);
    for (const [image, build] of builds.byImage) byImage.set(image, build);
  }
  return { byService, byImage };
}

async function loadProject(
  workspace: Workspace,
  loader: ProjectLoader,
  files: readonly string[],
  directory: string,
  overlay: boolean,
  over: KnownBuilds = NO_BUILDS,
): Promise<Workload[] | undefined> {
  const document = await loader.load(files, directory);
  if (document === undefined) return undefined;
  const project: ComposeProject = {
    files,
    directory,
    networks: resources(document, 'networks'),
    volumes: resources(document, 'volumes'),
  };
  const lookup = await lookupIn(workspace, [join(directory, '.env')]);
  const own = buildsIn(document);
  const builds = { byService: over.byService, byImage: new Map([...over.byImage, ...own.byImage]) };
  const overlayFiles = overlay ? files.slice(1) : undefined;
  const workloads: Workload[] = [];
  for (const [name, entry] of services(document)) {
    if (entry.value.kind === 'map')
      workloads.push(await workloadOf(name, entry, { workspace, project, lookup, builds, overlayFiles }));
  }
  return workloads;
}

function resources(document: Value, key: string): ReadonlyMap<string, ComposeResource> {
  return new Map(
    [...branch(child(document, key))].map(([name, { key: at, value }]) => [
      name,
      {
        at,
        external: ![undefined, 'false'].includes(
          text(child(value, 'external')) ?? (child(value, 'external') ? 'true' : undefined),
        ),
        internal: text(child(value, 'internal')) === 'true',
        driver: text(child(value, 'driver')),
        optionType: text(child(value, 'driver_opts', 'type')),
        device: text(child(value, 'driver_opts', 'device')),
      },
    ]),
  );
}

function groupedByDirectory(files: readonly ComposeFile[]): Map<string, ComposeFile[]> {
  const directories = new Map<string, ComposeFile[]>();
  for (const file of files) {
    const directory = directoryOf(file.path);
    directories.set(directory, [...(directories.get(directory) ?? []), file]);
  }
  return directories;
}
