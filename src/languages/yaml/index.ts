import type { Extracted } from '../../core/facts.js';
import type { Workspace } from '../../core/workspace.js';
import type { YamlFacts } from './facts.js';
import { extractYaml, yamlExtractor } from './extractor.js';
import { YamlNode } from './node.js';

export { yamlExtractor } from './extractor.js';
export { YamlNode, type YamlEntry } from './node.js';
export type { Position, Range, ScalarValue, YamlFacts } from './facts.js';

/** The documents of a file; undefined when it cannot be read, which is then on record. */
export async function yamlDocuments(
  workspace: Pick<Workspace, 'facts'>,
  path: string,
): Promise<YamlNode[] | undefined> {
  const facts = await workspace.facts(yamlExtractor, path);
  return facts && YamlNode.documents(facts);
}

/**
 * For text that is not a file of the snapshot (the configuration).
 * @throws Unparsable when no document can be used
 */
export function parseYaml(text: string): {
  documents: YamlNode[];
  problems: NonNullable<Extracted<YamlFacts>['problems']>;
} {
  const { facts, problems } = extractYaml(text);
  return { documents: YamlNode.documents(facts), problems: problems ?? [] };
}
