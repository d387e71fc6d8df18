import type { MarkdownFacts } from '../../languages/markdown/index.js';
import { isPlaceholder } from '../argument/index.js';
import { QUESTIONS, type Question } from './questions.js';
import { requirementsOf, type Requirement } from './requirements.js';
import { VIEW_NAMES, PLAN_VIEWS, type PlanView } from './views.js';

/** A question that the text leaves open. */
export interface OpenQuestion {
  readonly id: string;
  readonly view: PlanView;
  readonly text: string;
  readonly why: string;
  readonly weight: number;
}

interface Line {
  readonly text: string;
}

/**
 * Questions that a text leaves open, most decisive first: the protocol's own, and one for each word without a measure.
 * An answer counts when it stands anywhere in the text, or after `Answer:` below its question.
 */
export function openQuestions(facts: MarkdownFacts): OpenQuestion[] {
  const lines = linesOf(facts);
  const given = answersIn(lines);
  const text = lines
    .map((line) => line.text)
    .filter(isStatement)
    .join('\n');
  const standing = QUESTIONS.filter((question) => !given.has(question.id) && !question.answered.test(text));
  const own = requirementsOf(facts, true).flatMap((requirement) =>
    fromRequirement(requirement).filter((question) => !given.has(question.id)),
  );
  return [...own, ...standing.map((question) => plain(question))].sort((a, b) => a.weight - b.weight);
}

/** The protocol's own words answer nothing. */
const isStatement = (text: string): boolean =>
  !text.trimEnd().endsWith('?') && !ASKED.test(text) && !/^\W*why\s*:/i.test(text);

const ASKED = /\[((?:LOG|PROC|DEV|PHY|SCN|REQ)-[0-9A-Z]+)\]/;

const plain = ({ id, view, text, why, weight }: Question): OpenQuestion => ({ id, view, text, why, weight });

function fromRequirement(requirement: Requirement): OpenQuestion[] {
  if (ASKED.test(requirement.text) || /\?\s*$/.test(requirement.text)) return [];
  return requirement.ambiguities.map(({ word, question }) => ({
    id: `REQ-${checksum(`${requirement.id} ${requirement.text} ${word}`)}`,
    view: requirement.views[0] ?? 'log',
    text: `"${shown(requirement.text, 100)}": what is "${shown(word, 40)}"? ${question}`,
    why: 'Without a measure nobody can build for it, test it or say that it is done.',
    weight: 2,
  }));
}

const shown = (text: string, limit: number): string =>
  text
    .replace(/[`*_#<>[\]|]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, limit);

/** Short and stable: the same words get the same id in every run. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36).toUpperCase().padStart(7, '0').slice(-5);
}

const linesOf = (facts: MarkdownFacts): Line[] =>
  facts.blocks.flatMap((block): Line[] => {
    if (block.kind === 'heading') return [{ text: block.text }];
    if (block.kind === 'paragraph' || block.kind === 'code') return block.lines.map((line) => ({ text: line.text }));
    return block.kind === 'table'
      ? [block.head, ...block.rows].map((row) => ({ text: row.map((cell) => cell.text).join(' | ') }))
      : [];
  });

/** How far below its question an answer may stand. */
const REACH = 5;

function answersIn(lines: readonly Line[]): Set<string> {
  const given = new Set<string>();
  lines.forEach(({ text }, index) => {
    const id = ASKED.exec(text)?.[1];
    if (id === undefined) return;
    for (const [offset, below] of lines.slice(index, index + REACH).entries()) {
      if (offset > 0 && ASKED.test(below.text)) break;
      const answer = /(?:^|\s)answer\s*:\s*(.+)$/i.exec(below.text)?.[1];
      if (answer !== undefined && !isPlaceholder(answer)) given.add(id);
    }
  });
  return given;
}

/** The open questions as a Markdown document that can be answered in place and read again. */
export function brainstormMarkdown(facts: MarkdownFacts): string {
  const open = openQuestions(facts);
  if (open.length === 0)
    return '# Brainstorming\n\nNothing is left open: every question of the protocol has an answer.\n';
  const parts = [
    '# Brainstorming',
    '',
    `${open.length} questions are open, most decisive first. Write each answer after "Answer:" and run this again.`,
    '',
  ];
  for (const view of PLAN_VIEWS) {
    const own = open.filter((question) => question.view === view);
    if (own.length === 0) continue;
    parts.push(`## ${VIEW_NAMES[view]}`, '');
    for (const question of own)
      parts.push(`- **[${question.id}]** ${question.text}`, `  Why: ${question.why}`, '  Answer:', '');
  }
  return `${parts.join('\n').trimEnd()}\n`;
}
