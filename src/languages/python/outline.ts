import type { Extractor } from '../../core/facts.js';

/** What a byte search says about a file, so that parsing can be left out where there is nothing to find. */
export interface PythonOutline {
  /** Has coroutines of its own. */
  readonly coroutines: boolean;
  /** Those of {@link WORDS} that occur. */
  readonly words: readonly string[];
}

/** Libraries and calls that checks ask about outside coroutines, too. */
const WORDS = [
  'psycopg2',
  'create_engine',
  'create_async_engine',
  'create_pool',
  'redis',
  'FastAPI',
  'APIRouter',
  'Starlette',
] as const;

const needles = WORDS.map((word) => Buffer.from(word));
const ASYNC = Buffer.from('async ');

export const pythonOutline: Extractor<PythonOutline> = {
  name: 'python-outline',
  version: 2,
  extract(bytes) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const coroutines = buffer.includes(ASYNC) && /async[ \t]+def\b/.test(buffer.toString('latin1'));
    return { facts: { coroutines, words: WORDS.filter((_, i) => buffer.includes(needles[i] ?? ASYNC)) } };
  },
};
