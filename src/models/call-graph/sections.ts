import type { Section } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { radar } from './radar.js';
import { chainsFlow } from './render.js';
import type { Site } from './sites.js';

const MAX_CHAINS = 5;
/** Where a wait hurts nobody who waits for an answer. */
const ASIDE = ['test', 'example', 'development', 'exploration', 'script', 'migration'] as const;

/** The process view's part of the review body: the way from entries to what blocks, for the worst chains. */
export async function processSections(workspace: Workspace): Promise<readonly Section[]> {
  const { sites } = await workspace.model(radar);
  const serious = sites.filter(
    ({ family, once, path }) =>
      (family === 'blocking' || family === 'inference') &&
      !once &&
      !ASIDE.some((role) => workspace.roles(path).has(role)),
  );
  const shown = distinct(serious.filter((site) => touched(site, workspace)).sort(worstFirst)).slice(0, MAX_CHAINS);
  if (shown.length === 0) return [];
  const more = serious.length - shown.length;
  return [
    {
      view: 'proc',
      title: 'How the event loop gets blocked',
      paragraphs: [
        `Entries on the left, what blocks on the right.${more > 0 ? ` The ${shown.length} worst of ${serious.length} chains.` : ''}`,
      ],
      code: { language: 'mermaid', text: chainsFlow(shown).trimEnd() },
    },
  ];
}

/** A change to any line of the chain makes it this review's business. */
const touched = (site: Site, workspace: Workspace): boolean =>
  site.steps.some(({ path, line }) =>
    workspace.addedLines(path)?.some(({ start, end }) => start <= line && line <= end),
  );

const worstFirst = (a: Site, b: Site): number => weight(b) - weight(a);

const weight = ({ entries, steps }: Site): number =>
  entries.filter(({ kind }) => kind === 'route' || kind === 'middleware').length * 10 + Math.min(steps.length, 6);

/** One chain for each sink and coroutine. */
function distinct(sites: readonly Site[]): Site[] {
  const seen = new Set<string>();
  return sites.filter(({ coroutine, sink }) => {
    const key = `${coroutine.place}:${sink.name}`;
    return !seen.has(key) && seen.add(key);
  });
}
