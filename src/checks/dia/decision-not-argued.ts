import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { changedRecords, gateModel, type Gate, type RecordFile } from '../../models/argument/index.js';
import {
  debateOf,
  decisionAreas,
  disproved,
  mentions,
  type Area,
  type AreaKind,
  type Disproved,
} from '../../models/decisions/index.js';
import { inDescription, listed } from './draft.js';

/** Areas that are decisions by themselves. Others only show which debate the diff touches. */
const DECIDING: ReadonlySet<AreaKind> = new Set([
  'table',
  'column',
  'endpoint',
  'serving',
  'workload',
  'datastore',
  'heap',
  'artifact',
]);

export const decisionNotArgued = defineCheck({
  id: 'dia/decision-not-argued',
  task: 'Superpower 1',
  severity: 'warn',
  nonProduction: 'keep',
  subject: 'change',
  reference: 'dialectical_synthesis',
  flags: 'Flags a decision in the diff that the description never mentions, or denies.',
  why: `An argument about something else passes a gate that only looks for headings. So head is compared with the merge base: what tables,
columns and column types the migrations add up to, which routes and served predictions the code has, which kinds of workload and
datastores are deployed, how each JVM splits its memory, which model artifacts there are. What is new or changed must be mentioned, by
its name or by the words one uses for such a thing. What only moved (squashed migrations, a route in another file) is not new. A statement that the diff disproves ("no schema change" beside a migration) is
quoted next to what disproves it.`,
  examples: {
    bad: [
      {
        title: 'a table beside an argument about logging',
        files: { 'migrations/0007_scores.sql': 'CREATE TABLE scores (\n  id bigint PRIMARY KEY\n);\n' },
        body: 'Thesis: log requests as JSON.\nAntithesis: JSON lines are hard to read in a terminal.\nSynthesis: JSON in production, plain lines on a developer machine.\n',
      },
      {
        title: 'a denial',
        files: { 'migrations/0007_scores.sql': 'CREATE TABLE scores (\n  id bigint PRIMARY KEY\n);\n' },
        body: 'No schema change.\n\nThesis: log requests as JSON.\nAntithesis: JSON lines are hard to read in a terminal.\nSynthesis: JSON in production, plain lines on a developer machine.\n',
      },
    ],
    good: [
      {
        title: 'the table is argued',
        files: { 'migrations/0007_scores.sql': 'CREATE TABLE scores (\n  id bigint PRIMARY KEY\n);\n' },
        body: 'Thesis: keep scores in a table of their own.\nAntithesis: a join for every read.\nSynthesis: own table, read through a covering index.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    if (!gate || gate.exemption !== undefined) return 'not-applicable';
    const areas = (await context.model(decisionAreas)).filter((area) => DECIDING.has(area.kind));
    const denied = disproved(linesOf(gate), areas);
    const text = textOf(gate, context.pull?.title ?? '', await context.model(changedRecords));
    const argued = gate.argument.decisions.length > 0 || gate.delegated !== undefined;
    const silent = argued ? areas.filter((area) => !mentions(text, area)) : [];
    return [...denied.map(denial), ...grouped(silent).map(silence)];
  },
});

const linesOf = ({ text }: Gate): { line: number; text: string }[] =>
  text.blocks.flatMap((block) => {
    if (block.quote > 0 || block.kind !== 'paragraph' || block.item?.checked === false) return [];
    return block.lines.map((line) => ({ line: line.line, text: line.text }));
  });

/** Everything that the author says: title, description, records. Denials mention what they deny, and say nothing about it. */
function textOf(gate: Gate, title: string, records: readonly RecordFile[]): string {
  const blocks = gate.text.blocks.flatMap((block): string[] => {
    if (block.quote > 0 || block.kind === 'comment') return [];
    if (block.kind === 'heading') return [block.text];
    if (block.kind === 'table') return [block.head, ...block.rows].flatMap((row) => row.map((cell) => cell.text));
    return block.kind === 'rule' || (block.kind === 'paragraph' && block.item?.checked === false)
      ? []
      : block.lines.map((line) => line.text);
  });
  const argued = records.flatMap(({ record }) => [record.title, ...[...record.made.values()].map((made) => made.text)]);
  return [title, ...blocks, ...argued].filter((line) => !gate.template.has(line)).join('\n');
}

function grouped(areas: readonly Area[]): Area[][] {
  const groups = new Map<string, Area[]>();
  for (const area of areas) {
    const key = `${area.kind} ${area.path}`;
    groups.set(key, [...(groups.get(key) ?? []), area]);
  }
  return [...groups.values()];
}

function silence(areas: readonly Area[]): FindingDraft {
  const [first] = areas;
  const what = areas.map((area) => area.what);
  const mandate = first?.debate
    ? ` The standing debate is ${debateOf(first.debate).title}: ${debateOf(first.debate).synthesis}.`
    : '';
  return {
    location: { path: first?.path ?? '', startLine: first?.line ?? 1, endLine: first?.line ?? 1 },
    message: `The change decides about ${listed(what.slice(0, 5))}, which the description never mentions.${mandate}`,
    consequence: 'The decision is taken without anybody having argued it.',
    evidence: what.join(', ').slice(0, 300),
  };
}

const denial = ({ claim, line, by }: Disproved): FindingDraft =>
  inDescription(line, {
    message: `The description says "${claim.slice(0, 80)}", and ${by.path} brings ${by.what}.`,
    consequence: 'Reviewers who rely on the description look away from what matters most.',
    evidence: `"${claim.slice(0, 80)}" against ${by.what} in ${by.path}`,
    trace: [{ path: by.path, line: by.line, label: by.what }],
  });
