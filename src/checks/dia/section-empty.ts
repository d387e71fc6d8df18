import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import {
  gateModel,
  isFiller,
  MOVEMENTS,
  passagesFor,
  saidIn,
  sameText,
  wordsOf,
  type ArguedDecision,
  type Gate,
  type Movement,
} from '../../models/argument/index.js';
import { decisionAreas, skeletonOf, type Area } from '../../models/decisions/index.js';
import { inDescription, UNARGUED } from './draft.js';

export const sectionEmpty = defineCheck({
  id: 'dia/section-empty',
  task: 'Superpower 1',
  severity: 'block',
  nonProduction: 'keep',
  subject: 'change',
  reference: 'dialectical_synthesis',
  flags:
    'Flags a thesis, antithesis or synthesis that is empty, a placeholder, the untouched template, or the same text twice.',
  why: `A heading without a sentence below it passes a search for the word and tells a reviewer nothing. Empty means: nothing, \`TBD\`,
\`N/A\`, "see above", an instruction of the template left as it was, filler such as lorem ipsum, one text under two headings, or
three movements that together hold fewer words than \`gate.minimumWords\` (8). An honest short argument passes: "Pin h2o to
3.46.0.6. / A pin goes stale. / Pin it, and let Renovate raise it." is enough.`,
  examples: {
    bad: [
      {
        title: 'placeholders',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: '## Thesis\nRaise the pool to 20 connections a replica.\n\n## Antithesis\nN/A\n\n## Synthesis\nTBD\n',
      },
      {
        title: 'the same sentence three times',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: raise the pool to 20 connections a replica.\nAntithesis: raise the pool to 20 connections a replica.\nSynthesis: raise the pool to 20 connections a replica.\n',
      },
    ],
    good: [
      {
        title: 'short and honest',
        files: { 'requirements.txt': 'h2o==3.46.0.6\n' },
        body: '**Thesis:** pin h2o to 3.46.0.6.\n\n**Antithesis:** a pin goes stale and misses security fixes.\n\n**Synthesis:** pin it, and let Renovate raise it every week.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    if (!gate || gate.exemption !== undefined) return 'not-applicable';
    const areas = await context.model(decisionAreas);
    return gate.argument.decisions.flatMap((decision) =>
      emptiness(decision, gate, areas, context.settings.gate.minimumWords),
    );
  },
});

interface Said {
  readonly movement: Movement;
  readonly line: number;
  readonly text: string;
  readonly code: number;
  readonly quoted: number;
}

function emptiness(decision: ArguedDecision, gate: Gate, areas: readonly Area[], minimum: number): FindingDraft[] {
  const said = MOVEMENTS.flatMap((movement) => saidOf(decision, movement, gate));
  const empty = said.filter((part) => part.code === 0 && (part.text === '' || isFiller(part.text)));
  if (empty.length > 0) return empty.map((part) => finding(part, `The ${part.movement} ${emptyBecause(part)}.`, areas));
  const twin = said.flatMap((part, index) =>
    said.slice(0, index).flatMap((earlier) => (sameText(part.text, earlier.text) ? [[part, earlier] as const] : [])),
  )[0];
  if (twin) return [finding(twin[0], `The ${twin[0].movement} says the same as the ${twin[1].movement}.`, areas)];
  const words = said.reduce((sum, part) => sum + wordsOf(part.text).length, 0);
  const first = said[0];
  if (!first || said.length < MOVEMENTS.length || words >= minimum || said.some((part) => part.code > 0)) return [];
  return [
    finding(first, `Thesis, antithesis and synthesis together hold ${words} words, too few to argue anything.`, areas),
  ];
}

function saidOf(decision: ArguedDecision, movement: Movement, gate: Gate): Said[] {
  const passages = passagesFor(decision, movement);
  const first = passages[0];
  if (!first) return [];
  const sum = (count: (passage: (typeof passages)[number]) => number): number =>
    passages.reduce((total, passage) => total + count(passage), 0);
  const text = passages.flatMap((passage) => saidIn(passage, gate.template)).join('\n');
  return [
    {
      movement,
      line: first.line,
      text,
      code: sum((passage) => passage.code),
      quoted: sum((passage) => passage.quoted),
    },
  ];
}

function emptyBecause({ text, quoted }: Said): string {
  if (text !== '') return 'is filler';
  return quoted > 0 ? 'stands in a quotation only, which is not the author speaking' : 'is empty';
}

const finding = (part: Said, message: string, areas: readonly Area[]): FindingDraft =>
  inDescription(part.line, {
    message,
    consequence: UNARGUED,
    evidence: `${part.movement}: ${part.text.slice(0, 200) || '(nothing)'}`,
    snippet: { language: 'markdown', code: skeletonOf(areas, [part.movement]) },
  });
