import { heapOption, jvmMemory, type JvmMemory } from '../jvm/index.js';
import { kubernetesObjects, type Place } from '../workloads/index.js';
import type { Workspace } from '../../core/workspace.js';
import type { Area } from './area.js';
import { beyond, type Change } from './change.js';
import { enginesOf, type Engine } from './engines.js';

const FILES = /\.(?:ya?ml|env|tpl)$|(?:^|\/)(?:\.env[^/]*|Dockerfile[^/]*|[^/]*\.Dockerfile|Containerfile)$/i;
const MANIFESTS = ['kind:', 'services:', 'image', 'FROM', 'Xm', 'XX:', 'memory', 'mem_limit', 'dependencies:'];
/** Kinds that run something or decide how many of it run. */
const RUNS =
  /^(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|Job|ScaledObject|ScaledJob|Rollout|HorizontalPodAutoscaler|VerticalPodAutoscaler|InferenceService|SeldonDeployment|RayCluster|RayService|SparkApplication|Workflow|CronWorkflow)$/;

/** What the deployment is made of now and was not before: kinds of workload, datastores, and how JVMs split their memory. */
export async function deploymentAreas(change: Change): Promise<Area[]> {
  const areas: Area[] = [];
  if (await change.touches(FILES, MANIFESTS)) {
    areas.push(...(await kindAreas(change)), ...(await engineAreas(change)), ...(await splitAreas(change)));
  }
  const split = new Set(areas.filter(({ kind }) => kind === 'heap').map(({ path, line }) => `${path}:${line}`));
  const loose = await optionAreas(change);
  return [...areas, ...loose.filter(({ path, line }) => !split.has(`${path}:${line}`))];
}

interface Kind {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

async function kindsOf(workspace: Workspace): Promise<Kind[]> {
  const objects = await workspace.model(kubernetesObjects);
  return objects
    .filter(({ kind }) => RUNS.test(kind))
    .map(({ kind, name, path, node }) => ({ kind, name, path, line: node.get('kind')?.line ?? 1 }));
}

/** A kind that the repository did not have, or that an object of the same name did not have. */
async function kindAreas(change: Change): Promise<Area[]> {
  const before = change.base ? await kindsOf(change.base) : [];
  const kinds = new Set(before.filter(({ path }) => change.decides(path)).map(({ kind }) => kind));
  const areas: Area[] = [];
  for (const { kind, name, path, line } of await kindsOf(change.head)) {
    if (!change.decides(path) || !change.added({ path, line })) continue;
    const own = before.filter((old) => old.name === name && name !== '');
    const turned = own.length > 0 && own.every((old) => old.kind !== kind) && kind !== 'HorizontalPodAutoscaler';
    if (kinds.has(kind) && !turned) continue;
    kinds.add(kind);
    areas.push({ kind: 'workload', what: `workload kind ${kind}`, path, line, names: [kind, name] });
  }
  return areas;
}

async function engineAreas(change: Change): Promise<Area[]> {
  const before = change.base ? await enginesOf(change.base) : [];
  const known = new Set(before.filter(({ at }) => change.decides(at.path)).map(({ engine }) => engine.name));
  const fresh = (await enginesOf(change.head)).filter(
    ({ engine, at }) => !known.has(engine.name) && change.decides(at.path) && change.added(at),
  );
  const first = new Map<string, { engine: Engine; at: Place }>();
  for (const found of fresh) if (!first.has(found.engine.name)) first.set(found.engine.name, found);
  return [...first.values()].map(({ engine, at }) => ({
    kind: 'datastore',
    what: `datastore ${engine.name}`,
    path: at.path,
    line: at.line,
    names: [engine.name, ...engine.words],
  }));
}

const identity = ({ workload, container }: JvmMemory, path: string): string =>
  [workload.platform, path, workload.name, container.name, workload.kubernetes?.build ?? ''].join('\0');

/** How a JVM divides its container, as far as the repository says. */
const splitOf = ({ heap, limit }: JvmMemory): string =>
  `${heap.configured.by === 'default' ? 'default' : heap.configured.text} of ${limit?.bytes ?? limit?.text ?? 'no limit'}`;

async function splitAreas(change: Change): Promise<Area[]> {
  const before = new Map<string, string>();
  for (const memory of (await change.base?.model(jvmMemory)) ?? [])
    before.set(identity(memory, memory.workload.at.path), splitOf(memory));
  const areas: Area[] = [];
  for (const memory of await change.head.model(jvmMemory)) {
    if (memory.workload.development || !change.decides(memory.workload.at.path)) continue;
    const old = before.get(identity(memory, change.before(memory.workload.at.path)));
    if (old === splitOf(memory) || (old === undefined && memory.decidedBy === undefined)) continue;
    const at = placeOf(memory, change);
    if (at) areas.push(splitArea(memory, old, at));
  }
  return areas;
}

/** The line that a person changed: the option, the limit, what they were made of; else the container, in a changed file. */
function placeOf(
  { decidedBy, limit, container }: JvmMemory,
  change: Change,
): { path: string; line: number } | undefined {
  const steps = [decidedBy?.at, limit?.at, ...(decidedBy?.via ?? []), ...(limit?.via ?? [])];
  const added = steps.find((place) => place !== undefined && change.added(place));
  return added ?? [...steps, container.at].find((place) => place !== undefined && change.changed(place.path));
}

function splitArea(memory: JvmMemory, old: string | undefined, { path, line }: { path: string; line: number }): Area {
  const option = memory.heap.configured.by === 'default' ? 'no size set' : memory.heap.configured.text;
  const limit = memory.limit === undefined ? '' : ` of ${memory.limit.text}`;
  const what = `JVM heap ${option}${limit} in ${memory.container.name}${old === undefined ? '' : ' (changed)'}`;
  return { kind: 'heap', what, path, line, debate: 'memory', names: [option] };
}

const OPTION_FILES =
  /\.(?:ya?ml|sh|env|properties|conf|tpl)$|(?:^|\/)(?:\.env[^/]*|Dockerfile[^/]*|[^/]*\.Dockerfile)$/i;
const OPTION = /-X(?:m[xs]|X:)[^\s"'`,;)\]}]+/g;
const DECIDES = new Set(['max', 'maxPercent', 'maxFraction', 'unknown']);

/** Heap options of start scripts, images and values of which no workload of the repository is known. */
async function optionAreas(change: Change): Promise<Area[]> {
  const now = await optionsOf(change.head, change.paths(OPTION_FILES));
  if (now.length === 0) return [];
  const before = change.base ? await optionsOf(change.base, change.basePaths(OPTION_FILES)) : [];
  const fresh = beyond(
    now,
    before,
    ({ text }) => text,
    (option) => change.added(option),
  );
  return fresh.map(({ path, line, text }) => ({
    kind: 'heap',
    what: `JVM heap ${text}`,
    path,
    line,
    debate: 'memory',
    names: [text],
  }));
}

async function optionsOf(
  workspace: Workspace,
  paths: readonly string[],
): Promise<{ path: string; line: number; text: string }[]> {
  const found: { path: string; line: number; text: string }[] = [];
  for (const path of await workspace.mentioning(paths, ['-Xm', '-XX:'])) {
    const lines = ((await workspace.text(path)) ?? '').split(/\r\n?|\n/);
    for (const [index, content] of lines.entries()) {
      for (const [text] of content.replace(/(?:^|\s)(?:#|\/\/).*$/, '').matchAll(OPTION)) {
        const option = heapOption(text);
        if (option && DECIDES.has(option.kind)) found.push({ path, line: index + 1, text });
      }
    }
  }
  return found;
}
