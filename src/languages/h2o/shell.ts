import type { Extractor } from '../../core/facts.js';
import { shellCommands } from '../shell/index.js';
import { decodeText } from '../text.js';
import { REST_POJO, type PojoPlace } from './mentions.js';

/** Shell scripts: requests for a POJO, and programs handed to an interpreter (`python -c`, here-documents). */
export const shellPojo: Extractor<readonly PojoPlace[]> = {
  name: 'h2o-shell',
  version: 2,
  extract: (bytes) => ({ facts: shellPojoPlaces(decodeText(bytes)) }),
};

const INTERPRETER = /^(?:python[\d.]*|Rscript|R|ipython|beeline)$/;
const INLINE = /\bdownload_pojo\s*\(/;

function shellPojoPlaces(text: string): PojoPlace[] {
  return shellCommands(text).flatMap(({ words, assignments, input }) => {
    const program = words[0]?.text.split('/').at(-1) ?? '';
    const parts = INTERPRETER.test(program) ? [...words.slice(1), ...(input ? [input] : [])] : [];
    const inline = parts
      .filter((part) => INLINE.test(part.text))
      .map((part) => ({ part, at: offsetOf(text, part.start) }));
    const spoken = /^(?:echo|printf)$/.test(program) ? [] : words;
    const requests = [...assignments.map(({ value }) => value), ...spoken].filter((word) => REST_POJO.test(word.text));
    return [
      ...inline.map(({ at }) => lined(text, at, 'export', 'download_pojo')),
      ...requests.map((word) => lined(text, word.start, 'request', word.text.slice(0, 80))),
    ];
  });
}

const offsetOf = (text: string, from: number): number => Math.max(from, text.indexOf('download_pojo', from));

function lined(text: string, offset: number, kind: PojoPlace['kind'], what: string): PojoPlace {
  const line = text.slice(0, offset).split('\n').length;
  return { kind, text: what, line, endLine: line };
}
