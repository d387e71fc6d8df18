import { LRUCache } from 'lru-cache';
import type { AskPackageIndex, PackageAnswer } from '../core/package-index.js';
import { askFor } from './request.js';

export interface PackageIndexOptions {
  /** May a configured index lie on this machine's own network? On a server that is the operator's choice. */
  readonly privateAddresses: boolean;
  /** For one project's page. */
  readonly timeoutMs?: number;
  /** For all questions of one review together. */
  readonly budgetMs?: number;
}

const TIMEOUT_MS = 5_000;
const BUDGET_MS = 20_000;
const AT_A_TIME = 4;
/** A name that is known stays known; one that is not may be published any day; a failure is not asked about again at once. */
const KEPT_MS = { known: 24 * 3_600_000, unknown: 600_000, failed: 60_000 } as const;

/** Asks package indexes over HTTP, a few names at a time, with bounds on time; answers are kept for a while. */
export function packageIndexClient(options: PackageIndexOptions): AskPackageIndex {
  const kept = new LRUCache<string, PackageAnswer>({ max: 10_000 });
  return async ({ index, names }) => {
    const budget = AbortSignal.timeout(options.budgetMs ?? BUDGET_MS);
    const answers: Record<string, PackageAnswer> = {};
    const waiting = [...names];
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const key = `${index}\0${name}`;
        const answer = kept.get(key) ?? (await ask(index, name, budget));
        kept.set(key, answer, { ttl: KEPT_MS[answer.kind], noUpdateTTL: true });
        answers[name] = answer;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    return answers;
  };

  function ask(index: string, name: string, budget: AbortSignal): Promise<PackageAnswer> {
    if (budget.aborted) return Promise.resolve({ kind: 'failed', reason: 'it did not answer in time' });
    const signal = AbortSignal.any([budget, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]);
    return askFor(index, name, { privateAddresses: options.privateAddresses, signal });
  }
}
