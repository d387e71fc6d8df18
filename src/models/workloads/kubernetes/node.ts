import type { ScalarValue, YamlNode } from '../../../languages/yaml/index.js';
import type { Value } from '../compose/tree.js';
import { fromYaml, isNull } from '../compose/tree.js';
import { isForeign } from '../tags.js';

/** What manifests are read through: a node of a file (YamlNode), or of an object that Kustomize has patched. */
export interface ManifestNode {
  readonly kind: 'scalar' | 'mapping' | 'sequence';
  readonly value: ScalarValue | undefined;
  readonly text: string | undefined;
  readonly isNull: boolean;
  readonly line: number;
  readonly endLine: number;
  /** The file, where it may be another than the manifest's own. */
  readonly path?: string;
  get(...path: readonly (string | number)[]): ManifestNode | undefined;
  has(key: string): boolean;
  items(): readonly ManifestNode[];
  entries(): readonly { readonly key: string; readonly value: ManifestNode }[];
}

/** The document itself; where it carries foreign tags, one in which the values so marked are unknown. */
export const withoutForeign = (root: YamlNode, path: string): ManifestNode =>
  root.tags().some(({ tag }) => isForeign(tag)) ? new ValueNode(fromYaml(root, path)) : root;

const KINDS = { leaf: 'scalar', map: 'mapping', list: 'sequence' } as const;

/** A patched tree, every part with the file and the line it was written in. */
export class ValueNode implements ManifestNode {
  constructor(private readonly tree: Value) {}

  get kind(): 'scalar' | 'mapping' | 'sequence' {
    return KINDS[this.tree.kind];
  }

  get value(): ScalarValue | undefined {
    return this.tree.kind === 'leaf' ? this.tree.value : undefined;
  }

  get text(): string | undefined {
    return this.tree.kind === 'leaf' ? this.tree.text : undefined;
  }

  get isNull(): boolean {
    return isNull(this.tree);
  }

  get line(): number {
    return this.tree.at.line;
  }

  get endLine(): number {
    return this.tree.at.endLine;
  }

  get path(): string {
    return this.tree.at.path;
  }

  get(...path: readonly (string | number)[]): ValueNode | undefined {
    let found: Value | undefined = this.tree;
    for (const key of path) {
      if (typeof key === 'number') found = found?.kind === 'list' ? found.items[key] : undefined;
      else found = found?.kind === 'map' ? found.entries.get(key)?.value : undefined;
    }
    return found === undefined ? undefined : new ValueNode(found);
  }

  has(key: string): boolean {
    return this.tree.kind === 'map' && this.tree.entries.has(key);
  }

  items(): ValueNode[] {
    return this.tree.kind === 'list' ? this.tree.items.map((item) => new ValueNode(item)) : [];
  }

  entries(): { key: string; value: ValueNode }[] {
    if (this.tree.kind !== 'map') return [];
    return [...this.tree.entries].map(([key, entry]) => ({ key, value: new ValueNode(entry.value) }));
  }
}
