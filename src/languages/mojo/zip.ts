import { crc32 } from 'node:zlib';
import JSZip from 'jszip';
import { Damaged, type Container } from './facts.js';
import { readDirectory, type ZipEntry, type ZipLimits } from './zip-directory.js';

export interface ZipContainer extends Container {
  readonly entries: readonly ZipEntry[];
}

/** Names that packers leave behind: they are no part of the model. */
const NOISE = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$|\._)/;

/**
 * Opens an archive. The directory is read and judged first; content is inflated one entry at a time, and an entry that
 * yields more than the directory says is stopped there.
 * @throws Damaged
 */
export async function openZip(bytes: Uint8Array, limits?: ZipLimits): Promise<ZipContainer> {
  const entries = readDirectory(bytes, limits);
  const files = new Map(entries.filter(({ name }) => !name.endsWith('/') && !NOISE.test(name)).map((e) => [e.name, e]));
  const zip = await load(bytes);
  return {
    entries,
    names: new Set(files.keys()),
    read: (name) => {
      const entry = files.get(name);
      if (!entry) return Promise.reject(missing(name));
      return inflate(zip, entry);
    },
  };
}

async function load(bytes: Uint8Array): Promise<JSZip> {
  try {
    return await JSZip.loadAsync(bytes, { createFolders: false });
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw new Damaged({ file: '', expected: 'a readable zip archive', found: found.slice(0, 150) });
  }
}

/** jszip's types leave this out; it is what its own `nodeStream` is made of. */
interface InternalStream {
  on(event: 'data', listener: (chunk: Uint8Array) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  resume(): this;
  pause(): this;
}

function inflate(zip: JSZip, entry: ZipEntry): Promise<Uint8Array> {
  const file = zip.file(entry.name) as { internalStream(type: 'uint8array'): InternalStream } | null;
  if (!file) return Promise.reject(missing(entry.name));
  const out = new Uint8Array(entry.inflatedBytes);
  let length = 0;
  return new Promise((resolve, reject) => {
    const stream = file.internalStream('uint8array');
    const fail = (found: string): void => {
      stream.pause();
      reject(new Damaged({ file: entry.name, offset: length, expected: `${out.length} bytes of content`, found }));
    };
    stream
      .on('data', (chunk) => {
        if (length + chunk.length > out.length) {
          fail('more than that');
          return;
        }
        out.set(chunk, length);
        length += chunk.length;
      })
      .on('error', () => {
        fail(length < out.length ? `a damaged stream after ${length} bytes` : 'a damaged stream');
      })
      .on('end', () => {
        if (length < out.length) fail(`${length} bytes`);
        else if (crc32(out) !== entry.crc) reject(checksum(entry));
        else resolve(out);
      })
      .resume();
  });
}

const missing = (name: string): Damaged => new Damaged({ file: name, expected: 'the file', found: 'nothing' });

const checksum = ({ name, crc }: ZipEntry): Damaged =>
  new Damaged({ file: name, expected: `content with checksum ${crc.toString(16)}`, found: 'content that was altered' });
