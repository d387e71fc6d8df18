import type { Extractor } from '../../core/facts.js';
import { decodePython, parsePython } from '../python/extract.js';
import { constantsOf, constantString } from '../python/strings.js';
import { Environment } from './evaluate.js';

/** Strings that other files may borrow: `KEY`, and `Keys.CITY` of a class that holds constants or is an enumeration. */
export interface StringConstants {
  readonly strings: ReadonlyMap<string, string>;
  /** What its other names were imported as. */
  readonly imports: ReadonlyMap<string, string>;
}

export const stringConstants: Extractor<StringConstants> = {
  name: 'python-string-constants',
  version: 1,
  async extract(bytes) {
    const { facts } = await parsePython(decodePython(bytes));
    const env = Environment.of(facts.tree);
    const strings = new Map<string, string>();
    const add = (name: string, text: string | undefined): void => {
      if (text !== undefined && text.length <= MAX_LENGTH) strings.set(name, text);
    };
    for (const [name, value] of env.names) add(name, constantString(value, env.names));
    for (const [owner, node] of env.classes) {
      for (const [name, value] of constantsOf(node.body)) {
        const text = constantString(value, env.names);
        add(`${owner}.${name}`, text);
        add(`${owner}.${name}.value`, text);
      }
    }
    return { facts: { strings, imports: env.imports } };
  },
};

/** Longer ones are no names. */
const MAX_LENGTH = 200;
