import { setImmediate as turn } from 'node:timers/promises';
import { Unparsable } from '../core/errors.js';
import type { Extracted, Extractor, Parsed, ParserThreads, Problem, StagedExtractor } from '../core/facts.js';

/** What is kept of a file under its blob: its facts, or why there are none. */
export type Kept<F> = { readonly ok: Extracted<F> } | { readonly failed: Problem };

const LFS_POINTER: Kept<never> = {
  failed: { kind: 'unread', reason: 'a Git LFS pointer: the content itself is not in the repository' },
};

export async function extracted<F>(extractor: Extractor<F>, bytes: Uint8Array): Promise<Kept<F>> {
  return isLfsPointer(bytes) ? LFS_POINTER : caught(() => extractor.extract(bytes));
}

async function extractedFrom<F, P>(
  extractor: StagedExtractor<F, P>,
  bytes: Uint8Array,
  parsed: Parsed<P>,
): Promise<Kept<F>> {
  if (isLfsPointer(bytes)) return LFS_POINTER;
  return 'failed' in parsed ? parsed : caught(() => extractor.extractParsed(bytes, parsed.ok));
}

async function caught<F>(extract: () => Extracted<F> | Promise<Extracted<F>>): Promise<Kept<F>> {
  try {
    return { ok: await extract() };
  } catch (error) {
    if (error instanceof Unparsable) return { failed: problemOf(error) };
    throw error;
  }
}

export const problemOf = ({ kind, why, line }: Unparsable): Problem => ({
  kind,
  reason: why,
  ...(line === undefined ? {} : { line }),
});

interface Content {
  readonly bytes: Uint8Array;
}

/** Source of one message to a thread: some milliseconds of work. */
const BATCH_BYTES = 64_000;
/** Messages on their way to each thread, so that it never waits for the next. */
const BATCHES_AHEAD = 2;

/**
 * Extracts the facts of many files, this thread from the front of the list and others from its end. What they have not
 * answered when this one comes to it, it does itself: it never waits, and a thread that fails costs nothing but time.
 */
export async function extractTogether<F, P, C extends Content>(
  threads: ParserThreads,
  extractor: StagedExtractor<F, P>,
  contents: readonly C[],
  put: (content: C, kept: Kept<F>) => void,
): Promise<void> {
  const waiting = new Set(contents);
  let end = contents.length;
  const takeBatch = (): readonly C[] => {
    const batch: C[] = [];
    for (let bytes = 0; bytes < BATCH_BYTES && end > 0; end--) {
      const content = contents[end - 1];
      // This thread has come this far itself.
      if (content === undefined || !waiting.has(content)) break;
      batch.push(content);
      bytes += content.bytes.byteLength;
    }
    return batch;
  };
  const elsewhere = async (): Promise<void> => {
    for (let batch = takeBatch(); batch.length > 0; batch = takeBatch()) {
      const parsed = await threads.parse(
        extractor.parser,
        batch.map(({ bytes }) => bytes),
      );
      for (const [index, content] of batch.entries()) {
        const answer = parsed?.[index];
        if (answer && waiting.delete(content)) put(content, await extractedFrom(extractor, content.bytes, answer));
      }
      if (!parsed) return;
    }
  };
  for (let i = 0; i < threads.size * BATCHES_AHEAD; i++) {
    // What fails there fails again where the facts are asked for, and is told there.
    elsewhere().catch(() => undefined);
  }
  for (const content of contents) {
    if (!waiting.delete(content)) continue;
    put(content, await extracted(extractor, content.bytes));
    // Answers arrive between two files.
    await turn();
  }
}

const LFS = Buffer.from('version https://git-lfs.github.com/spec/');

const isLfsPointer = (bytes: Uint8Array): boolean =>
  bytes.byteLength < 1024 &&
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(0, LFS.length).equals(LFS);
