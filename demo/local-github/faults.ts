/** Failures on demand, each as GitHub really fails. */
import { ApiError, notFound } from './errors.js';
import { secondaryLimit } from './limits.js';

export type Fault =
  /** 502 although the write was done: repeating it blindly doubles it. */
  | { readonly kind: 'bad-gateway-after' }
  | { readonly kind: 'bad-gateway' }
  | { readonly kind: 'server-error' }
  /** As right after a pull request was opened, while replicas catch up. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'expired-token' }
  | { readonly kind: 'secondary-limit'; readonly retryAfter: number }
  | { readonly kind: 'primary-limit'; readonly resetInSeconds: number }
  /** The connection ends without an answer, before or after the work. */
  | { readonly kind: 'connection-reset'; readonly after?: boolean }
  | { readonly kind: 'slow'; readonly milliseconds: number };

interface Planned {
  /** An operation id such as `pulls/create-review`, or `graphql`, or `*`. */
  readonly operation: string;
  readonly fault: Fault;
  times: number;
}

export class Faults {
  private readonly planned: Planned[] = [];

  constructor(private readonly operations: ReadonlySet<string>) {}

  /** The next `times` requests of an operation go wrong. @throws Error for one that nobody can ask for */
  plan(operation: string, fault: Fault, times = 1): void {
    if (operation !== '*' && operation !== 'graphql' && !this.operations.has(operation))
      throw new Error(`no such operation: ${operation}`);
    this.planned.push({ operation, fault, times });
  }

  /** How many planned faults were never met: a test that expects them to matter asks. */
  get pending(): number {
    return this.planned.reduce((total, { times }) => total + times, 0);
  }

  /** All is well again. */
  clear(): void {
    this.planned.length = 0;
  }

  take(operation: string): Fault | undefined {
    const index = this.planned.findIndex((planned) => planned.operation === operation || planned.operation === '*');
    const found = this.planned[index];
    if (found === undefined) return undefined;
    found.times -= 1;
    if (found.times <= 0) this.planned.splice(index, 1);
    return found.fault;
  }
}

/** Thrown to end the connection without an answer. */
export class ConnectionReset extends Error {}

const badGateway = (): ApiError => new ApiError(502, 'Server Error');

/** What a fault does before the work. @throws what the client shall see */
export async function before(fault: Fault | undefined, now: Date): Promise<void> {
  switch (fault?.kind) {
    case undefined:
    case 'bad-gateway-after':
      return;
    case 'bad-gateway':
      throw badGateway();
    case 'server-error':
      throw new ApiError(500, 'Server Error');
    case 'not-found':
      throw notFound();
    case 'forbidden':
      throw new ApiError(403, 'Resource not accessible by integration');
    case 'expired-token':
      throw new ApiError(401, 'Bad credentials');
    case 'secondary-limit':
      throw secondaryLimit(fault.retryAfter);
    case 'primary-limit': {
      const reset = String(Math.floor(now.getTime() / 1000) + fault.resetInSeconds);
      throw new ApiError(403, 'API rate limit exceeded.', {
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
      });
    }
    case 'connection-reset':
      if (fault.after !== true) throw new ConnectionReset();
      return;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
  }
}

/** What a fault does once the work is done. @throws what the client shall see */
export function after(fault: Fault | undefined): void {
  if (fault?.kind === 'bad-gateway-after') throw badGateway();
  if (fault?.kind === 'connection-reset') throw new ConnectionReset();
}
