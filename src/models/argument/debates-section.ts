import type { Section } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { decisionAreas, standing, type ArguedText, type StandingDebate } from '../decisions/index.js';
import { missingFrom, textOfMovement } from './decisions.js';
import { gateModel, type Gate } from './gate.js';
import { changedRecords } from './records.js';
import { MOVEMENTS } from './words.js';

/** The five standing debates for the summary: touched by the diff or not, argued or not, and where; and the exemption. */
export async function debatesSection(workspace: Workspace): Promise<readonly Section[]> {
  const gate = await workspace.model(gateModel);
  const areas = await workspace.model(decisionAreas);
  const texts = [...inDescription(gate), ...(await inRecords(workspace))];
  if (!gate && areas.length === 0 && texts.length === 0) return [];
  // Without a base to compare with, nothing is known about the diff.
  const untouched = workspace.changes.length === 0 ? 'not known' : 'not touched';
  const rows = standing(areas, texts).map((debate) => row(debate, untouched));
  const paragraphs = gate?.exemption === undefined ? [] : [`No argument is demanded: ${gate.exemption}.`];
  return [
    {
      view: 'dia',
      title: 'The five debates',
      paragraphs,
      table: { head: ['Debate', 'In the diff', 'Argued', 'Mandated synthesis'], rows },
    },
  ];
}

function row({ debate, touched, argued }: StandingDebate, untouched: string): string[] {
  const [first] = touched;
  const more = touched.length > 1 ? ` and ${touched.length - 1} more` : '';
  const diff = first ? `${first.what} (${first.path}:${first.line})${more}` : untouched;
  const where = [...new Set(argued.map((text) => `${text.where}:${text.line}`))].slice(0, 3).join(', ');
  return [debate.title, diff, where || (first ? 'no' : '-'), debate.synthesis];
}

const inDescription = (gate: Gate | undefined): ArguedText[] =>
  (gate?.argument.decisions ?? [])
    .filter((decision) => missingFrom(decision).length === 0)
    .map((decision) => ({
      where: 'description',
      line: decision.line,
      text: [
        decision.title,
        ...MOVEMENTS.map((movement) => textOfMovement(decision, movement)),
        ...decision.passages.map((passage) => passage.heading),
      ].join('\n'),
    }));

async function inRecords(workspace: Workspace): Promise<ArguedText[]> {
  const records = await workspace.model(changedRecords);
  return records
    .filter(({ record }) => record.missing.length === 0 && !record.status.retired)
    .map(({ path, record }) => ({
      where: path,
      line: record.line,
      text: [record.title, ...[...record.made.values()].map((made) => made.text)].join('\n'),
    }));
}
