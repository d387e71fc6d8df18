import { move, transferableSymbol, valueSymbol } from 'piscina';
import { Unparsable } from '../core/errors.js';
import type { FileParser, Parsed } from '../core/facts.js';
import { pythonParser } from '../languages/python/extract.js';
import { problemOf } from '../reviewers/extraction.js';

const PARSERS: readonly FileParser<unknown>[] = [pythonParser];

/** Some files in one block of memory, one after another. */
export interface ParseTask {
  /** Name of the parser. */
  readonly parser: string;
  readonly content: Uint8Array;
  /** Where each file ends. */
  readonly ends: readonly number[];
}

/** The thread's only entry: parses the files and hands their trees over. */
export default async function parseInThread({ parser: name, content, ends }: ParseTask): Promise<unknown> {
  const parser = PARSERS.find((one) => one.name === name);
  if (!parser) throw new Error(`no parser is named ${name}`);
  const parsed: Parsed<unknown>[] = [];
  let start = 0;
  for (const end of ends) {
    parsed.push(await parsedBy(parser, content.subarray(start, end)));
    start = end;
  }
  const buffers = parsed.flatMap((one) => ('ok' in one ? parser.buffers(one.ok) : []));
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return parsed;
    },
  });
}

async function parsedBy<P>(parser: FileParser<P>, bytes: Uint8Array): Promise<Parsed<P>> {
  try {
    return { ok: await parser.parse(bytes) };
  } catch (error) {
    if (error instanceof Unparsable) return { failed: problemOf(error) };
    throw error;
  }
}
