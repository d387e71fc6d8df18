import { closest, distance } from 'fastest-levenshtein';
import type { Command } from 'commander';
import { CHECKS } from '../checks/index.js';
import type { Check } from '../core/check.js';
import { UsageError } from '../core/errors.js';
import { REVIEWERS } from '../reviewers/index.js';
import { tableText } from '../report/text.js';

export function addCatalogueCommands(program: Command, done: (code: number) => void): void {
  program
    .command('checks')
    .description('list every check with its severity')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => {
      process.stdout.write(options.json ? catalogueJson() : catalogueText());
      done(0);
    });
  program
    .command('explain')
    .description('explain one check: what it flags, why, and what to do')
    .argument('<check>', 'for example proc/blocking-call')
    .action((id: string) => {
      process.stdout.write(explain(find(id)));
      done(0);
    });
}

const catalogueJson = (): string =>
  `${JSON.stringify(
    CHECKS.map(({ id, view, task, severity, flags, enabled }) => ({ id, view, task, severity, flags, enabled })),
    null,
    2,
  )}\n`;

function catalogueText(): string {
  const parts = REVIEWERS.flatMap(({ view, title, superpower }) => {
    const own = CHECKS.filter((check) => check.view === view);
    if (own.length === 0) return [];
    const rows = own.map((check) => [check.id, check.enabled ? check.severity : 'off', check.flags]);
    return [[`${title} (${superpower})`, ...tableText(['Check', 'Severity', 'What it flags'], rows)].join('\n')];
  });
  return `${parts.join('\n\n')}\n`;
}

/** @throws UsageError with the nearest name */
function find(id: string): Check<never> {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check) return check;
  const nearest = nearestTo(id);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new UsageError(`there is no check named "${id}".${hint} \`dialectic checks\` lists them all.`);
}

/** The check whose id, with its view or without, is spelled nearly so. */
function nearestTo(id: string): string | undefined {
  const names = new Map<string, string>(
    CHECKS.flatMap((check) => [
      [check.id, check.id],
      [bare(check.id), check.id],
    ]),
  );
  const nearest = closest(id, [...names.keys()]);
  return distance(id, nearest) <= Math.max(2, Math.floor(id.length / 3)) ? names.get(nearest) : undefined;
}

const bare = (id: string): string => id.slice(id.indexOf('/') + 1);

/** A check in plain text: the same facts as its documentation page. */
function explain(check: Check<never>): string {
  const [bad] = check.examples.bad;
  const [good] = check.examples.good;
  const show = (title: string, files: Readonly<Record<string, string>>): string[] => [
    '',
    title,
    ...Object.entries(files).flatMap(([path, text]) => [
      `  ${path}`,
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
    ]),
  ];
  return `${[
    `${check.id}  (${check.enabled ? check.severity : 'off by default'}, ${check.task})`,
    '',
    check.flags,
    '',
    check.why.trim(),
    ...(bad ? show(`Flagged: ${bad.title}`, bad.files) : []),
    ...(good ? show(`Fine: ${good.title}`, good.files) : []),
  ].join('\n')}\n`;
}
