import { sectionsOf, type MarkdownFacts, type MarkdownSection } from '../../languages/markdown/index.js';
import { isPlaceholder, wordsOf } from '../argument/index.js';
import { ambiguitiesIn, type Ambiguity } from './ambiguity.js';
import { fieldOf } from './fields.js';
import { JOBS, jobIdsIn } from './jobs.js';
import { targetsIn, type Target } from './targets.js';
import { PLAN_VIEWS, type PlanView } from './views.js';

/** One thing that is wanted, and where it belongs. */
export interface Requirement {
  /** `REQ-3`, `NFR-2`; empty when it has none. */
  readonly id: string;
  readonly text: string;
  readonly line: number;
  /** Named in the text, or else recognised by its words. */
  readonly jobs: readonly string[];
  readonly jobsNamed: boolean;
  readonly views: readonly PlanView[];
  readonly targets: readonly Target[];
  readonly ambiguities: readonly Ambiguity[];
}

const HEADING =
  /\b(?:requirements?|user stories|needs|goals|objectives|must[- ]haves?|should[- ]haves?|functional|non[- ]functional|quality attributes|constraints|anforderungen|exigences|requisitos)\b/i;
const NOT_HEADING =
  /\b(?:non[- ]goals|out of scope|open questions|references|glossary|assumptions|changelog|background|context)\b/i;
const MODAL =
  /\b(?:shall|must|should|needs? to|has to|have to|is required|are required|want(?:s)? to|will be able to|so that)\b/i;
const ID = /^\W*((?:REQ|FR|NFR|R|US|UR|SR|BR|RQ)[-_ ]?\d+(?:\.\d+)*)\b\s*[.:)–—-]*\s*/i;

const VIEW_WORDS: Readonly<Record<PlanView, RegExp>> = {
  log: /\b(?:schema|tables?|columns?|feature store|feature values|jsonb|gin|indexe?s?|entit(?:y|ies)|shard\w*|partition\w*|event time|point[- ]in[- ]time|snapshot|history|data model|vectors?|retention|query|queries|rows?)\b/i,
  proc: /\b(?:async\w*|concurren\w*|latenc\w*|throughput|req(?:uests?)?|cache\w*|event loop|thread\w*|executor|queue\w*|p99|p95|stampede|blocking|api|endpoints?|scor\w+|predict\w*|inference|consistency|lag|rpo|pool\w*)\b/i,
  dev: /\b(?:mojo|pojo|artifacts?|versions?|contracts?|tests?|pydantic|pipelines?|mage|blocks?|train\w*|retrain\w*|automl|libraries|library|repo\w*|pin\w*|build|ci|code)\b/i,
  phy: /\b(?:deploy\w*|kubernetes|k8s|docker|containers?|memory|heap|cpu|nodes?|clusters?|replic\w*|statefulsets?|volumes?|network|pods?|autoscal\w*|hpa|postgres|redis|backup\w*|rpo|rto|availab\w*|uptime|encrypt\w*|secure\w*)\b/i,
  scn: /\b(?:failover|fail(?:s|ure|ures)|drift|stampede|load tests?|outage\w*|disaster|chaos|rollback|zero[- ]downtime|walk[- ]forward|recover\w*|drill\w*|node loss|swap\w*)\b/i,
};

/**
 * Requirements of a document: what stands in its sections for them.
 * @param anywhere the document is about requirements, so without such a section every sentence that demands something is one
 */
export function requirementsOf(facts: MarkdownFacts, anywhere: boolean): Requirement[] {
  const sections = sectionsOf(facts);
  const own = sections.filter((section) => isRequirements(section));
  const elsewhere = anywhere && own.length === 0 ? sections : [];
  const found = [
    ...own.flatMap((section) => inSection(section, true)),
    ...elsewhere.flatMap((section) => inSection(section, false)),
  ];
  return found.filter(
    (requirement, index) =>
      found.findIndex((other) => other.line === requirement.line && other.text === requirement.text) === index,
  );
}

const isRequirements = ({ title, parents }: MarkdownSection): boolean =>
  !NOT_HEADING.test(title) &&
  (HEADING.test(title) || (parents.slice(1).some((parent) => HEADING.test(parent)) && title !== ''));

/** @param listed every list item counts, whether or not it says "must" */
function inSection(section: MarkdownSection, listed: boolean): Requirement[] {
  return section.blocks.flatMap((block): Requirement[] => {
    if (block.quote > 0) return [];
    if (block.kind === 'table') return rows(block);
    if (block.kind !== 'paragraph') return [];
    const text = block.lines.map((line) => line.text).join(' ');
    const line = block.lines[0]?.line ?? block.start;
    // In a document about requirements, a list item with a target demands it, with or without "must".
    if (block.item && (listed || ID.test(text) || MODAL.test(text) || targetsIn(text).length > 0))
      return block.list > 1 && !MODAL.test(text) && !ID.test(text) ? [] : one(text, line);
    return sentences(block.lines.map((part) => ({ line: part.line, text: part.text })));
  });
}

function sentences(lines: readonly { line: number; text: string }[]): Requirement[] {
  const parts = lines.flatMap(({ line, text }) =>
    text.split(/(?<=[.!?])\s+(?=[A-Z*])/).map((sentence) => ({ line, sentence })),
  );
  const whole: { line: number; sentence: string }[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (last && !/[.!?:]$/.test(last.sentence) && !ID.test(part.sentence)) last.sentence += ` ${part.sentence}`;
    else whole.push({ ...part });
  }
  return whole.flatMap(({ line, sentence }) => (MODAL.test(sentence) || ID.test(sentence) ? one(sentence, line) : []));
}

function rows(table: Extract<MarkdownSection['blocks'][number], { kind: 'table' }>): Requirement[] {
  const fields = table.head.map((cell) => fieldOf(cell.text));
  const at = table.head.findIndex((cell) =>
    /^\W*(?:requirements?|statement|description|need|user story)\W*$/i.test(cell.text),
  );
  if (at < 0) return [];
  return table.rows.flatMap((row) => {
    const id = row[fields.indexOf('id')]?.text ?? '';
    const rest = row.filter((_, index) => index !== at && index !== fields.indexOf('id')).map((cell) => cell.text);
    const found = one(row[at]?.text ?? '', row[at]?.line ?? table.start, rest.join(' '));
    return found.map((requirement) => ({ ...requirement, id: requirement.id || (id === row[at]?.text ? '' : id) }));
  });
}

/** @param beside further text that belongs to it: a target in the next column */
function one(text: string, line: number, beside = ''): Requirement[] {
  const id = ID.exec(text)?.[1]?.toUpperCase() ?? '';
  const bare = text.replace(ID, '').trim();
  if (isPlaceholder(bare) || wordsOf(bare).length < 2) return [];
  const whole = `${bare} ${beside}`;
  const named = jobIdsIn(whole);
  const jobs = named.length > 0 ? named : JOBS.filter((job) => job.words.test(whole)).map((job) => job.id);
  const views = PLAN_VIEWS.filter((view) => VIEW_WORDS[view].test(whole));
  const byJob = JOBS.filter((job) => jobs.includes(job.id)).flatMap((job) => job.views);
  return [
    {
      id,
      text: bare,
      line,
      jobs,
      jobsNamed: named.length > 0,
      views: views.length > 0 ? views : PLAN_VIEWS.filter((view) => byJob.includes(view)),
      targets: targetsIn(whole),
      ambiguities: ambiguitiesIn(whole),
    },
  ];
}
