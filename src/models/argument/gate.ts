import { DESCRIPTION_PATH } from '../../core/pull-request.js';
import type { GateResult } from '../../core/review.js';
import type { Finding } from '../../core/types.js';
import { defineModel, type Workspace } from '../../core/workspace.js';
import { readMarkdown, type MarkdownFacts } from '../../languages/markdown/index.js';
import { decisionAreas } from '../decisions/index.js';
import { argumentOf, type Argument } from './decisions.js';
import { exemptionOf } from './exemption.js';
import { changedRecords } from './records.js';
import { normalised } from './substance.js';

/** What the gate looks at, read once. */
export interface Gate {
  /** Why no argument is demanded; undefined when it is. */
  readonly exemption: string | undefined;
  readonly text: MarkdownFacts;
  readonly argument: Argument;
  /** The decision record to which the description leaves the argument; the change adds or changes it, and it holds all three. */
  readonly delegated: string | undefined;
  /** Lines of the repository's pull request templates, normalised. */
  readonly template: ReadonlySet<string>;
  /** Parts of the description that could not be evaluated. */
  readonly unread: readonly { readonly line: number; readonly reason: string }[];
}

/** The description of the pull request under review; undefined where there is none (a local checkout). */
export const gateModel = defineModel('argument/gate', async (workspace): Promise<Gate | undefined> => {
  const { pull } = workspace;
  if (!pull) return undefined;
  const { facts, problems } = readMarkdown(pull.body);
  const argument = argumentOf(facts);
  return {
    exemption: await exemption(workspace),
    text: facts,
    argument,
    delegated: argument.decisions.length === 0 ? await delegated(workspace, pull.body) : undefined,
    template: await templateLines(workspace),
    unread: problems.map((problem) => ({ line: problem.line ?? 1, reason: problem.reason })),
  };
});

async function exemption(workspace: Workspace): Promise<string | undefined> {
  const { pull, changes, settings } = workspace;
  if (!pull) return undefined;
  const isDocumentation = (path: string): boolean => workspace.roles(path).has('documentation');
  const decides = settings.gate.require === 'always' || (await workspace.model(decisionAreas)).length > 0;
  return exemptionOf({ pull, changes, settings: settings.gate, isDocumentation, decides });
}

/** A record of this change that argues completely and that the description names by its path, file name or number. */
async function delegated(workspace: Workspace, body: string): Promise<string | undefined> {
  const records = await workspace.model(changedRecords);
  return records.find(({ path, record }) => record.missing.length === 0 && !record.status.retired && names(body, path))
    ?.path;
}

function names(body: string, path: string): boolean {
  const file = path.split('/').at(-1) ?? path;
  const number = /\d+/.exec(file)?.[0]?.replace(/^0+(?=\d)/, '');
  return body.includes(file) || (number !== undefined && new RegExp(`\\bADR[-_ #]*0*${number}\\b`, 'i').test(body));
}

const TEMPLATES = [
  '{.github/,docs/,}{pull_request_template,PULL_REQUEST_TEMPLATE}{.md,.txt,}',
  '{.github/,docs/,}{pull_request_template,PULL_REQUEST_TEMPLATE}/*.md',
];

/** Templates of more files than this are no templates. */
const MOST_TEMPLATES = 20;

async function templateLines(workspace: Workspace): Promise<ReadonlySet<string>> {
  const lines = new Set<string>();
  for (const path of workspace.glob(...TEMPLATES).slice(0, MOST_TEMPLATES)) {
    const text = await workspace.text(path);
    if (text === undefined) continue;
    for (const block of readMarkdown(text).facts.blocks) {
      if (block.kind !== 'paragraph' && block.kind !== 'code') continue;
      for (const line of block.lines) lines.add(normalised(line.text));
    }
  }
  lines.delete('');
  return lines;
}

/** Whether the gate is open, for the check run: exempt, or argued so that nothing about the description blocks. */
export function gateResult(
  gate: Gate | undefined,
  findings: readonly Pick<Finding, 'check' | 'severity' | 'location'>[],
): GateResult | undefined {
  if (!gate) return undefined;
  if (gate.exemption !== undefined) return { exemption: gate.exemption, met: true };
  const blocks = (finding: Pick<Finding, 'check' | 'severity' | 'location'>): boolean =>
    finding.severity === 'block' && finding.check.startsWith('dia/') && finding.location.path === DESCRIPTION_PATH;
  return { met: !findings.some(blocks) };
}
