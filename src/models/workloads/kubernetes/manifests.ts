import type { Workspace } from '../../../core/workspace.js';
import { Unparsable } from '../../../core/errors.js';
import { parseYaml, yamlDocuments } from '../../../languages/yaml/index.js';
import { renderedCharts } from '../helm/rendered.js';
import { kustomizeBuilds, type Build } from './kustomize.js';
import { ValueNode, withoutForeign, type ManifestNode } from './node.js';
import { recordTags } from '../tags.js';

/** One object of a manifest, as written or as Kustomize patches it. */
export interface Manifest {
  readonly path: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly node: ManifestNode;
  /** The Kustomize build that it comes out of. Objects of different builds have nothing to do with each other. */
  readonly build: Build | undefined;
}

const MAX_LIST = 5_000;

/** The objects of all Kubernetes manifests, `List`s taken apart, and those that Kustomize covers as each build has them. */
export async function manifests(workspace: Workspace): Promise<Manifest[]> {
  const { builds, covered } = await kustomizeBuilds(workspace);
  const charts = await workspace.model(renderedCharts);
  const written = workspace
    .glob('**/*.{yml,yaml}')
    .filter((path) => !covered.has(path) && !charts.some((chart) => chart.covers(path)));
  const found: Manifest[] = [];
  for (const path of await workspace.mentioning(written, ['apiVersion'])) {
    for (const root of (await yamlDocuments(workspace, path)) ?? []) {
      if (root.has('apiVersion') && root.has('kind')) recordTags(workspace, path, [root]);
      found.push(...objects(withoutForeign(root, path), path, undefined));
    }
  }
  for (const { path, root } of await jsonManifests(workspace)) found.push(...objects(root, path, undefined));
  for (const build of [...builds, ...charts]) {
    for (const object of build.objects) found.push(...objects(new ValueNode(object), object.at.path, build));
  }
  return found;
}

/** Manifests in JSON. Indented by tabs as well, which YAML forbids. */
async function jsonManifests(workspace: Workspace): Promise<{ path: string; root: ManifestNode }[]> {
  const found: { path: string; root: ManifestNode }[] = [];
  for (const path of await workspace.mentioning(workspace.glob('**/*.json'), ['"apiVersion"'])) {
    const text = await workspace.text(path);
    if (text === undefined || !/"kind"\s*:/.test(text)) continue;
    try {
      const { documents } = parseYaml(text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length)));
      found.push(...documents.map((root) => ({ path, root })));
    } catch (error) {
      if (!(error instanceof Unparsable)) throw error;
      const { why, kind, line } = error;
      workspace.gap({ path, reason: why, kind, ...(line === undefined ? {} : { line }) });
    }
  }
  return found;
}

function objects(root: ManifestNode, path: string, build: Build | undefined): Manifest[] {
  const [kind, apiVersion] = [root.get('kind')?.text, root.get('apiVersion')?.text];
  if (kind === undefined || apiVersion === undefined) return [];
  if (kind === 'List') {
    return (root.get('items')?.items() ?? []).slice(0, MAX_LIST).flatMap((item) => objects(item, path, build));
  }
  const name = root.get('metadata', 'name')?.text ?? root.get('metadata', 'generateName')?.text ?? '';
  return [{ path, kind, apiVersion, name, namespace: root.get('metadata', 'namespace')?.text, node: root, build }];
}
