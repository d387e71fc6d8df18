import type { Review, ReviewedFinding } from '../core/review.js';
import { SEVERITIES, type CheckId } from '../core/types.js';
import { countsByView, type ViewCount } from './counts.js';
import { checkPage } from './links.js';
import { codeSpan, inert, sectionMarkdown, tableMarkdown } from './markdown.js';

/** The seeds' scripts, by superpower, and the checks behind each. */
const DETECTORS: readonly {
  readonly name: string;
  readonly command: string;
  readonly covers: (check: CheckId) => boolean;
}[] = [
  { name: 'Async Non-Blocking Radar', command: 'detect-blocking-calls', covers: (check) => check.startsWith('proc/') },
  { name: 'Schema Drift Detector', command: 'validate-schema-migration', covers: (check) => check.startsWith('log/') },
  { name: 'Artifact Integrity Scanner', command: 'verify-mojo-artifact', covers: (check) => check.startsWith('dev/') },
  { name: 'Resource Isolation Sight', command: 'check-memory-allocation', covers: (check) => check.startsWith('phy/') },
  { name: 'Integration Verification', command: 'review', covers: (check) => check.startsWith('scn/') },
  {
    name: 'Dialectical Reasoning Loop',
    command: 'dialectical-reasoning-gate',
    covers: (check) => check.startsWith('dia/'),
  },
  {
    name: 'Structured Brainstorming',
    command: 'validate-plan-structure',
    covers: (check) => check.startsWith('plan/'),
  },
];

/** Findings of one severity that the report lists one by one. */
const MOST_LISTED = 50;

/** The orchestrator report: what each view, debate and detector says, what is to be done, and a sign-off ticked by facts. */
export const orchestratorReport = (review: Review, title = 'review'): string =>
  `${orchestratorBlocks(review, title).join('\n\n')}\n`;

/** The same in parts that can stand alone, for a place that has limits. */
export function orchestratorBlocks(review: Review, title: string): string[] {
  const findings = review.findings.filter((finding) => finding.scope !== 'existing');
  const debates = review.sections.filter((section) => section.view === 'dia');
  return [
    `# Orchestrator report: ${inert(title, 120)}`,
    `Commit ${codeSpan(review.headSha.slice(0, 12))}, verdict **${review.verdict}**.`,
    '## View compliance',
    viewTable(countsByView(review)),
    '## Debates',
    ...(debates.length > 0 ? debates.map(sectionMarkdown) : ['No standing debate is touched.']),
    '## Detectors',
    detectorTable(review, findings),
    '## Action items',
    actions(findings),
    '## Sign-off',
    signOff(review, findings),
  ];
}

function viewTable(counts: readonly ViewCount[]): string {
  const rows = counts.map((count) => [
    count.title,
    status(count),
    ...[count.block, count.warn, count.note, count.existing].map(String),
  ]);
  return tableMarkdown(['View', 'Status', 'Block', 'Warn', 'Note', 'Already there'], rows);
}

function status(count: ViewCount): string {
  if (count.block > 0) return '**violated**';
  if (count.open.length > 0) return 'not fully evaluated';
  if (count.evaluated === 0) return 'nothing to evaluate';
  return count.warn > 0 ? 'compliant, with warnings' : 'compliant';
}

function detectorTable(review: Review, findings: readonly ReviewedFinding[]): string {
  const rows = DETECTORS.map(({ name, command, covers }) => {
    const ran = review.outcomes.filter((outcome) => covers(outcome.check) && outcome.kind !== 'not-applicable');
    const found = findings.filter((finding) => covers(finding.check));
    const worst = found
      .slice(0, 3)
      .map((finding) => `${finding.check} at ${codeSpan(`${finding.location.path}:${finding.location.startLine}`)}`);
    const said =
      found.length === 0
        ? ran.length === 0
          ? 'nothing to look at'
          : 'nothing found'
        : `${found.length}: ${worst.join(', ')}${found.length > 3 ? ', …' : ''}`;
    return [name, codeSpan(`dialectic ${command}`), String(ran.length), said];
  });
  return tableMarkdown(['Superpower', 'Command', 'Checks that ran', 'Output'], rows);
}

function actions(findings: readonly ReviewedFinding[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    if (own.length === 0) return [];
    const lines = own.slice(0, MOST_LISTED).map(action);
    const rest = own.length > MOST_LISTED ? [`- and ${own.length - MOST_LISTED} more`] : [];
    return [
      `### ${{ block: 'Before merging', warn: 'Soon', note: 'To know' }[severity]}`,
      [...lines, ...rest].join('\n'),
    ];
  });
  return parts.length === 0 ? 'None.' : parts.join('\n\n');
}

const action = ({ check, message, location }: ReviewedFinding): string =>
  `- [ ] [${check}](${checkPage(check)}) ${codeSpan(`${location.path}:${location.startLine}`)}: ${inert(message, 300)}`;

/** Each box is ticked when the review shows it, and only then. */
function signOff(review: Review, findings: readonly ReviewedFinding[]): string {
  const read =
    review.gaps.every((gap) => !gap.decisive) &&
    review.outcomes.every((outcome) => outcome.kind !== 'crashed' && outcome.kind !== 'inconclusive');
  const views = countsByView(review).filter((count) => count.view !== 'dia' && count.view !== 'plan');
  const gate = review.gate;
  const boxes: [boolean, string][] = [
    ...views.map((count): [boolean, string] => [
      count.block === 0 && count.open.length === 0,
      `${count.title}: nothing blocks, every check could answer`,
    ]),
    [
      gate?.met ?? false,
      gate?.exemption === undefined
        ? 'Thesis, antithesis and synthesis are made'
        : `No argument is demanded: ${inert(gate.exemption, 200)}`,
    ],
    [read, 'Everything that the question depends on could be read'],
    [review.excused.length === 0, 'Nothing is waived or suppressed'],
    [!findings.some((finding) => finding.severity === 'warn'), 'No warning is open'],
    [review.verdict === 'pass', 'The verdict is pass'],
  ];
  return boxes.map(([done, text]) => `- [${done ? 'x' : ' '}] ${text}`).join('\n');
}
