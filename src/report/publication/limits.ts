/** GitHub's limits. Counted in bytes, which is never more than GitHub counts. */
export const MAX_COMMENT = 65_535;
export const MAX_CHECK_TEXT = 65_535;
/** A request takes 50 and appends; more than this on one pull request helps nobody. */
export const MAX_ANNOTATIONS = 200;
export const MAX_INLINE = 30;
/** The same check more often than this in one pull request is gathered in one comment. */
export const MAX_OF_ONE_CHECK = 5;

const size = (text: string): number => Buffer.byteLength(text);

/**
 * Joins whole blocks as long as they fit and says how many did not: a block is never cut, so no fence stays open and
 * no character is split. `tail` always stands at the end.
 */
export function joinWithin(blocks: readonly string[], limit: number, tail = ''): string {
  const more = (count: number): string => `\n\n${count} more not shown here.`;
  const room = limit - size(tail) - size(more(99_999));
  const kept: string[] = [];
  let used = 0;
  let left = 0;
  for (const block of blocks) {
    const cost = size(block) + 2;
    if (left === 0 && used + cost <= room) {
      kept.push(block);
      used += cost;
    } else left += 1;
  }
  return `${kept.join('\n\n')}${left > 0 ? more(left) : ''}${tail}`;
}

/** Cuts plain text (never Markdown) to a size, between characters. */
export function cutPlain(text: string, limit: number): string {
  if (size(text) <= limit) return text;
  let used = size('…');
  let kept = '';
  for (const character of text) {
    used += size(character);
    if (used > limit) break;
    kept += character;
  }
  return `${kept}…`;
}
