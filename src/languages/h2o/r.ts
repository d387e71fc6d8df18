import type { Extractor } from '../../core/facts.js';
import { decodeText, splitLines } from '../text.js';
import { R, tokens, type Token } from '../tokens/lexer.js';
import { REST_POJO, type PojoPlace } from './mentions.js';

/** R scripts. */
export const rPojo: Extractor<readonly PojoPlace[]> = {
  name: 'h2o-r',
  version: 1,
  extract: (bytes) => ({ facts: rPojoPlaces(decodeText(bytes)) }),
};

/** R Markdown and Quarto: the chunks of R, everything else blanked. */
export const rMarkdownPojo: Extractor<readonly PojoPlace[]> = {
  name: 'h2o-rmd',
  version: 1,
  extract: (bytes) => ({ facts: rPojoPlaces(chunks(decodeText(bytes))) }),
};

/** The chunks of R, everything else blanked, line for line. */
export function chunks(text: string): string {
  let inside = false;
  return splitLines(text)
    .map((line) => {
      const fence = /^\s*(?:```|~~~)/.test(line);
      if (fence) inside = !inside && /^\s*(?:```|~~~)\s*\{[rR][\s,}]/.test(line);
      return inside && !fence ? line : '';
    })
    .join('\n');
}

function rPojoPlaces(text: string): PojoPlace[] {
  const found: PojoPlace[] = [];
  const all: Token[] = [...tokens(text, R)].filter(({ kind }) => kind !== 'comment');
  all.forEach((token, index) => {
    const { line } = token;
    const place = (kind: PojoPlace['kind'], what: string): void => {
      found.push({ kind, text: what, line, endLine: line });
    };
    const next = all[index + 1]?.text ?? '';
    const defined = (next === '<' && all[index + 2]?.text === '-') || next === '=';
    if (token.kind === 'name' && token.text === 'h2o.download_pojo' && !defined) place('export', 'h2o.download_pojo');
    if (token.kind === 'string' && REST_POJO.test(token.text)) place('request', token.text.slice(0, 80));
  });
  return found;
}
