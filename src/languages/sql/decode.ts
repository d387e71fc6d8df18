import { Unparsable } from '../../core/errors.js';

const BINARY = 'holds a NUL byte, so it is not text';

/**
 * Bytes to text, strictly: UTF-8, or UTF-16 by its byte order mark. PostgreSQL's parser stops at a NUL without a word,
 * so a file with one is refused here.
 * @throws Unparsable
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decode(bytes);
  if (text.includes('\0')) throw new Unparsable(BINARY);
  return text;
}

function decode(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Unparsable(`is not valid ${encoding.toUpperCase()}`);
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
