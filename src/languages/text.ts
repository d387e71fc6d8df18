import { Unparsable } from '../core/errors.js';

/**
 * Text of a file: UTF-8, or UTF-16 by its byte order mark (PowerShell's `>` writes such requirement files). A NUL is refused:
 * parsers written in C stop there without a word.
 * @throws Unparsable for anything else
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new Unparsable('binary content: it holds a NUL byte');
    return text;
  } catch (error) {
    if (error instanceof Unparsable) throw error;
    throw new Unparsable(`not ${encoding.toUpperCase()} text`);
  }
}

const encodingOf = (bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' => {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
};

/** The text of bytes that a byte order mark calls UTF-16; undefined for all others, and for data that only begins so. */
export const decodedUtf16 = (bytes: Uint8Array): string | undefined => {
  if (encodingOf(bytes) === 'utf-8') return undefined;
  try {
    return decodeText(bytes);
  } catch {
    return undefined;
  }
};

/** Lines without their line ends; the index of a line is its number minus one. */
export const splitLines = (text: string): string[] => text.split(/\r\n|\n|\r/);
