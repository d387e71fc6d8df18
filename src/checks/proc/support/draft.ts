import type { CheckContext } from '../../../core/check.js';
import type { Fix, FindingDraft } from '../../../core/types.js';
import type { Family } from '../../../models/call-graph/patterns.js';
import { radar } from '../../../models/call-graph/radar.js';
import { traceOf, type Site } from '../../../models/call-graph/sites.js';

/** Sites of one family, or `not-applicable` where no coroutine exists. Bounds that were hit are said. */
export async function sitesOf(context: CheckContext, family: Family): Promise<readonly Site[] | 'not-applicable'> {
  const found = await context.model(radar);
  for (const limit of found.limits) context.inconclusive(limit);
  if (found.graph.coroutines.length === 0) return 'not-applicable';
  return found.sites.filter((site) => site.family === family);
}

export interface Wording {
  /** `blocks the event loop`. */
  readonly does: string;
  readonly consequence: (site: Site) => string;
}

/** A site as a finding: what, through which functions, who is hit, and what to use instead. */
export async function draftOf(site: Site, context: CheckContext, wording: Wording): Promise<FindingDraft> {
  const { path, line, endLine, sink } = site;
  const lines = (await context.text(path))?.split('\n') ?? [];
  const text = (lines[line - 1] ?? '').replace(REMARK, '').trim();
  const fix = sleepFix(site, lines[line - 1] ?? '');
  const indirect = site.steps.length > 1;
  return {
    location: { path, startLine: line, endLine },
    message: `${chainOf(site)} ${site.possible ? 'may be what runs here, and ' : ''}${wording.does}. Use ${sink.instead}.`,
    consequence: site.once
      ? wording.consequence(site)
      : site.alone
        ? ALONE
        : site.firstUse
          ? FIRST_USE
          : wording.consequence(site),
    evidence: indirect ? `${text} → ${sink.name}` : text,
    trace: traceOf(site),
    ...lowered(site, context),
    ...(fix ? { fix } : {}),
  };
}

/** The line's text without the remarks that are meant for tools. */
export async function lineText(context: CheckContext, path: string, line: number): Promise<string> {
  const lines = (await context.text(path))?.split('\n') ?? [];
  return (lines[line - 1] ?? '').replace(REMARK, '').trim();
}

const REMARK = /#\s*(?:expect|dialectic):.*$/;

/** Once at start, in a script, or for a blink: nobody waits behind it. Or it is one of many ways that the call may go. */
const isOffline = (site: Site, context: CheckContext): boolean => {
  const roles = context.roles(site.path);
  return site.once || site.brief || site.possible || roles.has('script') || roles.has('migration');
};

const ALONE =
  'It is all that runs on this loop now (`asyncio.run` gave it one of its own): nobody waits behind it, until a second task joins.';

const FIRST_USE =
  'It happens once, when this is first asked for, and everybody who is served at that moment waits. Make it in the lifespan handler.';

/** What waits for a person at a terminal, or touches the disk, is right in a tool that does one thing at a time. */
function lowered(site: Site, context: CheckContext): Pick<FindingDraft, 'severity'> {
  if (isOffline(site, context)) return { severity: 'note' };
  // A question at the terminal of a tool: the person is waited for, not the tool.
  if (!site.alone && !site.firstUse) return site.command && site.sink.category === 'input' ? { severity: 'warn' } : {};
  const light = site.sink.category === 'input' || site.family === 'file' || site.family === 'dataframe';
  return { severity: light ? 'note' : 'warn' };
}

function chainOf(site: Site): string {
  const [first, ...rest] = site.steps;
  const names = [first?.within ?? '', ...rest.map(({ within }) => within), site.sink.name].map((name) => `\`${name}\``);
  return rest.length === 0 ? `\`${site.sink.name}\` in coroutine ${names[0] ?? ''}` : names.join(' → ');
}

/** `POST /score and 2 more`. */
export function entriesOf(site: Site): string {
  const [first, ...more] = site.entries;
  return `\`${first?.label ?? site.coroutine.facts.name}\`${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}

const SLEEP = /^(\s*)(?:\w+\.)?sleep\((.*)\)(\s*(?:#.*)?)$/;

/** Only where the line is nothing but the sleep, and `asyncio` is at hand. */
function sleepFix(site: Site, text: string): Fix | undefined {
  const match = SLEEP.exec(text);
  if (site.sink.name !== 'time.sleep' || !site.statement || site.steps.length > 1 || !match) return undefined;
  if (!site.coroutine.facts.async || site.coroutine.facts.kind === 'lambda') return undefined;
  const imported = site.coroutine.module.body
    .bindings('asyncio')
    .some(({ value }) => value.t === 'import' && value.target === 'asyncio');
  if (!imported) return undefined;
  const [, indent = '', argument = '', rest = ''] = match;
  return { startLine: site.line, endLine: site.line, replacement: `${indent}await asyncio.sleep(${argument})${rest}` };
}
