import type { Extracted, Extractor, Problem } from '../../core/facts.js';
import { decodeText, splitLines } from '../text.js';
import { parseRequirement, type Requirement } from './requirement.js';

/** A pip requirements or constraints file. */
export interface RequirementsFacts {
  readonly requirements: readonly Requirement[];
  /** `-r` and `-c`, paths as written: they are relative to the file. */
  readonly includes: readonly Include[];
}

export interface Include {
  readonly kind: 'requirements' | 'constraints';
  readonly path: string;
  readonly line: number;
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
}

/** As pip reads it: continuation lines joined, comments dropped, per-requirement options set aside. */
export function parseRequirements(text: string): Extracted<RequirementsFacts> {
  const requirements: Requirement[] = [];
  const includes: Include[] = [];
  const problems: Problem[] = [];
  for (const { text: content, line, endLine } of logicalLines(text)) {
    const option = /^(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?=[^-\s]))(\S.*)$/.exec(content);
    if (option) {
      const kind = /^(?:-r|--req)/.test(option[1] ?? '') ? 'requirements' : 'constraints';
      includes.push({ kind, path: (option[2] ?? '').trim().replace(/^["']|["']$/g, ''), line });
      continue;
    }
    const editable = /^(?:-e|--editable)(?:\s+|=)(.*)$/.exec(content)?.[1];
    if (editable === undefined && content.startsWith('-')) continue;
    const bare = withoutOptions(editable ?? content);
    const requirement = parseRequirement(bare, line, endLine);
    if (requirement) requirements.push(requirement);
    else if (!mayBeAnything(bare)) {
      problems.push({ kind: 'unread', reason: `not a requirement: ${bare.slice(0, 60)}`, line });
    }
  }
  return { facts: { requirements, includes }, problems };
}

/** A local project, a version control address, or a template's placeholder: it names no package here. */
const mayBeAnything = (text: string): boolean => /^(?:\.|\/|file:|\w+\+|\w+:\/\/)|[{}$%@]|[\\/]/.test(text);

const withoutOptions = (text: string): string => {
  const at = text.search(/\s--?[a-z]/);
  return at < 0 ? text : text.slice(0, at);
};

function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let joined = '';
  let start = 0;
  splitLines(text).forEach((raw, index) => {
    const comment = /^\s*#/.test(raw);
    if (joined === '') start = index;
    if (raw.endsWith('\\') && !comment) {
      joined += raw.slice(0, -1);
      return;
    }
    const content = (comment ? joined : joined + raw).replace(/(?:^|\s)#.*$/, '').trim();
    joined = '';
    if (content !== '') lines.push({ text: content, line: start + 1, endLine: index + 1 });
  });
  if (joined.trim() !== '') lines.push({ text: joined.trim(), line: start + 1, endLine: start + 1 });
  return lines;
}

export const requirementsExtractor: Extractor<RequirementsFacts> = {
  name: 'requirements',
  version: 1,
  extract: (bytes) => parseRequirements(decodeText(bytes)),
};
