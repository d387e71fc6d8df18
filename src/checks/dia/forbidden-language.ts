import { defineCheck } from '../../core/check.js';
import { gateModel } from '../../models/argument/index.js';
import { inDescription } from './draft.js';

/** The protocol's anti-patterns, by kind. */
const PHRASES: readonly (readonly [string, RegExp])[] = [
  ['an apology', /\b(?:i apologi[sz]e|apologies|sorry (?:for|about|that|if)|my bad|forgive me)\b/i],
  [
    'filler',
    /\b(?:as (?:we all know|everyone knows)|needless to say|it goes without saying|at the end of the day|in today's (?:fast-paced )?world|leverag(?:e|es|ing) the power of|best[- ]in[- ]class|world[- ]class|cutting[- ]edge|state[- ]of[- ]the[- ]art|robust and scalable|seamless(?:ly)?|holistic|synerg\w+|game[- ]chang\w+|unlock(?:s|ing)? the (?:full )?potential)\b/i,
  ],
  [
    'hedging',
    /\b(?:i (?:guess|suppose|feel like)|hopefully|should (?:probably|hopefully) (?:be fine|work|be ok(?:ay)?)|kind of|sort of|more or less|might (?:possibly|maybe)|fingers crossed|in theory it (?:should|could)|not (?:really|quite|entirely) sure)\b/i,
  ],
];

export const forbiddenLanguage = defineCheck({
  id: 'dia/forbidden-language',
  task: 'Principal Architect Protocol',
  severity: 'note',
  enabled: false,
  nonProduction: 'keep',
  subject: 'change',
  reference: 'principal_architect_protocol',
  flags: 'Flags filler, apology and hedging in the argument of a pull request.',
  why: `The Principal Architect Protocol forbids fluff, apology loops and hedging: they take the place where a reason should stand. Only the
text of thesis, antithesis and synthesis is read, never the rest of the description. Off by default, since style is the team's own business.`,
  examples: {
    bad: [
      {
        title: 'hope as a synthesis',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Thesis: raise the pool to twenty.\nAntithesis: four replicas exceed max_connections.\nSynthesis: hopefully PgBouncer handles the connections.\n',
      },
    ],
    good: [
      {
        title: 'plain words',
        files: { 'service/pool.py': 'MAX_SIZE = 20\n' },
        body: 'Sorry for the delay!\n\nThesis: raise the pool to twenty.\nAntithesis: four replicas exceed max_connections.\nSynthesis: ten a replica behind PgBouncer.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    if (!gate || gate.exemption !== undefined) return 'not-applicable';
    const lines = gate.argument.decisions.flatMap((decision) => decision.passages.flatMap((passage) => passage.lines));
    return lines.flatMap((line) =>
      PHRASES.flatMap(([kind, pattern]) => {
        const phrase = pattern.exec(line.text)?.[0];
        if (phrase === undefined) return [];
        return inDescription(line.line, {
          message: `"${phrase}" is ${kind}; say the reason instead.`,
          consequence: 'A phrase stands where a reason should, and the reader takes it for one.',
          evidence: line.text.slice(0, 200),
        });
      }),
    );
  },
});
