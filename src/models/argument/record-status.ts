import { sectionsOf, type MarkdownFacts } from '../../languages/markdown/index.js';

export interface RecordStatus {
  /** Lower case, as written: `accepted`, `superseded by ADR-0009`. Empty when the record has none. */
  readonly text: string;
  /** No longer in force: it need not be argued again. */
  readonly retired: boolean;
  /** The record that took its place, as a link target or as a name such as `ADR-0009`. */
  readonly supersededBy?: string;
  readonly line: number;
}

const RETIRED = /\b(?:superseded|superceded|replaced by|obsolete|deprecated|retired)\b/i;
/** `Superseded by …`, also with an aside between: `Superseded (never implemented) by …`. */
const BY = /\b(?:superseded|superceded|replaced)\s+(?:\([^)\n]{0,80}\)\s*)?by\b\s*:?\s*([^\n]{0,200})/i;
const NAME = /\b((?:adr|dr)[-_ #]*\d{1,6}|\d{2,6}[-_][\w.-]+|[\w./-]+\.(?:mdx?|rst|adoc))\b/i;

/** The status from front matter, a `Status` section, or a `Status: …` line. */
export function statusOf(facts: MarkdownFacts): RecordStatus {
  const { text, line } = fromFrontMatter(facts) ?? fromSection(facts) ?? fromLine(facts) ?? { text: '', line: 1 };
  const rest = BY.exec(text)?.[1];
  const link =
    rest === undefined
      ? undefined
      : facts.links.find(
          (candidate) => candidate.line >= line && candidate.line <= line + 4 && rest.includes(candidate.text),
        );
  const by = link?.url ?? (rest === undefined ? undefined : NAME.exec(rest)?.[1]);
  return {
    text: text.toLowerCase(),
    retired: RETIRED.test(text),
    line,
    ...(by === undefined ? {} : { supersededBy: by }),
  };
}

type Found = { text: string; line: number } | undefined;

function fromFrontMatter({ frontMatter }: MarkdownFacts): Found {
  const lines = frontMatter?.text.split('\n') ?? [];
  const index = lines.findIndex((line) => /^status\s*:/i.test(line));
  const text = lines[index]?.replace(/^status\s*:\s*/i, '').replace(/^["']|["']\s*$/g, '');
  return text ? { text, line: index + 2 } : undefined;
}

function fromSection(facts: MarkdownFacts): Found {
  const section = sectionsOf(facts).find((candidate) => /^\W*status\W*$/i.test(candidate.title));
  const text = section?.blocks
    .flatMap((block) => (block.kind === 'paragraph' ? block.lines.map((line) => line.text) : []))
    .slice(0, 4)
    .join('\n');
  return section && text ? { text, line: section.start } : undefined;
}

function fromLine(facts: MarkdownFacts): Found {
  for (const block of facts.blocks.slice(0, 12)) {
    if (block.kind !== 'paragraph') continue;
    const line = block.lines.find((candidate) => /^status\s*:/i.test(candidate.text));
    if (line) return { text: line.text.replace(/^status\s*:\s*/i, ''), line: line.line };
  }
  return undefined;
}
