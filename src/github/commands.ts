import { closest, distance } from 'fastest-levenshtein';
import { CHECKS } from '../checks/index.js';
import type { Waiver } from '../reviewers/excuses.js';
import type { DiscussionComment } from './comments.js';

const COMMANDS = [
  'review',
  'gate',
  'explain',
  'waive',
  'unwaive',
  'config',
  'plan',
  'brainstorm',
  'report',
  'help',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** Who may use a command. `participant`: the author of the pull request or issue, or write permission. `other`: write permission, and not the author. */
export const AUDIENCE: Readonly<Record<CommandName, 'everyone' | 'participant' | 'other'>> = {
  review: 'participant',
  gate: 'everyone',
  explain: 'everyone',
  waive: 'other',
  unwaive: 'other',
  config: 'everyone',
  plan: 'participant',
  brainstorm: 'participant',
  report: 'participant',
  help: 'everyone',
};

/** Commands that need a change to judge; the others can be used on a plain issue too. */
export const ON_PULLS_ONLY: ReadonlySet<CommandName> = new Set(['review', 'gate', 'waive', 'unwaive', 'report']);

export interface Command {
  /** Undefined for a word that is no command. */
  readonly name: CommandName | undefined;
  readonly word: string;
  readonly rest: string;
}

const MAX_COMMANDS = 10;
const MAX_WORD = 100;
const MAX_REST = 2000;
/** Takes the line as it is; the words are told apart afterwards, because blanks that two parts of a pattern could take cost the cube of their number. */
const LINE = /^ {0,3}\/dialectic(?:[ \t](.*))?$/;

/** Commands of a comment: whole lines that begin with `/dialectic`, outside of quotes, code and HTML comments. */
export function commandsIn(body: string): Command[] {
  const found: Command[] = [];
  let fence: string | undefined;
  let hidden = false;
  for (const line of body.slice(0, 65_536).split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
      continue;
    }
    if (!hidden && mark) {
      fence = mark;
      continue;
    }
    const open = hidden || line.includes('<!--');
    if (open) {
      hidden = line.lastIndexOf('-->') < line.lastIndexOf('<!--') || (hidden && !line.includes('-->'));
      continue;
    }
    const match = LINE.exec(line);
    if (match && found.length < MAX_COMMANDS) found.push(commandOf((match[1] ?? '').trim()));
  }
  return found;
}

function commandOf(text: string): Command {
  const end = text.search(/\s/);
  const word = (end < 0 ? text : text.slice(0, end)).slice(0, MAX_WORD) || 'help';
  const rest = end < 0 ? '' : text.slice(end).trim().slice(0, MAX_REST);
  return { name: COMMANDS.find((name) => name === word), word, rest };
}

/** A check by its id; the nearest spelling when there is none. */
export function checkNamed(id: string): { readonly id?: string; readonly nearest?: string } {
  const ids: string[] = CHECKS.map((check) => check.id);
  if (ids.includes(id)) return { id };
  if (ids.length === 0) return {};
  const nearest = closest(id, ids);
  return distance(id, nearest) <= Math.max(3, Math.floor(id.length / 3)) ? { nearest } : {};
}

export interface WaiveArguments {
  readonly check: string;
  readonly path?: string;
  readonly reason: string;
}

/** `<check> [path] <reason>`. The second word is a path when it looks like one and a reason still follows. */
export function waiveArguments(rest: string): WaiveArguments {
  const [check = '', second = '', ...more] = rest.split(/\s+/);
  const path = isPath(second) && more.length > 0 ? second.replace(/^`|`$/g, '') : undefined;
  const reason = (path === undefined ? [second, ...more] : more).join(' ').trim();
  return { check: check.replace(/^`|`$/g, ''), ...(path === undefined ? {} : { path }), reason };
}

const isPath = (word: string): boolean =>
  /^`?[\w@.*/-]+`?$/.test(word) && (/[/*]/.test(word) || /\.\w{1,10}`?$/.test(word));

export interface WaiverRules {
  readonly pullAuthor: string;
  readonly allowAuthor: boolean;
  readonly mayWrite: (login: string) => Promise<boolean>;
}

/**
 * The waivers that stand: the commands themselves are the record, so nothing is lost with a disk. Void when somebody
 * else edited the comment, because people with write access can put words into others' mouths.
 */
export async function waiversIn(comments: readonly DiscussionComment[], rules: WaiverRules): Promise<Waiver[]> {
  let waivers: Waiver[] = [];
  for (const comment of comments) {
    if (comment.authorIsBot || comment.own || (comment.editor !== undefined && comment.editor !== comment.author))
      continue;
    const commands = commandsIn(comment.body).filter(({ name }) => name === 'waive' || name === 'unwaive');
    if (commands.length === 0 || !(await mayWaive(comment.author, rules))) continue;
    for (const command of commands) {
      const { check, path, reason } = waiveArguments(command.rest);
      if (command.name === 'unwaive') {
        const only = command.rest.split(/\s+/)[1]?.replace(/^`|`$/g, '');
        waivers = waivers.filter((one) => one.check !== check || (only !== undefined && one.path !== only));
      } else if (reason !== '' && checkNamed(check).id) {
        waivers.push({
          check,
          ...(path === undefined ? {} : { path }),
          reason,
          who: comment.author,
          when: comment.createdAt.slice(0, 10),
        });
      }
    }
  }
  return waivers;
}

export async function mayWaive(login: string, rules: WaiverRules): Promise<boolean> {
  if (login === rules.pullAuthor && !rules.allowAuthor) return false;
  return rules.mayWrite(login);
}
