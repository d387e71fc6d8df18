/** GitHub's primary and secondary rate limits, per installation or person. */
import type { Actor } from './auth.js';
import { ApiError } from './errors.js';

export interface LimitSettings {
  /** Requests an hour. */
  readonly hourly: number;
  /** Requests that create content, a minute and an hour. */
  readonly writesPerMinute: number;
  readonly writesPerHour: number;
  /** Points a minute: reading costs 1, writing 5. */
  readonly pointsPerMinute: number;
  readonly concurrent: number;
}

export const GITHUB_LIMITS: LimitSettings = {
  hourly: 5000,
  writesPerMinute: 80,
  writesPerHour: 500,
  pointsPerMinute: 900,
  concurrent: 100,
};

interface Usage {
  readonly hourStart: number;
  used: number;
  readonly events: { readonly at: number; readonly points: number; readonly write: boolean }[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export class Limits {
  private readonly usage = new Map<string, Usage>();
  private running = 0;

  constructor(
    public settings: LimitSettings,
    private readonly now: () => Date,
  ) {}

  /** Counts a request. @throws ApiError 403 with Retry-After when it is one too many. */
  take(actor: Actor, write: boolean): void {
    const usage = this.of(actor);
    const now = this.now().getTime();
    usage.used += 1;
    if (usage.used > this.settings.hourly)
      throw new ApiError(403, `API rate limit exceeded for ${keyOf(actor)}.`, { headers: this.headers(actor) });
    while ((usage.events[0]?.at ?? Infinity) < now - HOUR) usage.events.shift();
    usage.events.push({ at: now, points: write ? 5 : 1, write });
    const recent = usage.events.filter(({ at }) => at > now - MINUTE);
    const points = recent.reduce((total, event) => total + event.points, 0);
    const writes = recent.filter((event) => event.write).length;
    const hourly = usage.events.filter((event) => event.write).length;
    const { pointsPerMinute, writesPerMinute, writesPerHour, concurrent } = this.settings;
    if (points > pointsPerMinute || writes > writesPerMinute || hourly > writesPerHour || this.running > concurrent)
      throw secondaryLimit(60);
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }

  state(actor: Actor): { limit: number; remaining: number; reset: number; used: number } {
    const { used, hourStart } = this.of(actor);
    const { hourly } = this.settings;
    return {
      limit: hourly,
      remaining: Math.max(0, hourly - used),
      reset: Math.floor((hourStart + HOUR) / 1000),
      used: Math.min(used, hourly),
    };
  }

  headers(actor: Actor): Record<string, string> {
    const { limit, remaining, reset, used } = this.state(actor);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-used': String(used),
      'x-ratelimit-resource': 'core',
    };
  }

  private of(actor: Actor): Usage {
    const key = keyOf(actor);
    const now = this.now().getTime();
    let usage = this.usage.get(key);
    if (usage === undefined || usage.hourStart + HOUR <= now) {
      usage = { hourStart: now, used: 0, events: usage?.events ?? [] };
      this.usage.set(key, usage);
    }
    return usage;
  }
}

function keyOf(actor: Actor): string {
  if (actor.kind === 'installation') return `installation ID ${actor.installation.id}`;
  if (actor.kind === 'app') return `app ID ${actor.app.id}`;
  return actor.kind === 'user' ? `user ID ${actor.user.id}` : 'anonymous';
}

export function secondaryLimit(retryAfter: number): ApiError {
  return new ApiError(
    403,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    { headers: { 'retry-after': String(retryAfter) } },
  );
}
