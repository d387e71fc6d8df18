import type { YamlNode } from '../../../languages/yaml/index.js';
import { failureBy } from './commands.js';
import { namesStore } from './targets.js';
import type { Targets } from './targets.js';

/** A place in a manifest or an experiment where a datastore is made to fail. */
export interface ManifestDrill {
  readonly line: number;
  readonly text: string;
}

/** Chaos Mesh, LitmusChaos and Chaos Toolkit: what one document does to a datastore. */
export function drillInManifest(document: YamlNode, own: Targets): ManifestDrill | undefined {
  return chaosMesh(document, own) ?? litmus(document, own) ?? chaosToolkit(document, own);
}

// ── Chaos Mesh ──

const FAULTS = new Set(['PodChaos', 'NetworkChaos']);
/** Faults that take an instance away; a slow network is none. */
const LOSES = new Set(['pod-kill', 'pod-failure', 'container-kill', 'partition', 'loss']);

function chaosMesh(document: YamlNode, own: Targets): ManifestDrill | undefined {
  if (document.get('apiVersion')?.text?.startsWith('chaos-mesh.org/') !== true) return undefined;
  const spec = document.get('spec');
  const kind = document.get('kind')?.text ?? '';
  if (FAULTS.has(kind)) return fault(kind, spec, own, document.line);
  // A schedule or a workflow carries the fault as a template: `podChaos: {action: …}`.
  const templates = [spec, ...(spec?.get('templates')?.items() ?? [])];
  for (const template of templates) {
    for (const name of FAULTS) {
      const inner = template?.get(name.charAt(0).toLowerCase() + name.slice(1));
      const found = inner && fault(name, inner, own, inner.line);
      if (found) return found;
    }
  }
  return undefined;
}

function fault(kind: string, spec: YamlNode | undefined, own: Targets, line: number): ManifestDrill | undefined {
  const action = spec?.get('action')?.text ?? '';
  const selector = spec?.get('selector');
  if (!LOSES.has(action) || !selector) return undefined;
  const labels = scalarsOf(selector.get('labelSelectors')).concat(scalarsOf(selector.get('pods')));
  return labels.some((label) => namesStore(label, own))
    ? { line, text: `${kind} ${action}: ${labels.join(', ')}` }
    : undefined;
}

// ── LitmusChaos ──

const LITMUS = /^(?:pod-delete|container-kill|pod-network-(?:loss|partition)|node-drain|node-restart)$/;

function litmus(document: YamlNode, own: Targets): ManifestDrill | undefined {
  if (document.get('kind')?.text !== 'ChaosEngine') return undefined;
  const label = document.get('spec', 'appinfo', 'applabel')?.text ?? '';
  const experiment = (document.get('spec', 'experiments')?.items() ?? []).find((one) =>
    LITMUS.test(one.get('name')?.text ?? ''),
  );
  if (!experiment || !namesStore(label.replace('=', '-'), own)) return undefined;
  return { line: document.line, text: `ChaosEngine ${experiment.get('name')?.text ?? ''}: ${label}` };
}

// ── Chaos Toolkit ──

const FUNCTIONS =
  /^(?:terminate_pods|delete_pods|kill_pods|stop_container|kill_container|failover_db_cluster|reboot_db_instance)$/;

function chaosToolkit(document: YamlNode, own: Targets): ManifestDrill | undefined {
  for (const activity of document.get('method')?.items() ?? []) {
    if (activity.get('type')?.text !== 'action') continue;
    const provider = activity.get('provider');
    const given = provider?.get('arguments');
    const text = [activity.get('name')?.text ?? '', ...scalarsOf(given)].join(' ').slice(0, 120);
    const called =
      FUNCTIONS.test(provider?.get('func')?.text ?? '') && scalarsOf(given).some((one) => namesStore(one, own));
    const words = [provider?.get('path')?.text ?? '', ...scalarsOf(given).flatMap((one) => one.split(/\s+/))];
    const ran = provider?.get('type')?.text === 'process' && failureBy(words, own) !== undefined;
    if (called || ran) return { line: activity.line, text };
  }
  return undefined;
}

/** The texts in a node, at any depth. */
function scalarsOf(node: YamlNode | undefined): string[] {
  if (!node) return [];
  if (node.kind === 'scalar') return node.text === undefined ? [] : [node.text.slice(0, 200)];
  return [...node.items(), ...node.entries().map(({ value }) => value)].flatMap(scalarsOf);
}
