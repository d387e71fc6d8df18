import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { PackageAnswer } from '../core/package-index.js';
import { isInternal, publicLookup } from './address.js';

export interface RequestOptions {
  /** May the index lie on this machine's own network? */
  readonly privateAddresses: boolean;
  readonly signal: AbortSignal;
}

/** What is read of a project's page. One that is longer has more files than a name put there to catch typing mistakes. */
const PAGE_BYTES = 64_000;
const ESTABLISHED_FILES = 20;
const REDIRECTS = 3;

/** Asks a simple index (PEP 503, HTML or PEP 691 JSON) for one project's page. Never throws. */
export async function askFor(index: string, name: string, options: RequestOptions): Promise<PackageAnswer> {
  let url: URL;
  try {
    url = new URL(`${index.replace(/\/+$/, '')}/${encodeURIComponent(name)}/`);
  } catch {
    return failed('its address is not a URL');
  }
  const { origin } = url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const answer = await page(url, options);
    if ('reason' in answer) return failed(answer.reason);
    const { status, location, text, whole } = answer;
    if (status === 200) return { kind: 'known', established: !whole || filesOn(text) >= ESTABLISHED_FILES };
    if (status === 404) return { kind: 'unknown' };
    if (status < 300 || status >= 400 || location === undefined) return failed(`it answered ${String(status)}`);
    if (!URL.canParse(location, url.href)) return failed('it redirects to no address');
    url = new URL(location, url.href);
    // Where a server points is not what the configuration says.
    if (url.origin !== origin) return failed('it redirects to another host');
  }
  return failed('it redirects in a circle');
}

const failed = (reason: string): PackageAnswer => ({ kind: 'failed', reason });

/** Files of an HTML page or of its JSON form; a page cut short still has its beginning. */
const filesOn = (text: string): number => (text.match(/<a\s|"filename"\s*:/gi) ?? []).length;

type Page =
  | { readonly status: number; readonly location: string | undefined; readonly text: string; readonly whole: boolean }
  | { readonly reason: string };

function page(url: URL, { privateAddresses, signal }: RequestOptions): Promise<Page> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return Promise.resolve({ reason: 'only http and https are asked' });
  if (!privateAddresses && isInternal(url.hostname))
    return Promise.resolve({ reason: 'its address is on a private network' });
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? secure : plain;
    const request = send(
      url,
      {
        agent: false,
        headers: {
          accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.9, text/html;q=0.8',
          'user-agent': 'dialectic',
        },
        signal,
        ...(privateAddresses ? {} : { lookup: publicLookup }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const end = (whole: boolean): void => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, location: response.headers.location, text, whole });
          response.destroy();
        };
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.byteLength;
          if (size > PAGE_BYTES) end(false);
        });
        response.on('end', () => end(true));
        response.on('error', (error) => resolve({ reason: worded(error, signal) }));
      },
    );
    request.on('error', (error) => resolve({ reason: worded(error, signal) }));
    request.end();
  });
}

function worded(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `it cannot be reached (${code})` : error.message;
}
