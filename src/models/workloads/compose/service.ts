import type { Workspace } from '../../../core/workspace.js';
import { buildOf, type Build } from '../built.js';
import type {
  Amount,
  CommandLine,
  ComposeProject,
  Container,
  Mount,
  PublishedPort,
  Sourced,
  Text,
  Variable,
  Workload,
} from '../model.js';
import { namedBuilds } from '../linked.js';
import { isKnown, UNKNOWN } from '../model.js';
import { LEAVES, within } from '../paths.js';
import { dockerBytes } from '../quantity.js';
import { shellWords } from '../words.js';
import { environmentFile, missingEnvironmentFile } from './environment.js';
import type { Lookup } from './interpolate.js';
import { isRemote, join } from './load.js';
import { asList, services } from './merge.js';
import { parsePort, parseVolume } from './short-syntax.js';
import { branch, child, isNull, items, text } from './tree.js';
import type { Entry, Value } from './tree.js';

/** What a service needs beside its own definition. */
export interface ServiceScope {
  readonly workspace: Workspace;
  readonly project: ComposeProject;
  readonly lookup: Lookup;
  /** What is built elsewhere in the project under a service's name, or under an image's. */
  readonly builds: KnownBuilds;
  /** The files laid over another project. */
  readonly overlayFiles: readonly string[] | undefined;
}

export interface KnownBuilds {
  readonly byService: ReadonlyMap<string, Value>;
  readonly byImage: ReadonlyMap<string, Value>;
}

/** `build` of the document's services, by their names and by the images they are tagged as. */
export function buildsIn(document: Value): KnownBuilds {
  const byService = new Map<string, Value>();
  const byImage = new Map<string, Value>();
  for (const [name, { value }] of services(document)) {
    const build = child(value, 'build');
    const image = text(child(value, 'image'));
    if (build === undefined || isNull(build)) continue;
    byService.set(name, build);
    if (image !== undefined && isKnown(image)) byImage.set(image, build);
  }
  return { byService, byImage };
}

/** The service's own build, or the one of another service or file that makes the image it names. */
function buildFor(name: string, service: Value, { byService, byImage }: KnownBuilds): Value | undefined {
  const image = text(child(service, 'image'));
  return child(service, 'build') ?? (image === undefined ? undefined : (byImage.get(image) ?? byService.get(name)));
}

/** One service of a merged project as a workload with one container. */
export async function workloadOf(name: string, entry: Entry, scope: ServiceScope): Promise<Workload> {
  const service = entry.value;
  const container = await containerOf(name, entry, scope);
  return {
    platform: 'compose',
    kind: 'service',
    name,
    at: entry.key,
    containers: [container],
    development: onlyDevelopment(name, service),
    replicas: replicasOf(service),
    compose: {
      project: scope.project,
      networks: networksOf(service),
      networkMode: textOf(child(service, 'network_mode')),
      dependsOn: [
        ...items(child(service, 'depends_on')).flatMap((item) => text(item) ?? []),
        ...branch(child(service, 'depends_on')).keys(),
      ],
    },
    kubernetes: undefined,
    variants: [],
    overlayFiles: scope.overlayFiles,
  };
}

async function containerOf(name: string, entry: Entry, scope: ServiceScope): Promise<Container> {
  const service = entry.value;
  const image = textOf(child(service, 'image'));
  const { build: said, unknown } = await buildFrom(buildFor(name, service, scope.builds), scope);
  const byName = said ?? unknown ?? (image && (await scope.workspace.model(namedBuilds))(image.value));
  const build = said ?? (typeof byName === 'object' ? byName : undefined);
  const gaps: string[] = [];
  const environment = new Map<string, Variable>();
  for (const variable of build?.environment ?? []) environment.set(variable.name, variable);
  for (const variable of await fromFiles(service, scope, gaps)) environment.set(variable.name, variable);
  for (const variable of fromEnvironment(service, scope.lookup)) environment.set(variable.name, variable);
  return {
    name,
    role: 'main',
    at: entry.key,
    image,
    built: build?.image,
    ...(build !== undefined && said === undefined ? { builtByName: true as const } : {}),
    buildUnknown: unknown,
    entrypoint: commandOf(child(service, 'entrypoint')),
    command: commandOf(child(service, 'command')),
    environment,
    environmentGaps: gaps,
    limit: amountOf(child(service, 'deploy', 'resources', 'limits', 'memory')) ?? amountOf(child(service, 'mem_limit')),
    request:
      amountOf(child(service, 'deploy', 'resources', 'reservations', 'memory')) ??
      amountOf(child(service, 'mem_reservation')),
    ports: portsOf(service),
    mounts: mountsOf(service),
  };
}

const textOf = (value: Value | undefined): Text | undefined => {
  const found = text(value);
  return found === undefined || value === undefined
    ? undefined
    : { value: found, at: value.at, ...(value.via ? { via: value.via } : {}) };
};

/** A Dockerfile of the repository, or why there is none to read. */
async function buildFrom(
  build: Value | undefined,
  { workspace, project }: ServiceScope,
): Promise<{ build?: Build; unknown?: string }> {
  if (build === undefined || isNull(build)) return {};
  const inline = text(child(build, 'dockerfile_inline'));
  if (inline !== undefined) return { unknown: 'an inline Dockerfile' };
  const leaf = build.kind === 'leaf' ? build : child(build, 'context');
  const written = text(leaf) ?? '.';
  const context = leaf?.kind === 'leaf' && leaf.resolved === true ? written : within(project.directory, written);
  const dockerfile = text(child(build, 'dockerfile')) ?? 'Dockerfile';
  if (context === undefined && !isRemote(written)) {
    const { path, line } = leaf?.at ?? build.at;
    workspace.gap({ path, line, kind: 'unsupported', reason: `build ${LEAVES}: ${shown(written)}` });
  }
  if (context === undefined || !isKnown(context + dockerfile))
    return { unknown: `a build context that is not in the repository (${shown(written)})` };
  const path = within(context, dockerfile);
  const found =
    path === undefined
      ? undefined
      : await buildOf(workspace, path, context, text(child(build, 'target')), argsOf(child(build, 'args')));
  return found === undefined ? { unknown: `${join(context, dockerfile)} is not in the repository` } : { build: found };
}

const shown = (written: string): string => written.replaceAll(UNKNOWN, '?');

function argsOf(args: Value | undefined): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  for (const item of args === undefined ? [] : asList(args).items) {
    const [name, value] = assignment(text(item) ?? '');
    values.set(name, value === undefined || !isKnown(value) ? null : value);
  }
  return values;
}

/** `NAME=value` → both parts; the value is undefined when there is no `=`. */
function assignment(written: string): [string, string | undefined] {
  const equals = written.indexOf('=');
  return equals < 0 ? [written, undefined] : [written.slice(0, equals), written.slice(equals + 1)];
}

async function fromFiles(
  service: Value,
  { workspace, project, lookup }: ServiceScope,
  gaps: string[],
): Promise<Variable[]> {
  const variables: Variable[] = [];
  for (const item of items(child(service, 'env_file'))) {
    const leaf = item.kind === 'map' ? child(item, 'path') : item;
    const written = text(leaf);
    if (written === undefined) continue;
    const path = leaf?.kind === 'leaf' && leaf.resolved === true ? written : within(project.directory, written);
    if (path === undefined) {
      const { path: file, line } = item.at;
      workspace.gap({
        path: file,
        line,
        kind: 'unsupported',
        reason: `env_file ${LEAVES}: ${shown(written)}`,
      });
    }
    const values = path === undefined ? undefined : await environmentFile(workspace, path, lookup);
    if (values === undefined) gaps.push(`env_file ${shown(written)} is not in the repository`);
    const isWanted = text(child(item, 'required')) !== 'false';
    if (path !== undefined && values === undefined && isWanted && workspace.file(path) === undefined)
      workspace.gap(missingEnvironmentFile(item, path));
    for (const [name, { value, line }] of values ?? []) {
      const known = value !== undefined && isKnown(value) ? value : undefined;
      const use = { path: item.at.path, line: item.at.line, label: 'env_file is used here' };
      variables.push({
        name,
        value: known,
        at: { path: path ?? '', line, endLine: line },
        source: `env_file ${path ?? ''}`,
        via: [use],
      });
    }
  }
  return variables;
}

function fromEnvironment(service: Value, lookup: Lookup): Variable[] {
  const list = child(service, 'environment');
  return (list === undefined ? [] : asList(list).items).flatMap((item) => {
    const [name, given] = assignment(text(item) ?? '');
    const outer = given === undefined ? lookup(name) : undefined;
    const value = given ?? outer?.value;
    const via = [...(item.via ?? []), ...(outer?.step ? [outer.step] : [])];
    if (name === '') return [];
    const known = value !== undefined && isKnown(value) ? value : undefined;
    return [{ name, value: known, at: item.at, source: 'environment', ...(via.length > 0 ? { via } : {}) }];
  });
}

function commandOf(value: Value | undefined): CommandLine | undefined {
  if (value === undefined || value.kind === 'map' || isNull(value)) return undefined;
  const words = value.kind === 'list' ? value.items.flatMap((item) => text(item) ?? []) : shellWords(value.text);
  return { words, form: 'exec', at: value.at };
}

/** A limit of 0 is no limit. */
function amountOf(value: Value | undefined): Amount | undefined {
  const written = text(value);
  if (value === undefined || written === undefined) return undefined;
  const base = { at: value.at, ...(value.via ? { via: value.via } : {}) };
  if (!isKnown(written))
    return {
      ...base,
      bytes: undefined,
      text: shown(written),
      unknown:
        value.kind === 'leaf' && value.foreignTag !== undefined
          ? `it carries the tag ${value.foreignTag.slice(0, 60)}, which is not known`
          : 'depends on a variable that nothing in the repository sets',
    };
  const bytes = dockerBytes(written);
  if (bytes === 0) return undefined;
  return bytes === undefined
    ? { ...base, bytes, text: written, unknown: `"${written}" is no size` }
    : { ...base, bytes, text: written };
}

function portsOf(service: Value): PublishedPort[] {
  return items(child(service, 'ports')).flatMap((item) => {
    const port = parsePort(item);
    if (port === undefined) return [];
    const { target, published, hostIp, text: written } = port;
    return [{ target, published, hostIp, text: shown(written), at: item.at, ...(item.via ? { via: item.via } : {}) }];
  });
}

function mountsOf(service: Value): Mount[] {
  const mounts: Mount[] = items(child(service, 'volumes')).flatMap((item) => {
    const volume = parseVolume(item);
    if (volume === undefined) return [];
    const kind = volume.type === 'volume' && volume.source === undefined ? 'anonymous' : volume.type;
    return [{ kind, source: volume.source, target: volume.target, readOnly: volume.readOnly, at: item.at }];
  });
  const temporary = items(child(service, 'tmpfs')).flatMap((item): Mount[] => {
    const target = text(item)?.split(':', 1)[0];
    return target === undefined ? [] : [{ kind: 'tmpfs', source: undefined, target, readOnly: false, at: item.at }];
  });
  return [...mounts, ...temporary];
}

function networksOf(service: Value): string[] {
  if (child(service, 'network_mode') !== undefined) return [];
  const networks = child(service, 'networks');
  const names =
    networks?.kind === 'map' ? [...networks.entries.keys()] : items(networks).flatMap((item) => text(item) ?? []);
  return names.length === 0 ? ['default'] : names;
}

function replicasOf(service: Value): Sourced<number> | undefined {
  const value = child(service, 'deploy', 'replicas') ?? child(service, 'scale');
  const number = Number(text(value));
  return value === undefined || !Number.isInteger(number) ? undefined : { value: number, at: value.at };
}

const DEVELOPMENT = /^(?:dev|develop|development|debug|tests?|testing|local|tools?|ci|demo|e2e)\b/i;

/** `test_db`, `postgres-test`, `testdb`: beside the real one, a service that is named for tests holds nothing that has to last. */
const NAMED_FOR_TESTS = /(?:^|[-_.])(?:tests?|testing|e2e|testdb)(?:$|[-_.\d])/i;

function onlyDevelopment(name: string, service: Value): boolean {
  if (NAMED_FOR_TESTS.test(name)) return true;
  const profiles = items(child(service, 'profiles')).flatMap((item) => text(item) ?? []);
  return profiles.length > 0 && profiles.every((profile) => DEVELOPMENT.test(profile));
}
