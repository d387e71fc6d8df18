import type { Log, Notification, ReportingDescriptor, Result } from 'sarif';
import { CHECKS } from '../checks/index.js';
import type { Review, ReviewedFinding } from '../core/review.js';
import { DESCRIPTION_PATH } from '../core/pull-request.js';
import type { Severity } from '../core/types.js';
import { countsByView } from './counts.js';
import { jsonText, pathText, printable, wellFormed } from './escape.js';
import { checkPage } from './links.js';

const LEVEL = { block: 'error', warn: 'warning', note: 'note' } as const satisfies Record<Severity, Result.level>;

/** SARIF 2.1.0, as GitHub code scanning and editors read it. */
export function toSarif(review: Review, version: string): string {
  const used = new Set(review.findings.map((finding) => finding.check));
  const rules = CHECKS.filter((check) => used.has(check.id)).map((check): ReportingDescriptor => ({
    id: check.id,
    shortDescription: { text: check.flags },
    helpUri: checkPage(check.id),
    defaultConfiguration: { level: LEVEL[check.severity] },
  }));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Dialectic',
            semanticVersion: version,
            informationUri: 'https://github.com/dialectic-app/dialectic',
            rules,
          },
        },
        columnKind: 'utf16CodeUnits',
        results: review.findings.map(resultOf),
        invocations: [
          {
            executionSuccessful: review.verdict !== 'incomplete',
            toolExecutionNotifications: [
              ...review.gaps.map((gap) =>
                notification(`${pathText(gap.path)}: ${gap.reason}`, gap.kind === 'assumed' ? 'note' : 'warning'),
              ),
              ...countsByView(review).flatMap(({ open }) => open.map((text) => notification(text, 'warning'))),
            ],
          },
        ],
      },
    ],
  };
  return `${jsonText(log)}\n`;
}

function resultOf(finding: ReviewedFinding): Result {
  return {
    ruleId: finding.check,
    level: LEVEL[finding.severity],
    message: { text: plain(`${finding.message} ${finding.consequence}`) },
    locations: [physical(finding.location.path, finding.location.startLine, finding.location.endLine)],
    partialFingerprints: { 'dialectic/v1': finding.fingerprint },
    baselineState: finding.scope === 'existing' ? 'unchanged' : 'new',
    ...(finding.trace
      ? {
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: finding.trace.map((step) => ({
                    location: { ...physical(step.path, step.line, step.line), message: { text: plain(step.label) } },
                  })),
                },
              ],
            },
          ],
        }
      : {}),
  };
}

/** Viewers make links of `[text](target)` in messages (SARIF 3.11.6); none of ours means one. */
const plain = (text: string): string => printable(text).replaceAll('](', '] (');

const notification = (text: string, level: Notification.level): Notification => ({
  level,
  message: { text: plain(text) },
});

/** A relative reference: a colon would begin a scheme, `#` and `?` would end the path. */
const uriOf = (path: string): string => wellFormed(path).split('/').map(encodeURIComponent).join('/');

const physical = (path: string, startLine: number, endLine: number) => ({
  physicalLocation: {
    artifactLocation: { uri: path === DESCRIPTION_PATH ? 'PULL_REQUEST_DESCRIPTION' : uriOf(path) },
    region: { startLine: Math.max(1, startLine), endLine: Math.max(1, startLine, endLine) },
  },
});
