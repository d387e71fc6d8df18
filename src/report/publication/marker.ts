import type { CheckId } from '../../core/types.js';

/** What the hidden last line of one of our comments says. */
export interface Marker {
  readonly kind: 'finding' | 'review' | 'reply';
  readonly key: string;
  readonly check?: string;
  readonly fingerprints: readonly string[];
}

const MARKER =
  /\n<!-- dialectic:(finding|review|reply) key=([\w:/.-]{1,200})(?: check=([\w/-]{1,100}))?(?: of=([0-9a-f,]{1,20000}))? -->\s*$/;

export const findingMarker = (key: string, check: CheckId, fingerprints: readonly string[]): string =>
  `\n<!-- dialectic:finding key=${key} check=${check} of=${fingerprints.join(',')} -->`;

export const reviewMarker = (): string => '\n<!-- dialectic:review key=review -->';

/** A reply to one command; a command that is delivered twice is answered once. */
export const replyMarker = (to: number | string): string => `\n<!-- dialectic:reply key=${to} -->`;

/**
 * The marker of a comment. Only the last line counts, because text of a pull request may stand above it; and it
 * proves nothing by itself: the caller knows that the comment is our own.
 */
export function markerOf(body: string): Marker | undefined {
  // A web form may have sent the comment back with other line ends.
  const match = MARKER.exec(`\n${body.replaceAll('\r\n', '\n')}`);
  const [, kind, key, check, of] = match ?? [];
  if (!kind || !key) return undefined;
  const fingerprints = of ? of.split(',') : [];
  return { kind: kind as Marker['kind'], key, ...(check ? { check } : {}), fingerprints };
}
