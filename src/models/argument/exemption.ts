import type { GateSettings } from '../../core/settings.js';
import type { FileChange, PullRequest } from '../../core/types.js';

/** What the exemptions depend on. */
export interface ExemptionInput {
  readonly pull: PullRequest;
  readonly changes: readonly FileChange[];
  readonly settings: GateSettings;
  /** Whether the path has the role `documentation`. */
  readonly isDocumentation: (path: string) => boolean;
  /** Whether the diff makes a decision; asked only under `gate.require: decisions`. */
  readonly decides: boolean;
}

/** GitHub's own committer of merges and web edits: it stands in the list of every such commit. */
const WEB_FLOW = 'web-flow';

const PROSE =
  /(?:^|\/)(?:docs?\/(?:.*\/)?[^/]+\.(?:md|mdx|markdown|rst|adoc|txt|png|jpe?g|gif|svg|webp)|[^/]+\.(?:md|mdx|markdown|rst|adoc)|(?:licen[cs]e|notice|authors|contributors|codeowners|changelog)(?:\.\w+)?)$/i;
/** Prose that tools carry out is not documentation. */
const INSTRUCTIONS = /(?:^|\/)(?:PLAN\.md|SKILL\.md|AGENTS\.md|CLAUDE\.md)$|(?:^|\/)\.claude\//i;

/** Why this pull request needs no argument; undefined when it does. */
export function exemptionOf(input: ExemptionInput): string | undefined {
  const { pull, settings } = input;
  const { exempt } = settings;
  if (exempt.documentation && documentationOnly(input)) return 'only documentation changes';
  if (isBots(pull, exempt.bots)) return `every commit is by ${pull.author}, a bot that the configuration exempts`;
  if (exempt.reverts && isRevert(pull)) return 'a revert, which the configuration exempts';
  if (exempt.releases && RELEASE.test(pull.title)) return 'a release, which the configuration exempts';
  if (settings.require === 'decisions' && !input.decides)
    return 'the diff makes no architectural decision (gate.require: decisions)';
  return undefined;
}

function documentationOnly({ changes, isDocumentation }: ExemptionInput): boolean {
  const paths = changes.flatMap((change) => [change.path, ...(change.previousPath ? [change.previousPath] : [])]);
  return (
    paths.length > 0 && paths.every((path) => !INSTRUCTIONS.test(path) && (PROSE.test(path) || isDocumentation(path)))
  );
}

/** Unknown commit authors exempt nobody: anyone may push to a bot's branch. */
function isBots(pull: PullRequest, bots: readonly string[]): boolean {
  if (!pull.authorIsBot || !bots.includes(pull.author)) return false;
  const others = (pull.commitAuthors ?? []).filter((author) => author !== WEB_FLOW);
  return others.length > 0 && others.every((author) => bots.includes(author));
}

const isRevert = (pull: PullRequest): boolean =>
  /^revert[\s:"(]/i.test(pull.title) &&
  /\b(?:this reverts commit [0-9a-f]{7,40}|reverts [\w.-]+\/[\w.-]+#\d+|reverts #\d+)/i.test(pull.body);

const RELEASE =
  /^(?:(?:chore|build)\(release\)!?:|release(?::\s| v?\d)|(?:prepare|cut) release\b|bump version\b|v?\d+\.\d+\.\d+\s*$)/i;
