import { effectiveConfiguration } from '../github/configuration.js';
import { reply } from '../github/discussion.js';
import { readMarkdown } from '../languages/markdown/index.js';
import { offersFor, offersIn, type Offer } from '../models/plan/index.js';
import type { Job } from '../queue/job.js';
import { offerReply } from '../report/planning.js';
import { Gone, type Session } from './services.js';

type OfferJob = Extract<Job, { kind: 'offer' }>;

/** Offers the planner's commands once to an issue or a pull request that has its words, where the configuration wants that. */
export async function offer(session: Session, job: OfferJob): Promise<void> {
  const { client, repository } = session;
  const found = await session.topic(job.number, job.issue);
  if (!found) throw new Gone(`number ${job.number}`);
  if (!found.topic.open || found.topic.archived || found.topic.authorIsBot) return;
  const { topic } = found;
  const { configuration } = await effectiveConfiguration(client, repository, topic);
  if (!configuration?.settings.planning.triggers) return;
  const words = offersFor([topic.title, ...topic.labels].join('\n'));
  const wanted = new Set<Offer>([...words, ...offersIn(readMarkdown(topic.body).facts)]);
  // A report judges a change; an issue has none, so what is asked for there is a plan.
  const text = wanted.size === 0 ? undefined : offerReply(job.issue ? new Set<Offer>(['plan']) : wanted);
  if (text === undefined) return;
  const refused = await reply(client, repository, job.number, 'offer', text, topic.comments);
  if (refused !== undefined) session.log.info({ refused }, 'GitHub refused the offer');
}
