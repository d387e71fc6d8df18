import type { LoadedConfiguration } from '../config/load.js';
import type { Check } from '../core/check.js';
import type { GateResult, ReviewedFinding } from '../core/review.js';
import { checkPage, DOCUMENTATION } from './links.js';
import { codeSpan, inert, prose, tableMarkdown } from './markdown.js';
import { findingBlocks, type LineLink } from './publication/finding.js';
import { joinWithin, MAX_COMMENT } from './publication/limits.js';
import { problemItem } from './publication/trouble.js';

/** What `/dialectic help` answers. */
export const helpReply = (): string =>
  [
    'A command is a line of its own, outside of quotes and code.',
    tableMarkdown(
      ['Command', 'What it does', 'Who'],
      [
        ['`/dialectic review`', 'Reviews the newest commit again.', 'the author, or write permission'],
        [
          '`/dialectic gate`',
          'Says whether thesis, antithesis and synthesis are there, and what is missing.',
          'everyone',
        ],
        ['`/dialectic explain <check>`', 'Says what a check looks for and why it matters.', 'everyone'],
        [
          '`/dialectic waive <check> [path] <reason>`',
          'Answers for the findings of a check.',
          'write permission, not the author',
        ],
        ['`/dialectic unwaive <check> [path]`', 'Takes that back.', 'write permission, not the author'],
        ['`/dialectic config`', 'Shows the effective configuration and where each value comes from.', 'everyone'],
        ['`/dialectic report`', 'Writes the orchestrator report on this change.', 'the author, or write permission'],
        [
          '`/dialectic plan`',
          'Decomposes the description into a plan; on issues too.',
          'the author, or write permission',
        ],
        [
          '`/dialectic brainstorm`',
          'Asks what the text leaves open; on issues too.',
          'the author, or write permission',
        ],
      ],
    ),
    `More: ${DOCUMENTATION}/github.md`,
  ].join('\n\n');

export const unknownCommandReply = (word: string): string =>
  `There is no command ${codeSpan(word, 60)}.\n\n${helpReply()}`;

export const unknownCheckReply = (id: string, nearest: string | undefined): string =>
  `There is no check ${codeSpan(id || '(none named)', 80)}.${nearest ? ` Did you mean ${codeSpan(nearest)}?` : ''} The checks are listed at ${DOCUMENTATION}/checks/.`;

/** A check in its own words. */
export function explainReply(check: Check<never>, severity: string): string {
  return joinWithin(
    [
      `**[${check.id}](${checkPage(check.id)})** (${severity} here; serves ${inert(check.task)})`,
      check.flags,
      check.why,
    ],
    MAX_COMMENT - 200,
  );
}

/** The first finding that blocks, and its check. */
export const explainFindingReply = (finding: ReviewedFinding, check: Check<never>, link: LineLink): string =>
  joinWithin([...findingBlocks(finding, link), `**Why it matters.** ${check.why}`], MAX_COMMENT - 200);

export const nothingBlocksReply = (): string => 'Nothing blocks at this commit.';

export function gateReply(gate: GateResult | undefined, findings: readonly ReviewedFinding[], link: LineLink): string {
  if (!gate) return 'The gate is switched off in the configuration of this repository.';
  if (gate.exemption) return `No argument is demanded here: ${prose(gate.exemption)}.`;
  const state = gate.met
    ? '✅ The gate is met.'
    : '❌ The gate is not met. The pull request is judged again when its description is edited.';
  return joinWithin(
    [state, ...findings.map((finding) => findingBlocks(finding, link).join('\n\n'))],
    MAX_COMMENT - 200,
  );
}

/** A refusal says who may. */
export const refusalReply = (word: string, audience: 'participant' | 'other', isAuthor: boolean): string =>
  audience === 'participant'
    ? `${codeSpan(`/dialectic ${word}`)} may be used by the author of the description and by people with write permission.`
    : `${codeSpan(`/dialectic ${word}`)} may be used by people with write permission${isAuthor ? ', but not by the author of the pull request: somebody else has to answer for it (`allowAuthorWaivers` changes that)' : ' other than the author of the pull request'}.`;

/** Some commands judge a change, and an issue has none. */
export const pullOnlyReply = (word: string): string =>
  `${codeSpan(`/dialectic ${word}`)} judges a change, so it works on pull requests only.`;

export const reasonMissingReply = (): string =>
  'A waiver needs a reason: `/dialectic waive <check> [path] <reason>`. It is shown in the summary with your name and the date.';

/** Every effective value, and the file and line that sets it. */
export function configReply(loaded: LoadedConfiguration): string {
  const { configuration, origins, problems } = loaded;
  if (!configuration) return `The configuration is not valid:\n\n${problems.map(problemItem).join('\n')}`;
  const values = {
    mode: configuration.mode,
    review: { scope: configuration.scope, approve: configuration.approve },
    suppressions: configuration.suppressions,
    allowAuthorWaivers: configuration.allowAuthorWaivers,
    ...configuration.settings,
  };
  const checks = Object.fromEntries(configuration.checks.map((plan) => [plan.check.id, plan.severity('')]));
  const rows = [
    ...leaves(values, '').map(([path, value]) => [codeSpan(path), cell(value), sourceOf(origins, path)]),
    ...Object.entries(checks)
      .filter(([id]) => sourceOf(origins, `checks.${id}`) !== 'default')
      .map(([id, severity]) => [codeSpan(`checks.${id}`), cell(severity), sourceOf(origins, `checks.${id}`)]),
  ];
  const others = configuration.checks.length - rows.filter(([path]) => path?.includes('checks.')).length;
  return joinWithin(
    [tableMarkdown(['Key', 'Value', 'Set in'], rows), `${others} checks run with their default severity.`],
    MAX_COMMENT - 200,
  );
}

function sourceOf(origins: ReadonlyMap<string, string>, path: string): string {
  const own = origins.get(path) ?? [...origins].find(([key]) => key.startsWith(`${path}.`))?.[1];
  return own === undefined ? 'default' : codeSpan(own);
}

const cell = (value: unknown): string => codeSpan(JSON.stringify(value) ?? 'not set', 300);

/** Dotted path and value of everything that is not a mapping. */
function leaves(value: object, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]): [string, unknown][] => {
    const path = prefix ? `${prefix}.${key}` : key;
    const nested =
      typeof child === 'object' && child !== null && !Array.isArray(child) && Object.keys(child).length > 0;
    return nested ? leaves(child, path) : [[path, child]];
  });
}
