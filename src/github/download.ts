import { Readable } from 'node:stream';
import type { GitHubClient } from './client.js';

const MAX_MS = 60_000;

/**
 * What GitHub redirects to another host: that address carries its own permission, and our token is none of its business.
 *
 * @throws Error when there is nothing, or more than `limit` bytes
 */
export async function download(
  client: GitHubClient,
  route: string,
  parameters: Record<string, unknown>,
  limit: number,
): Promise<AsyncIterable<Buffer>> {
  const { headers } = await client.request(route, { ...parameters, request: { redirect: 'manual' } });
  if (!headers.location) throw new Error('GitHub named no address to download from');
  const answer = await fetch(headers.location, { signal: AbortSignal.timeout(MAX_MS) });
  if (!answer.ok || !answer.body || Number(answer.headers.get('content-length') ?? 0) > limit) {
    await answer.body?.cancel();
    throw new Error(answer.ok ? 'the download is too large' : `the download was answered with ${answer.status}`);
  }
  return bounded(limit)(Readable.fromWeb(answer.body as never));
}

/** Ends a stream that brings more than it should. */
export const bounded = (limit: number) =>
  async function* (source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    let seen = 0;
    for await (const chunk of source) {
      seen += chunk.byteLength;
      if (seen > limit) throw new Error('the download is too large');
      yield chunk;
    }
  };
