import type { MessagePort } from 'node:worker_threads';
import { configurationFrom } from '../config/configuration.js';
import { Unreadable } from '../core/errors.js';
import type { PackageAnswers, PackageQuestion } from '../core/package-index.js';
import type { Review } from '../core/review.js';
import type { Snapshot } from '../core/types.js';
import type { RenderRequest } from '../core/rendering.js';
import type { VerificationRequest } from '../core/verification.js';
import { review } from '../review.js';
import { memoryFactStore } from '../reviewers/fact-store.js';
import { ParserPool } from './parsers.js';
import type { Answer, Listing, Request, ReviewTask, Side } from './protocol.js';

/** Facts live as long as the thread does, over many reviews. */
const store = memoryFactStore();
let parsers: ParserPool | undefined;

/** The thread's only entry: one review, content read over the port. */
export default async function reviewInThread(task: ReviewTask): Promise<Review> {
  const ask = asker(task.port);
  try {
    return await review({
      head: remote(task.head, 'head', ask),
      ...(task.base ? { base: remote(task.base, 'base', ask) } : {}),
      configuration: configurationFrom(task.configuration),
      store,
      threads: (parsers ??= new ParserPool(task.parserThreads)),
      waivers: task.waivers,
      ...(task.views ? { views: task.views } : {}),
      ...(task.previous ? { previous: task.previous } : {}),
      ...(task.limits ? { limits: task.limits } : {}),
      today: task.today,
      progress: (done, total, check) =>
        task.port.postMessage({ kind: 'progress', done, total, check } satisfies Request),
    });
  } finally {
    task.port.close();
  }
}

type Ask = (
  request:
    | { kind: 'read'; side: Side; path: string }
    | { kind: 'prefetch'; side: Side; paths: readonly string[] }
    | { kind: 'verify'; request: VerificationRequest }
    | { kind: 'render'; request: RenderRequest }
    | { kind: 'packages'; question: PackageQuestion },
) => Promise<Answer>;

function asker(port: MessagePort): Ask {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  port.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return (request) =>
    new Promise((resolve) => {
      const id = (last += 1);
      waiting.set(id, resolve);
      port.postMessage({ ...request, id } satisfies Request);
    });
}

const remote = (listing: Listing, side: Side, ask: Ask): Snapshot => ({
  ...listing,
  read: async (path) => {
    const answer = await ask({ kind: 'read', side, path });
    if (answer.bytes) return answer.bytes;
    throw new Unreadable(path, answer.unreadable ?? 'no answer');
  },
  prefetch: async (paths) => void (await ask({ kind: 'prefetch', side, paths })),
  verify: async (request) =>
    (await ask({ kind: 'verify', request })).verification ?? { kind: 'failed', reason: 'no answer' },
  render: async (request) =>
    (await ask({ kind: 'render', request })).rendering ?? { kind: 'failed', reason: 'no answer' },
  packageIndex: async (question): Promise<PackageAnswers> => (await ask({ kind: 'packages', question })).packages ?? {},
});
