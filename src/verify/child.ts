import type { VerifiedHistory, VerifiedOutcome } from '../core/verification.js';
import { applyHistory } from './apply.js';
import { embeddedBackend } from './embedded.js';
import { dropLeftovers, serverBackend } from './server.js';

/** The child's job: on stdin as JSON; the answer goes to stdout. */
export interface ChildTask {
  /** A server to use; the embedded PostgreSQL when undefined. */
  readonly url: string | undefined;
  /** Names this run's database and role on the server. */
  readonly run: string;
  /** Undefined: only drop what an earlier child left on the server. */
  readonly history: VerifiedHistory | undefined;
  /** The child ends itself after this, in case nobody is left to end it. */
  readonly lifetimeMs: number;
}

export type ChildAnswer =
  | { readonly kind: 'done'; readonly server: string; readonly outcome: VerifiedOutcome }
  | { readonly kind: 'failed'; readonly reason: string };

async function run({ url, run: name, history }: ChildTask): Promise<ChildAnswer> {
  if (history === undefined) {
    if (url !== undefined) await dropLeftovers(url, name);
    return { kind: 'failed', reason: 'only cleaned up' };
  }
  const backend = await (url === undefined ? embeddedBackend() : serverBackend(url, name));
  try {
    return { kind: 'done', server: backend.server, outcome: await applyHistory(backend, history) };
  } finally {
    await backend.close();
  }
}

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const task = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ChildTask;
  setTimeout(() => process.exit(1), task.lifetimeMs).unref();
  const answer = await run(task).catch((error: unknown): ChildAnswer => {
    const words = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
    return { kind: 'failed', reason: `no PostgreSQL to ask: ${words}` };
  });
  process.stdout.write(JSON.stringify(answer));
}

await main();
