import type { Area } from './area.js';
import { DEBATES, debateOf, type DebateId } from './debates.js';

const MOST_AREAS = 8;

/** What stands in an HTML comment cannot end it. */
const inComment = (text: string): string =>
  text
    .replace(/--+>?|[<>]/g, '')
    .replace(/\s+/g, ' ')
    .slice(0, 160);

const placeOf = (area: Area): string => inComment(`${area.what} (${area.path}:${area.line})`);

const PROMPTS: Readonly<Record<Movement, string>> = {
  thesis: 'The approach you take, as a claim that somebody could disagree with.',
  antithesis: 'The strongest case against it: failure modes, conflicts, edge cases.',
  synthesis: 'What you do in the end, and how it answers the antithesis.',
};
const TITLES: Readonly<Record<Movement, string>> = {
  thesis: 'This change decides:',
  antithesis: 'The known objections:',
  synthesis: 'Mandated:',
};

/**
 * Three headings to paste into the description. The prompts are comments, so that pasting alone argues nothing; they
 * name what this change decides and what the seeds mandate there.
 */
export function skeletonOf(
  areas: readonly Area[],
  movements: readonly Movement[] = ['thesis', 'antithesis', 'synthesis'],
): string {
  const debates = [...new Set(areas.flatMap((area) => area.debate ?? []))];
  const section: Record<Movement, () => string> = {
    thesis: () => thesis(areas),
    antithesis: () =>
      comment(
        PROMPTS.antithesis,
        debates.map((id) => about(id, 'antithesis')),
        TITLES.antithesis,
      ),
    synthesis: () =>
      comment(
        PROMPTS.synthesis,
        debates.map((id) => about(id, 'synthesis')),
        TITLES.synthesis,
      ),
  };
  return movements
    .map((movement) => `## ${movement.charAt(0).toUpperCase()}${movement.slice(1)}\n${section[movement]()}\n`)
    .join('\n');
}

type Movement = 'thesis' | 'antithesis' | 'synthesis';

function thesis(areas: readonly Area[]): string {
  const shown = areas.slice(0, MOST_AREAS);
  return comment(PROMPTS.thesis, shown.map(placeOf), TITLES.thesis, areas.length - shown.length);
}

const about = (id: DebateId, part: 'antithesis' | 'synthesis'): string => {
  const debate = debateOf(id);
  return inComment(`${debate.title}: ${debate[part]}`);
};

/** The skeleton's own sentences: uncommented and left as they are, they are nobody's argument. */
export const SKELETON_SENTENCES: readonly string[] = [
  ...Object.values(PROMPTS),
  ...Object.values(TITLES),
  ...DEBATES.flatMap(({ id }) => [about(id, 'antithesis'), about(id, 'synthesis')]),
];

function comment(prompt: string, items: readonly string[], title: string, more = 0): string {
  if (items.length === 0) return `<!-- ${prompt} -->`;
  const rest = more > 0 ? [`  - and ${more} more`] : [];
  return ['<!--', prompt, title, ...items.map((item) => `  - ${item}`), ...rest, '-->'].join('\n');
}
