import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { DOCKERFILE_GLOBS, dockerfileExtractor } from '../../languages/dockerfile/index.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';
import { inferenceEvidence } from '../workloads/inference.js';
import { workloads as allWorkloads } from '../workloads/index.js';
import type { Container } from '../workloads/model.js';
import { serving } from './serving.js';
import { buildsService, lastLine, OTHER } from './serving-images.js';

/** A part of a file that puts a model-serving process into the world. */
export interface Deployment {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly name: string;
}

const WORKLOADS = new Set([
  'Deployment',
  'StatefulSet',
  'Rollout',
  'InferenceService',
  'SeldonDeployment',
  'RayService',
  'Service',
  'DaemonSet',
]);
const SERVES = /infer|predict|scor|serv(e|ing)|model|mojo|\bml\b|triton|torchserve|bento/i;

/** From a container's name to the last line that says something about it, in its own file. */
function linesOf(container: Container): Pick<Deployment, 'startLine' | 'endLine'> {
  const { at, image, command, entrypoint, limit, request } = container;
  const parts = [image, command, entrypoint, limit, request, ...container.ports, ...container.environment.values()];
  const places = parts.flatMap((part) => (part?.at.path === at.path ? [part.at] : []));
  return {
    startLine: Math.min(at.line, ...places.map(({ line }) => line)),
    endLine: Math.max(at.endLine, ...places.map(({ endLine }) => endLine)),
  };
}

/** Dockerfiles, compose services and Kubernetes workloads of the service that serves a model. */
export const deployments = defineModel<readonly Deployment[]>('serving-deployments', async (workspace) => {
  const { present, files } = await workspace.model(serving);
  const servers = await modelServers(workspace);
  if (!present) return servers;
  const folders = serviceFolders(files);
  const python = new Set(workspace.glob('**/*.py'));
  const found: Deployment[] = [];
  for (const path of workspace.glob(...DOCKERFILE_GLOBS)) {
    const facts = await workspace.facts(dockerfileExtractor, path);
    if (facts && buildsService(path, facts, { folders, files, python }))
      found.push({ path, startLine: 1, endLine: lastLine(facts), name: path });
  }
  const manifests = await workspace.mentioning(workspace.glob('**/*.{yml,yaml}'), [
    'image:',
    'build:',
    'kind: InferenceService',
  ]);
  for (const path of manifests)
    if (!workspace.roles(path).has('test')) found.push(...(await workloads(workspace, path, folders)));
  const known = (one: Deployment): boolean =>
    found.some((other) => other.path === one.path && other.startLine <= one.endLine && one.startLine <= other.endLine);
  return [...found, ...servers.filter((one) => !known(one))];
});

/** Does the repository serve a model: by its own Python, or by a container that does? */
export const servesModel = defineModel<boolean>(
  'serves-model',
  async (workspace) => (await workspace.model(serving)).present || (await workspace.model(deployments)).length > 0,
);

/** Servers of language models: others train what they serve, and no artifact of the repository is swapped in them. */
const LANGUAGE_MODELS = /ollama|vllm|text-(generation|embeddings)|localai|llama|tabby|sglang|lightllm|infinity/i;

/** Containers that serve a model whatever they are written in, by image, command or code; a mere name is too little. */
async function modelServers(workspace: Workspace): Promise<Deployment[]> {
  const shows = await workspace.model(inferenceEvidence);
  return (await workspace.model(allWorkloads)).flatMap((workload) => {
    if (workload.development || workspace.roles(workload.at.path).has('test')) return [];
    return workload.containers.flatMap((container) => {
      const evidence = shows(workload, container);
      if (evidence === undefined || evidence.startsWith('its name') || LANGUAGE_MODELS.test(evidence)) return [];
      return [{ path: container.at.path, ...linesOf(container), name: container.name }];
    });
  });
}

/** Folders that hold serving code, and those above them. */
function serviceFolders(files: readonly string[]): string[] {
  const folders = files.flatMap((path) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
  );
  return [...new Set(folders)];
}

async function workloads(workspace: Workspace, path: string, folders: readonly string[]): Promise<Deployment[]> {
  const documents = (await yamlDocuments(workspace, path)) ?? [];
  return documents.flatMap((document) => {
    const kind = document.get('kind')?.text;
    if (kind !== undefined) return kubernetes(document, kind, path, folders);
    return document.get('services')?.kind === 'mapping' ? compose(document, path, folders) : [];
  });
}

function kubernetes(document: YamlNode, kind: string, path: string, folders: readonly string[]): Deployment[] {
  const name = document.get('metadata', 'name')?.text ?? kind;
  const images = (document.get('spec', 'template', 'spec', 'containers')?.items() ?? []).map(
    (container) => container.get('image')?.text ?? '',
  );
  if (!WORKLOADS.has(kind) || kind === 'Service' || !isServing([name, ...images], folders)) return [];
  return [{ path, startLine: document.line, endLine: document.endLine, name: `${kind} ${name}` }];
}

function compose(document: YamlNode, path: string, folders: readonly string[]): Deployment[] {
  return (document.get('services')?.entries() ?? []).flatMap(({ key, keyNode, value }) => {
    const image = value.get('image')?.text ?? '';
    const build = value.get('build')?.text ?? value.get('build', 'context')?.text ?? '';
    const context = build.replace(/^\.\//, '').replace(/\/$/, '');
    if (!folders.includes(context) && !isServing([key, image], folders)) return [];
    return [{ path, startLine: keyNode.line, endLine: value.endLine, name: key }];
  });
}

/** By a word for serving in its name or image, or by the folder of the code. */
function isServing(names: readonly string[], folders: readonly string[]): boolean {
  if (names.some((name) => OTHER.test(name))) return false;
  const last = folders
    .map((folder) => folder.split('/').at(-1) ?? '')
    .filter((folder) => folder.length > 3 && !/^(src|app|apps|services?|api|lib|main)$/.test(folder));
  return names.some((name) => SERVES.test(name) || last.some((folder) => name.includes(folder)));
}
