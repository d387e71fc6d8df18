import { createHash } from 'node:crypto';
import type { Finding } from '../core/types.js';

/**
 * One fingerprint a finding: check, path, evidence, and the ordinal among equals in line order. No line number, so
 * that code which moves is not reported anew.
 * @param pathOf names the path at head, so that a finding of the merge base in a file since renamed keeps its identity
 */
export function fingerprints(
  findings: readonly Finding[],
  pathOf: (path: string) => string = (path) => path,
): string[] {
  const seen = new Map<string, number>();
  const order = findings.map((_, index) => index).sort((a, b) => lineOf(findings[a]) - lineOf(findings[b]));
  const result = new Array<string>(findings.length);
  for (const index of order) {
    const finding = findings[index];
    if (!finding) continue;
    const identity = [finding.check, pathOf(finding.location.path), finding.evidence.replace(/\s+/g, ' ').trim()].join(
      '\0',
    );
    const ordinal = seen.get(identity) ?? 0;
    seen.set(identity, ordinal + 1);
    result[index] = createHash('sha256').update(`${identity}\0${ordinal}`).digest('hex').slice(0, 20);
  }
  return result;
}

const lineOf = (finding: Finding | undefined): number => finding?.location.startLine ?? 0;
