import { parse } from '@babel/parser';
import type { ParserPlugin } from '@babel/parser';
import { Unparsable } from '../../core/errors.js';

export type SourceFile = ReturnType<typeof parse>;

/** Beyond this a script is a bundle that a build made. UTF-16 units. */
const MAX_LENGTH = 1_000_000;

/**
 * Parses JavaScript or TypeScript, modules and scripts. The file's name is unknown here, so types are tried first and JSX,
 * whose angle brackets exclude old type assertions, second.
 * @throws Unparsable when neither reads it, or it is too long or nested too deeply
 */
export function parseJavaScript(text: string): SourceFile {
  if (text.length > MAX_LENGTH) throw new Unparsable(`longer than ${MAX_LENGTH} characters`, 1, 'unsupported');
  try {
    return parseWith(text, ['typescript', 'decorators-legacy']);
  } catch {
    try {
      return parseWith(text, ['jsx']);
    } catch (error) {
      // A parser that descends by recursion ends deep nesting with a RangeError.
      throw new Unparsable(error instanceof RangeError ? 'nested too deeply' : 'not valid JavaScript', lineOf(error));
    }
  }
}

const parseWith = (text: string, plugins: ParserPlugin[]): SourceFile =>
  parse(text, {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    attachComment: false,
    errorRecovery: false,
    plugins,
  });

function lineOf(error: unknown): number {
  const at = typeof error === 'object' && error !== null && 'loc' in error ? error.loc : undefined;
  return typeof at === 'object' && at !== null && 'line' in at && typeof at.line === 'number' ? at.line : 1;
}
