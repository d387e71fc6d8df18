import type { Workspace } from '../../core/workspace.js';
import type { YamlNode } from '../../languages/yaml/index.js';

const NAMES = 'null|bool|int|float|str|map|seq|binary|timestamp|set|omap|pairs|merge|value|yaml';
/** YAML's own tags, long or short, and Compose's two. */
const KNOWN = new RegExp(`^(?:!|!!(?:${NAMES})|!<tag:yaml\\.org,2002:(?:${NAMES})>|!reset|!override)$`);
const MAX_TOLD = 20;

/**
 * A tag that nothing here gives a meaning to. Docker Compose and `kubectl` read past it; whoever wrote it has a program in
 * mind that does not, so the value that carries it is not known.
 */
export const isForeign = (tag: string | undefined): tag is string => tag !== undefined && !KNOWN.test(tag);

/** Puts foreign tags of a file on record, one line for each that is different. */
export function recordTags(workspace: Workspace, path: string, roots: readonly YamlNode[]): void {
  const told = new Map<string, { line: number; count: number }>();
  for (const { tag, kind, line } of roots.flatMap((root) => root.tags()).filter((one) => isForeign(one.tag))) {
    const reason = reasonFor(tag.slice(0, 60), kind);
    const before = told.get(reason);
    if (before !== undefined) before.count++;
    else if (told.size < MAX_TOLD) told.set(reason, { line, count: 1 });
  }
  for (const [reason, { line, count }] of told) {
    const more = count === 1 ? '' : ` (${String(count)} times)`;
    workspace.gap({ path, line, kind: 'assumed', reason: reason + more });
  }
}

const reasonFor = (tag: string, kind: YamlNode['kind']): string =>
  kind === 'scalar'
    ? `the tag ${tag} is not known: the value that carries it counts as unknown`
    : `the tag ${tag} is not known: the ${kind} that carries it is read as if it had none`;
