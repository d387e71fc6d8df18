import { CHECKS } from '../checks/index.js';
import { requeueCheck } from '../github/check-runs.js';
import {
  AUDIENCE,
  checkNamed,
  commandsIn,
  mayWaive,
  ON_PULLS_ONLY,
  waiveArguments,
  type Command,
  type CommandName,
} from '../github/commands.js';
import { effectiveConfiguration } from '../github/configuration.js';
import { react, reply } from '../github/discussion.js';
import type { Situation } from '../github/situation.js';
import type { Topic } from '../github/topic.js';
import type { Job } from '../queue/job.js';
import {
  configReply,
  explainReply,
  gateReply,
  helpReply,
  pullOnlyReply,
  reasonMissingReply,
  refusalReply,
  unknownCheckReply,
  unknownCommandReply,
} from '../report/replies.js';
import { linkFor, reviewWith, snapshotsOf } from './judge.js';
import { brainstorm, plan, report } from './plan-commands.js';
import { Gone, type Session } from './services.js';

type CommandJob = Extract<Job, { kind: 'command' }>;

/** What a command leads to: an answer below the discussion, a refusal, or work. */
interface Effect {
  readonly text?: string;
  readonly refused?: boolean;
  /** The result on the head is out of date, or was asked for again. */
  readonly review?: 'again' | 'if-changed';
}

/** Does what a comment asks, and answers once. */
export async function runCommands(session: Session, job: CommandJob): Promise<void> {
  const commands = commandsIn(job.comment.body);
  if (commands.length === 0) return;
  const { client, repository } = session;
  await react(client, repository, job.comment.id, 'eyes');
  const found = await session.topic(job.number, job.issue);
  if (!found) throw new Gone(`number ${job.number}`);
  if (!found.topic.open || found.topic.archived) return;
  const { topic, situation } = found;
  const effects: Effect[] = [];
  for (const command of withoutRepetition(commands))
    effects.push(await effectOf(session, topic, situation, job.comment.author, command));
  const texts = [...new Set(effects.flatMap((effect) => effect.text ?? []))];
  const closed =
    texts.length > 0
      ? await reply(client, repository, job.number, job.comment.id, texts.join('\n\n---\n\n'), topic.comments)
      : undefined;
  if (closed !== undefined) session.log.warn({ refused: closed }, 'GitHub refused the answer');
  await react(client, repository, job.comment.id, effects.some((effect) => effect.refused) ? '-1' : '+1');
  if (!situation) return;
  if (effects.some((effect) => effect.review === 'again')) await requeueCheck(client, repository, situation.headSha);
  if (effects.some((effect) => effect.review))
    await session.services.queue.add({ kind: 'review', ...session.place, number: job.number });
}

/** Ten times the same line is one wish: some of them cost a whole review. */
function withoutRepetition(commands: readonly Command[]): Command[] {
  return [...new Map(commands.map((command) => [`${command.word} ${command.rest}`, command])).values()];
}

async function effectOf(
  session: Session,
  topic: Topic,
  situation: Situation | undefined,
  who: string,
  { name, word, rest }: Command,
): Promise<Effect> {
  if (name === undefined) return { text: unknownCommandReply(word), refused: true };
  if (!situation && ON_PULLS_ONLY.has(name)) return { text: pullOnlyReply(name), refused: true };
  const refusal = await refusalOf(session, topic, who, name);
  if (refusal !== undefined) return { text: refusal, refused: true };
  return situation
    ? ((await onPull(session, situation, name, rest)) ?? anywhere(session, topic, name, rest))
    : anywhere(session, topic, name, rest);
}

/** What needs a change to judge; undefined for what does not. */
async function onPull(
  session: Session,
  situation: Situation,
  name: CommandName,
  rest: string,
): Promise<Effect | undefined> {
  switch (name) {
    case 'review':
      return { review: 'again' };
    case 'gate':
      return gate(session, situation);
    case 'waive':
    case 'unwaive':
      return waive(name, rest);
    case 'report':
      return { text: await report(session, situation) };
    default:
      return undefined;
  }
}

async function anywhere(session: Session, topic: Topic, name: CommandName, rest: string): Promise<Effect> {
  switch (name) {
    case 'explain':
      return explain(session, topic, rest.split(/\s+/)[0] ?? '');
    case 'config':
      return { text: configReply(await effectiveConfiguration(session.client, session.repository, topic)) };
    case 'plan':
      return { text: plan(topic) };
    case 'brainstorm':
      return { text: brainstorm(topic) };
    default:
      return { text: helpReply() };
  }
}

async function refusalOf(session: Session, topic: Topic, who: string, name: CommandName): Promise<string | undefined> {
  const audience = AUDIENCE[name];
  const { author } = topic;
  if (audience === 'everyone') return undefined;
  if (audience === 'participant')
    return who === author || (await session.mayWrite(who)) ? undefined : refusalReply(name, audience, false);
  const { configuration } = await effectiveConfiguration(session.client, session.repository, topic);
  const rules = {
    pullAuthor: author,
    allowAuthor: configuration?.allowAuthorWaivers ?? false,
    mayWrite: session.mayWrite,
  };
  return (await mayWaive(who, rules)) ? undefined : refusalReply(name, audience, who === author);
}

/** The comment itself is the record of the waiver; all that is left to do is to judge again. */
function waive(name: 'waive' | 'unwaive', rest: string): Effect {
  const { check, reason } = waiveArguments(rest);
  const { id, nearest } = checkNamed(check);
  if (id === undefined) return { text: unknownCheckReply(check, nearest), refused: true };
  if (name === 'waive' && reason === '') return { text: reasonMissingReply(), refused: true };
  return { review: 'if-changed' };
}

async function explain(session: Session, topic: Topic, word: string): Promise<Effect> {
  const { id, nearest } = checkNamed(word.replaceAll('`', ''));
  const check = CHECKS.find((one) => one.id === id);
  if (!check) return { text: unknownCheckReply(word, nearest), refused: true };
  const { configuration } = await effectiveConfiguration(session.client, session.repository, topic);
  const severity = configuration?.checks.find((one) => one.check.id === check.id)?.severity('') ?? check.severity;
  return { text: explainReply(check, severity) };
}

/** The gate alone, judged now: cheap, and no need to wait for the whole review. */
async function gate(session: Session, situation: Situation): Promise<Effect> {
  const loaded = await effectiveConfiguration(session.client, session.repository, situation);
  if (!loaded.configuration) return { text: configReply(loaded) };
  const review = await reviewWith(session, situation, await snapshotsOf(session, situation), loaded, ['dia']);
  const counted = review.findings.filter((finding) => finding.scope !== 'existing');
  return { text: gateReply(review.gate, counted, linkFor(session, situation)), review: 'if-changed' };
}
