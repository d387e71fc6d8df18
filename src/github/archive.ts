import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { blobId, type BlobCache, type WantedBlob } from './blobs.js';
import type { GitHubClient, Repository } from './client.js';
import { bounded, download } from './download.js';

const MAX_PACKED_BYTES = 300e6;
const MAX_UNPACKED_BYTES = 2e9;
/** Larger files are asked for when they are wanted: the cache is for the many small ones. */
const MAX_KEPT_BYTES = 400e3;

/**
 * One archive instead of hundreds of questions. Only contents whose git id is wanted are kept, so attributes that
 * change files on export (`export-subst`) or leave them out do no harm.
 */
export async function fetchArchive(
  client: GitHubClient,
  repository: Repository,
  commit: string,
  wanted: readonly WantedBlob[],
  cache: BlobCache,
): Promise<void> {
  const where = { ...repository, ref: commit };
  const packed = await download(client, 'GET /repos/{owner}/{repo}/tarball/{ref}', where, MAX_PACKED_BYTES);
  const small = wanted.filter((blob) => blob.size <= MAX_KEPT_BYTES);
  const ids = new Set(small.map((blob) => blob.id));
  const sizes = new Set(small.map((blob) => blob.size));
  const like = wanted[0]?.id ?? '';
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    void collect(header, stream, sizes)
      .then((bytes) => {
        const id = bytes ? blobId(bytes, like) : undefined;
        if (bytes && id && ids.has(id)) cache.set(id, bytes);
      })
      .then(() => next(), next);
  });

  await pipeline(packed, createGunzip(), bounded(MAX_UNPACKED_BYTES), tar);
}

/** The content of an entry that may be wanted; everything else runs past. */
async function collect(
  header: Header,
  stream: AsyncIterable<unknown>,
  sizes: ReadonlySet<number>,
): Promise<Buffer | undefined> {
  const take = header.type === 'file' && sizes.has(header.size ?? -1);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (take) chunks.push(chunk as Buffer);
  return take ? Buffer.concat(chunks) : undefined;
}
