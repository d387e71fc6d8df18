import type { FindingDraft, Severity } from '../../../core/types.js';
import { blockUuid } from '../../../models/mage/blocks.js';
import type { PythonBlock } from '../../../models/mage/blocks.js';
import { after } from '../../../models/mage/pipelines.js';
import type { Pipeline } from '../../../models/mage/pipelines.js';
import type { ReachedEffect } from '../../../models/mage/reach.js';

/** Effects that start on one line of a block make one finding: the worst of them speaks, the others are named. */
export function byAnchor(effects: readonly ReachedEffect[]): readonly (readonly ReachedEffect[])[] {
  const lines = new Map<number, ReachedEffect[]>();
  for (const reached of effects) lines.set(reached.at.line, [...(lines.get(reached.at.line) ?? []), reached]);
  return [...lines.values()].map((group) =>
    [...group].sort((a, b) => Number(a.effect.action === 'read') - Number(b.effect.action === 'read')),
  );
}

/** What starting another pipeline is called: less than a write, as the pipeline's own exporters write. */
export const STARTS_PIPELINE = 'Mage itself';

export interface EffectWords {
  readonly message: (reached: ReachedEffect) => string;
  readonly consequence: (reached: ReachedEffect) => string;
  readonly severity: (reached: ReachedEffect) => Severity | undefined;
}

/** "In pipeline `daily` it runs before `train`, `export`.": who works with what it left behind. */
function placeIn(pipelines: readonly Pipeline[], path: string): string {
  const uuid = blockUuid(path);
  const places = pipelines.flatMap((pipeline) => {
    if (!pipeline.blocks.some((block) => block.uuid === uuid)) return [];
    const later = after(pipeline, uuid).slice(0, MAX_NAMED);
    return later.length === 0 ? [] : [`In pipeline \`${pipeline.name}\` it runs before \`${later.join('`, `')}\`.`];
  });
  return places.slice(0, 1).join('');
}

const MAX_NAMED = 4;

export function effectFinding(
  block: PythonBlock,
  group: readonly ReachedEffect[],
  words: EffectWords,
  pipelines: readonly Pipeline[],
): FindingDraft[] {
  const worst = group[0];
  if (worst === undefined) return [];
  const severity = words.severity(worst);
  return [
    {
      location: { path: block.path, startLine: worst.at.line, endLine: worst.at.endLine },
      message: words.message(worst),
      consequence: `${words.consequence(worst)} ${placeIn(pipelines, block.path)}`.trimEnd(),
      evidence: `${block.fn.qualname}: ${[...new Set(group.map(({ effect }) => effect.call))].join(', ')}`,
      ...(worst.trace.length === 0 ? {} : { trace: worst.trace }),
      ...(severity === undefined ? {} : { severity }),
    },
  ];
}

/** "`frame.to_sql` writes to a database", or the same of a helper, with the file it stands in. */
export function deed({ effect, trace }: ReachedEffect): string {
  const last = trace.at(-1);
  const subject = last === undefined ? `\`${effect.call}\`` : `a helper's \`${effect.call}\` (${last.path})`;
  return `${subject} ${verb(effect)} ${effect.what}`;
}

function verb({ action, what }: ReachedEffect['effect']): string {
  if (what.startsWith('SQL')) return 'runs';
  if (what.startsWith('an HTTP')) return 'sends';
  if (what === 'another process') return 'starts';
  return action === 'write' ? 'writes to' : 'reads from';
}
