import type { CheckRun } from '../github/check-runs.js';
import { isRateLimit, messageOf, statusOf } from '../github/client.js';
import { TreeTooLarge } from '../github/tree.js';
import { Moved } from '../github/whereabouts.js';
import type { Attempt } from '../queue/job.js';
import type { CheckReport } from '../report/publication/publication.js';
import { couldNotReview } from '../report/publication/trouble.js';
import { ReviewAborted } from '../worker/pool.js';
import type { Log } from './services.js';

/**
 * Ends a check run with what `work` says, or with why there is nothing to say. What may pass is thrown on, so that the
 * queue tries again while the check stays in progress.
 */
export async function concluding(
  check: CheckRun,
  attempt: Attempt,
  log: Log,
  work: () => Promise<CheckReport>,
): Promise<void> {
  let report: CheckReport;
  try {
    report = await work();
  } catch (error) {
    // What goes on elsewhere goes on with this check.
    if (error instanceof Moved || (error instanceof ReviewAborted && error.superseded)) throw error;
    const reason = incurable(error);
    // Being rate limited is not the author's fault: the check stays in progress, and the sweep comes back to it.
    if (reason === undefined && (!attempt.last || isRateLimit(error))) throw error;
    log.error({ err: error }, 'the review ended without a result');
    report = couldNotReview(reason ?? reasonAtLast(error));
  }
  await check.finish(report);
}

/** The reason of an error that trying again does not cure. */
function incurable(error: unknown): string | undefined {
  if (error instanceof ReviewAborted) return error.why;
  if (error instanceof TreeTooLarge) return error.message;
  if (statusOf(error) === 403 && !isRateLimit(error)) return `GitHub refused: ${messageOf(error)}.`;
  return undefined;
}

/** GitHub's own words are said; anything else is ours, and stands in the log. */
const reasonAtLast = (error: unknown): string =>
  statusOf(error) === undefined
    ? 'Something went wrong here several times; the log of the server says what.'
    : `GitHub answered ${statusOf(error)} several times: ${messageOf(error)}.`;
