import type { CheckContext } from '../../../core/check.js';
import type { Fix } from '../../../core/types.js';

/**
 * A fix that replaces a text on one line, when the line holds it exactly once.
 * @returns undefined when the file cannot be read or the text is not literally there
 */
export async function replaceOnLine(
  context: Pick<CheckContext, 'text'>,
  path: string,
  line: number,
  replacements: readonly (readonly [from: string, to: string])[],
): Promise<Fix | undefined> {
  const lines = (await context.text(path))?.split(/\r?\n/);
  let content = lines?.[line - 1];
  for (const [from, to] of replacements) {
    if (content?.split(from).length !== 2) return undefined;
    content = content.replace(from, () => to);
  }
  return content === undefined ? undefined : { startLine: line, endLine: line, replacement: content };
}
