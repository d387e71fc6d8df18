import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import {
  changedRecords,
  commitments,
  gateModel,
  passagesFor,
  textOfMovement,
  type ArguedDecision,
  type RecordFile,
} from '../../models/argument/index.js';
import { MANDATES, type Mandate } from '../../models/decisions/index.js';
import { inDescription } from './draft.js';

export const contradictsMandate = defineCheck({
  id: 'dia/contradicts-mandate',
  task: 'Decisions 1 to 4',
  severity: 'block',
  nonProduction: 'keep',
  subject: 'change',
  reference: 'principal_architect_protocol',
  flags: 'Flags a synthesis that settles on what decisions 1 to 4 forbid.',
  why: `Four debates are settled for the whole platform, because each had its incident: H2O POJOs (classes that exceed the
[64 KB method limit](https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html#jvms-4.7.3) do not compile), a purely relational
or purely document-like feature store, predictions on the event loop, and training on rows that move. A synthesis may come to another
end only by changing the mandate first.

Only what the synthesis (or a record's decision) settles on counts: "we reject POJO", "MOJO instead of POJO", a quoted objection, a
question and "if we kept the POJO" are fine, and a POJO that is no model artifact is nobody's business.`,
  examples: {
    bad: [
      {
        title: 'a POJO in the end',
        files: { 'pipelines/export.py': 'MODEL_DIR = "out"\n' },
        body: '## Thesis\nThe scoring service is Java, so a class is the natural model artifact.\n## Antithesis\nLarge ensembles exceed the JVM method size.\n## Synthesis\nWe export a POJO and cap the number of trees at 50.\n',
      },
      {
        title: 'prediction on the event loop',
        files: { 'service/score.py': 'TIMEOUT = 1\n' },
        body: 'Thesis: predictions take two milliseconds.\nAntithesis: a slow model blocks every other request.\nSynthesis: we keep predictions in the async route, since the model is small.\n',
      },
    ],
    good: [
      {
        title: 'rejecting it is the point',
        files: { 'pipelines/export.py': 'MODEL_DIR = "out"\n' },
        body: '## Thesis\nWe export a POJO, one plain class.\n## Antithesis\nLarge ensembles exceed the JVM method size.\n## Synthesis\nWe reject the POJO and export MOJO instead of POJO, although a POJO would be readable.\n',
      },
      {
        title: 'a Java object that is no model',
        files: { 'service/dto.py': 'FIELDS = 3\n' },
        body: 'Thesis: map the rows by hand.\nAntithesis: fields are forgotten when the table changes.\nSynthesis: we use POJOs for the transfer objects, generated from the schema.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    const records = (await context.model(changedRecords)).filter(({ record }) => !record.status.retired);
    if (!gate && records.length === 0) return 'not-applicable';
    return [...(gate?.argument.decisions ?? []).flatMap(inArgument), ...records.flatMap(inRecord)];
  },
});

function inArgument(decision: ArguedDecision): FindingDraft[] {
  const whole = decision.passages.flatMap((passage) => passage.lines.map((line) => line.text)).join('\n');
  const lines = passagesFor(decision, 'synthesis').flatMap((passage) => passage.lines);
  return broken(
    textOfMovement(decision, 'synthesis') ||
      passagesFor(decision, 'synthesis')
        .map((passage) => passage.heading)
        .join('\n'),
    whole,
  ).map(({ mandate, sentence, term }) => {
    const line = lines.find((candidate) => candidate.text.includes(term))?.line ?? decision.line;
    return inDescription(line, wording('The synthesis', mandate, sentence));
  });
}

function inRecord({ path, record }: RecordFile): FindingDraft[] {
  const decision = record.made.get('synthesis');
  if (!decision) return [];
  const whole = [record.title, ...[...record.made.values()].map((made) => made.text)].join('\n');
  return broken(decision.text, whole).map(({ mandate, sentence }) => ({
    location: { path, startLine: decision.line, endLine: decision.line },
    ...wording('The record', mandate, sentence),
  }));
}

interface Broken {
  readonly mandate: Mandate;
  readonly sentence: string;
  readonly term: string;
}

const broken = (synthesis: string, whole: string): Broken[] =>
  MANDATES.filter((mandate) => mandate.about.test(whole)).flatMap((mandate) => {
    const first = commitments(synthesis, mandate.forbidden)[0];
    return first ? [{ mandate, ...first }] : [];
  });

const wording = (what: string, mandate: Mandate, sentence: string): Omit<FindingDraft, 'location'> => ({
  message: `${what} settles on what ${mandate.decision.toLowerCase()} forbids; the mandate is ${mandate.instead}.`,
  consequence:
    'One service departs from what every other part of the platform relies on, and the incident behind the mandate can happen again.',
  evidence: sentence,
});
