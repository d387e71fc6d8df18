import { commandsIn } from '../github/commands.js';
import { effectiveConfiguration } from '../github/configuration.js';
import type { Situation } from '../github/situation.js';
import type { Topic } from '../github/topic.js';
import { readMarkdown } from '../languages/markdown/index.js';
import { brainstormReply, nothingToPlanReply, planReply, reportReply } from '../report/planning.js';
import { configReply } from '../report/replies.js';
import { evidenceFor, reviewWith, snapshotsOf } from './judge.js';
import type { Session } from './services.js';

/** The plan that the description leads to: same text, same plan. */
export const plan = (topic: Topic): string =>
  topic.body.trim() === '' ? nothingToPlanReply() : planReply(readMarkdown(topic.body).facts, topic.title);

/** What the description leaves open, together with what people answered below it. */
export function brainstorm(topic: Topic): string {
  const answers = topic.comments
    .filter((comment) => !comment.own && !comment.authorIsBot)
    .map((comment) => withoutCommands(comment.body));
  const text = [`# ${topic.title.replace(/\s+/g, ' ')}`, topic.body, ...answers].join('\n\n');
  return brainstormReply(readMarkdown(text).facts);
}

const withoutCommands = (body: string): string =>
  commandsIn(body).length === 0
    ? body
    : body
        .split(/\r?\n/)
        .filter((line) => !/^ {0,3}\/dialectic(?:\s|$)/.test(line))
        .join('\n');

/** The orchestrator report on the newest commit, judged now. */
export async function report(session: Session, situation: Situation): Promise<string> {
  const loaded = await effectiveConfiguration(session.client, session.repository, situation);
  if (!loaded.configuration) return configReply(loaded);
  const evidence = await evidenceFor(session, situation, loaded);
  const review = await reviewWith(session, situation, await snapshotsOf(session, situation, evidence), loaded);
  return reportReply(review, `#${situation.pull.number} ${situation.pull.title}`);
}
