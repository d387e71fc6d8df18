import type { Place, Workload } from '../model.js';
import type { Manifest } from './manifests.js';
import type { ManifestNode } from './node.js';
import { placeOf, strings } from './pod.js';

/** PodDisruptionBudget: how many pods a node's drain may take at a time. */
export interface DisruptionBudget {
  readonly name: string;
  /** Where the bound stands, else the name. */
  readonly at: Place;
  /** The bound as written: `minAvailable: 2`. */
  readonly text: string;
  covers(workload: Workload): boolean;
  /** How many of so many pods may be evicted at once; undefined when the bound is no number and no percentage. */
  evictable(pods: number): number | undefined;
}

export function disruptionBudgetOf(manifest: Manifest): DisruptionBudget | undefined {
  const { kind, apiVersion, name, namespace, node, path, build } = manifest;
  if (kind !== 'PodDisruptionBudget' || !apiVersion.startsWith('policy/')) return undefined;
  const key = ['minAvailable', 'maxUnavailable'].find((one) => node.get('spec', one)?.text !== undefined);
  const bound = key === undefined ? undefined : node.get('spec', key);
  const selects = selectorOf(node.get('spec', 'selector'), apiVersion);
  return {
    name,
    at: placeOf(bound ?? node.get('metadata', 'name') ?? node, path),
    text: `${key ?? 'minAvailable'}: ${bound?.text ?? 'not set'}`,
    covers: ({ kubernetes }) =>
      kubernetes !== undefined &&
      (kubernetes.namespace === namespace || namespace === undefined || kubernetes.namespace === undefined) &&
      kubernetes.build === build?.directory &&
      selects(kubernetes.labels),
    evictable: (pods) => {
      const count = podsOf(bound?.text, pods);
      if (count === undefined) return undefined;
      return key === 'minAvailable' ? Math.max(0, pods - count) : Math.min(pods, count);
    },
  };
}

/** A number or a percentage of pods; Kubernetes rounds percentages up, for either bound. */
function podsOf(text: string | undefined, pods: number): number | undefined {
  const match = /^(\d{1,9})(%?)$/.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  return match[2] === '%' ? Math.ceil((pods * Number(match[1])) / 100) : Number(match[1]);
}

type Labels = Readonly<Record<string, string>>;

/** A label selector. An empty one takes every pod of the namespace since policy/v1, and none before; an absent one none. */
function selectorOf(selector: ManifestNode | undefined, apiVersion: string): (labels: Labels) => boolean {
  const equal = Object.entries(strings(selector?.get('matchLabels')));
  const expressions = selector?.get('matchExpressions')?.items() ?? [];
  if (selector === undefined || selector.isNull) return () => false;
  if (equal.length + expressions.length === 0) return () => apiVersion === 'policy/v1';
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) && expressions.every((one) => holds(one, labels));
}

function holds(expression: ManifestNode, labels: Labels): boolean {
  const label = labels[expression.get('key')?.text ?? ''];
  const values = (expression.get('values')?.items() ?? []).map(({ text }) => text);
  switch (expression.get('operator')?.text) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default:
      return false;
  }
}
