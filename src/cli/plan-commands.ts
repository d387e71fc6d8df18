import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { ConfigurationFile } from '../config/schema.js';
import { UsageError } from '../core/errors.js';
import type { CheckId } from '../core/types.js';
import { readMarkdown, type MarkdownFacts } from '../languages/markdown/index.js';
import {
  brainstormMarkdown,
  coverageMatrix,
  decompose,
  fillTemplate,
  planOf,
  requirementsOf,
  templateNamed,
  TEMPLATES,
} from '../models/plan/index.js';
import { printable } from '../report/escape.js';
import { filesSnapshot } from '../snapshot/directory.js';
import { readNamed, type OutputOptions } from './options.js';
import { answer, common, configurationIn } from './seed-commands.js';

/** The planner's commands: judge a document, or make one. */
export function addPlanCommands(program: Command, done: (code: number) => void): void {
  common(
    program.command('validate-plan-structure').description('views, order, jobs, roles, gates and decisions of a plan'),
  )
    .argument('<file>', 'the plan, for example PLAN.md')
    .action(async (file: string, options: OutputOptions) => done(await judged(file, 'plans', isStructure, options)));
  common(
    program
      .command('check-jtbd-coverage')
      .description('requirement × job × view × superpower, and what is not covered'),
  )
    .argument('<file>', 'requirements or plan')
    .action(async (file: string, options: OutputOptions) => done(await coverage(file, options)));
  made(
    program,
    'plan',
    'decompose requirements into a plan skeleton in phase order',
    (facts) => decompose(facts),
    done,
  );
  made(program, 'brainstorm', 'ask what the requirements leave open, most decisive first', brainstormMarkdown, done);
  program
    .command('new')
    .description('write a filled template: plan, checklist or report')
    .argument('<template>', Object.keys(TEMPLATES).join(', '))
    .option('--out <file>', 'write to this file instead of standard output')
    .action((name: string, options: { out?: string }) => {
      newFrom(name, options.out);
      done(0);
    });
}

const isStructure = (id: CheckId): boolean => id.startsWith('plan/') && !isCoverage(id);
const isCoverage = (id: CheckId): boolean => id === 'plan/job-not-covered' || id === 'plan/requirement-ambiguous';

/** Judges one named file, whatever it is called. */
async function judged(
  file: string,
  kind: 'plans' | 'requirements',
  wanted: (id: CheckId) => boolean,
  options: OutputOptions,
): Promise<number> {
  await readNamed(file, 'the document');
  const folder = dirname(resolve(file));
  const name = basename(file);
  const configuration = await configurationIn(options, folder);
  const named: ConfigurationFile = { ...configuration, planning: { ...configuration.planning, [kind]: [name] } };
  const head = await filesSnapshot(folder, [name], 'working-tree', []);
  return answer(head, undefined, named, options, wanted, () => true, name);
}

async function coverage(file: string, options: OutputOptions): Promise<number> {
  const facts = await factsOf(file);
  if (options.format === 'text')
    process.stdout.write(`${printable(coverageMatrix(planOf(facts), requirementsOf(facts, true)))}\n`);
  return judged(file, 'requirements', isCoverage, options);
}

const factsOf = async (file: string): Promise<MarkdownFacts> =>
  readMarkdown(await readNamed(file, 'the document'), { frontMatter: true }).facts;

function made(
  program: Command,
  name: string,
  description: string,
  make: (facts: MarkdownFacts) => string,
  done: (code: number) => void,
): void {
  program
    .command(name)
    .description(description)
    .argument('<file>', 'requirements in Markdown')
    .option('--out <file>', 'write to this file instead of standard output')
    .action(async (file: string, options: { out?: string }) => {
      print(make(await factsOf(file)), options.out);
      done(0);
    });
}

/** @throws UsageError for an unknown template, or a file that exists already */
function newFrom(name: string, out: string | undefined): void {
  const template = templateNamed(name);
  if (!template)
    throw new UsageError(`there is no template named "${name}". Known: ${Object.keys(TEMPLATES).join(', ')}.`);
  const folder = fileURLToPath(new URL('../../templates', import.meta.url));
  print(fillTemplate(readFileSync(join(folder, TEMPLATES[template]), 'utf8')), out);
}

function print(made: string, out: string | undefined): void {
  const text = printable(made);
  if (out === undefined) {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    return;
  }
  if (existsSync(out)) throw new UsageError(`${out} exists already; name another file with --out.`);
  try {
    writeFileSync(out, text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(
      `${out} cannot be written (${code}${code === 'ENOENT' ? `: the folder ${dirname(out)} does not exist` : ''}).`,
    );
  }
  process.stderr.write(`wrote ${out}\n`);
}
