import { z } from 'zod';
import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import {
  answers,
  gateModel,
  missingFrom,
  MOVEMENTS,
  passagesFor,
  raisesObjection,
  saidIn,
  wordsOf,
  type ArguedDecision,
  type Gate,
  type Movement,
} from '../../models/argument/index.js';
import { inDescription } from './draft.js';

const options = z.object({
  minimumWords: z.int().min(1).max(100).default(2).describe('Words that each movement must hold.'),
});

export const superficial = defineCheck({
  id: 'dia/superficial',
  task: 'Superpower 1',
  severity: 'warn',
  nonProduction: 'keep',
  subject: 'change',
  options,
  reference: 'dialectical_synthesis',
  flags: 'Flags an antithesis that names nothing that could go wrong, and a synthesis that answers nothing it raised.',
  why: `An antithesis is of use when it names a failure mode, a conflict or an edge case: "this is a good approach" under that heading is a
second thesis. A synthesis is of use when it says what becomes of the objection: avoided, bounded, measured or accepted.

The words are judged generously (any negation, condition, number or word of trouble is an objection), in English texts only; a
movement of a single word is superficial in any language (\`minimumWords\`). A warning, never a block: a person decides.`,
  examples: {
    bad: [
      {
        title: 'an antithesis that praises',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: one asyncpg pool a process.\nAntithesis: the pool is a great and proven design that everybody on the team likes.\nSynthesis: one asyncpg pool a process it is, opened at startup.\n',
      },
      {
        title: 'a synthesis about something else',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: one asyncpg pool a process.\nAntithesis: four replicas exceed max_connections of the primary.\nSynthesis: The service is written in FastAPI and runs on Python 3.12, a modern stack.\n',
      },
    ],
    good: [
      {
        title: 'an objection and its answer',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: one asyncpg pool a process.\nAntithesis: four replicas exceed max_connections of the primary.\nSynthesis: ten connections a replica behind PgBouncer.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    if (!gate || gate.exemption !== undefined) return 'not-applicable';
    const complete = gate.argument.decisions.filter((decision) => missingFrom(decision).length === 0);
    const { gate: settings } = context.settings;
    return complete.flatMap((decision) =>
      emptyOf(decision, gate, settings.minimumWords) ? [] : shallow(decision, gate, context.options.minimumWords),
    );
  },
});

const said = (decision: ArguedDecision, gate: Gate, movement: Movement): string =>
  passagesFor(decision, movement)
    .flatMap((passage) => saidIn(passage, gate.template))
    .join('\n');

/** Then dia/section-empty speaks. */
function emptyOf(decision: ArguedDecision, gate: Gate, minimum: number): boolean {
  const texts = MOVEMENTS.map((movement) => said(decision, gate, movement));
  return texts.includes('') || texts.reduce((sum, text) => sum + wordsOf(text).length, 0) < minimum;
}

function shallow(decision: ArguedDecision, gate: Gate, minimumWords: number): FindingDraft[] {
  const text = (movement: Movement): string => said(decision, gate, movement);
  const short = MOVEMENTS.find((movement) => wordsOf(text(movement)).length < minimumWords);
  if (short) return [finding(decision, short, text(short), `The ${short} is fewer than ${minimumWords} words long.`)];
  if (!raisesObjection(text('antithesis'))) {
    return [
      finding(
        decision,
        'antithesis',
        text('antithesis'),
        'The antithesis names no failure mode, conflict or edge case.',
      ),
    ];
  }
  const illustrated = passagesFor(decision, 'synthesis').some((passage) => passage.code > 0);
  if (illustrated || answers(text('synthesis'), `${text('thesis')}\n${text('antithesis')}`)) return [];
  return [
    finding(decision, 'synthesis', text('synthesis'), 'The synthesis answers nothing that the antithesis raises.'),
  ];
}

const finding = (decision: ArguedDecision, movement: Movement, text: string, message: string): FindingDraft =>
  inDescription(passagesFor(decision, movement)[0]?.line ?? decision.line, {
    message,
    consequence: 'The objection that matters is left for production to raise.',
    evidence: `${movement}: ${text.slice(0, 200)}`,
  });
