import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ask } from './graphql.js';
import type { GitHubClient, Repository } from './client.js';
import { blobsQuery } from './queries.js';

/** Content by git blob id, kept over reviews: an id names its content for ever. */
export class BlobCache {
  readonly #kept: LRUCache<string, Uint8Array>;

  constructor(maxBytes = 256e6) {
    this.#kept = new LRUCache({ maxSize: maxBytes, sizeCalculation: (bytes) => bytes.byteLength + 100 });
  }

  get = (id: string): Uint8Array | undefined => this.#kept.get(id);
  set = (id: string, bytes: Uint8Array): void => void this.#kept.set(id, bytes);
}

export interface WantedBlob {
  readonly id: string;
  readonly size: number;
}

const MAX_IN_ONE_QUESTION = 150;
const MAX_BYTES_IN_ONE_QUESTION = 1.2e6;
/** Above this GraphQL cuts the text, so it is asked for alone. */
const MAX_TEXT_BYTES = 400e3;
const MAX_BLOB_BYTES = 100e6;
const PARALLEL = 4;

/** Reads blobs of one repository: small texts many at a time, large and binary ones alone. */
export class BlobReader {
  readonly #waiting = new Map<string, { readonly blob: WantedBlob; readonly settle: Settle[] }>();
  #scheduled = false;

  constructor(
    private readonly client: GitHubClient,
    private readonly repository: Repository,
    private readonly cache: BlobCache,
  ) {}

  has = (id: string): boolean => this.cache.get(id) !== undefined;

  /** @throws Error with the reason when GitHub does not give the content, or gives another one */
  read(blob: WantedBlob): Promise<Uint8Array> {
    const kept = this.cache.get(blob.id);
    if (kept) return Promise.resolve(kept);
    if (blob.size > MAX_BLOB_BYTES)
      return Promise.reject(new Error(`too large to read (${Math.round(blob.size / 1e6)} MB)`));
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(blob.id);
      if (waiting) waiting.settle.push({ resolve, reject });
      else this.#waiting.set(blob.id, { blob, settle: [{ resolve, reject }] });
      // Reads that are asked for together travel together.
      if (this.#scheduled) return;
      this.#scheduled = true;
      setTimeout(() => void this.#flush(), 3);
    });
  }

  /** Reads many into the cache; what cannot be had shows when it is read itself. */
  async prefetch(blobs: readonly WantedBlob[]): Promise<void> {
    const missing = blobs.filter((blob) => !this.has(blob.id) && blob.size <= MAX_TEXT_BYTES);
    await Promise.allSettled(missing.map((blob) => this.read(blob)));
  }

  async #flush(): Promise<void> {
    this.#scheduled = false;
    const wanted = [...this.#waiting.values()];
    this.#waiting.clear();
    const small = wanted.filter(({ blob }) => blob.size <= MAX_TEXT_BYTES);
    const work = [
      ...batches(small).map((batch) => () => this.#together(batch)),
      ...wanted.filter(({ blob }) => blob.size > MAX_TEXT_BYTES).map((one) => () => this.#alone(one)),
    ];
    await inParallel(work, PARALLEL);
  }

  async #together(batch: readonly Waiting[]): Promise<void> {
    const { owner, repo } = this.repository;
    const ids = batch.map(({ blob }) => blob.id).filter((id) => /^[0-9a-f]{40,64}$/.test(id));
    try {
      const { repository } = await ask<BlobsAnswer>(this.client, blobsQuery(ids), { owner, name: repo }, [
        'repository',
      ]);
      await inParallel(
        batch.map((one) => async () => {
          const text = repository?.[`b${ids.indexOf(one.blob.id)}`]?.text;
          const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : undefined;
          // A wrong guess about the encoding, or a cut text, changes the id.
          if (bytes && blobId(bytes, one.blob.id) === one.blob.id) this.#keep(one, bytes);
          else await this.#alone(one);
        }),
        PARALLEL,
      );
    } catch (error) {
      for (const { settle } of batch) for (const { reject } of settle) reject(error);
    }
  }

  async #alone(one: Waiting): Promise<void> {
    try {
      const { data } = await this.client.rest.git.getBlob({ ...this.repository, file_sha: one.blob.id });
      const bytes = Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
      if (blobId(bytes, one.blob.id) !== one.blob.id)
        throw new Error('GitHub sent another content than the one asked for');
      this.#keep(one, bytes);
    } catch (error) {
      for (const { reject } of one.settle) reject(error);
    }
  }

  #keep({ blob, settle }: Waiting, bytes: Uint8Array): void {
    this.cache.set(blob.id, bytes);
    for (const { resolve } of settle) resolve(bytes);
  }
}

interface Settle {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

interface Waiting {
  readonly blob: WantedBlob;
  readonly settle: readonly Settle[];
}

interface BlobsAnswer {
  readonly repository: Record<string, { readonly text?: string | null } | null> | null;
}

/** Git's id of a content; the length of the expected id tells the hash. */
export function blobId(bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

function batches(wanted: readonly Waiting[]): Waiting[][] {
  const result: Waiting[][] = [];
  let bytes = Infinity;
  for (const one of wanted) {
    const last = result.at(-1);
    if (!last || last.length >= MAX_IN_ONE_QUESTION || bytes + one.blob.size > MAX_BYTES_IN_ONE_QUESTION) {
      result.push([one]);
      bytes = one.blob.size;
    } else {
      last.push(one);
      bytes += one.blob.size;
    }
  }
  return result;
}

/** Runs work with at most `width` at a time; each piece handles its own errors. */
async function inParallel(work: readonly (() => Promise<void>)[], width: number): Promise<void> {
  const queue = [...work];
  const run = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await next();
  };
  await Promise.all(Array.from({ length: Math.min(width, work.length) }, run));
}
