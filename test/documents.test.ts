import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { CHECKS } from '../src/checks/index.js';

/** What the two skills that this project comes from name as their assets and references, and the page that needs each. */
const NAMED: readonly (readonly [file: string, page: string])[] = [
  ['templates/plan_template.md', 'docs/checks/plan/task-without-gate.md'],
  ['templates/jtbd_framework.md', 'docs/checks/plan/job-not-covered.md'],
  ['templates/architectural_views_template.md', 'docs/checks/plan/view-missing.md'],
  ['templates/sharding_strategy_template.md', 'docs/checks/log/no-shard-key.md'],
  ['templates/scaling_strategy_template.md', 'docs/checks/phy/inference-without-autoscaling.md'],
  ['templates/dialectical_reasoning.md', 'docs/checks/dia/section-missing.md'],
  ['templates/failure_modes.md', 'docs/checks/scn/failover-untested.md'],
  ['templates/technology_decisions.md', 'docs/checks/dia/contradicts-mandate.md'],
  ['templates/checklists/logical_view_orchestrator.md', 'docs/checks/README.md'],
  ['templates/checklists/process_view_orchestrator.md', 'docs/checks/README.md'],
  ['templates/checklists/development_view_orchestrator.md', 'docs/checks/README.md'],
  ['templates/checklists/physical_view_orchestrator.md', 'docs/checks/README.md'],
  ['templates/checklists/scenario_view_orchestrator.md', 'docs/checks/README.md'],
  ['templates/orchestrator_report.md', 'docs/cli.md'],
  ['docs/reference/async_concurrency.md', 'docs/checks/proc/blocking-call.md'],
  ['docs/reference/mojo_vs_pojo.md', 'docs/checks/dev/pojo-export.md'],
  ['docs/reference/jsonb_indexing.md', 'docs/checks/log/jsonb-without-gin.md'],
  ['docs/reference/jvm_memory.md', 'docs/checks/phy/heap-over-limit-share.md'],
  ['docs/reference/dialectical_synthesis.md', 'docs/checks/dia/section-missing.md'],
  ['docs/reference/cognitive_superpowers.md', 'docs/cli.md'],
  ['docs/reference/principal_architect_protocol.md', 'docs/checks/dia/contradicts-mandate.md'],
];

const markdownBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

const documents = markdownBelow('docs');

/** Relative targets of the links of a Markdown file, as paths from the repository's root. */
const linksOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/\]\(([^()\s#]+)(?:#[^()\s]*)?\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/i.test(target) && !target.startsWith('/'))
    .map((target) => normalize(join(dirname(page), target)));

test.each(NAMED)('%s is there, and %s links to it', (file, page) => {
  expect(existsSync(file)).toBe(true);
  expect(linksOf(page)).toContain(file);
});

test('every template is listed on the page of the command line', () => {
  const templates = readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  );
  expect(templates.filter((file) => !linksOf('docs/cli.md').includes(`templates/${file}`))).toEqual([]);
});

test.each(CHECKS.map((check) => [check.id, check.reference] as const))(
  '%s points at its reference',
  (id, reference) => {
    expect(linksOf(`docs/checks/${id}.md`)).toContain(`docs/reference/${reference}.md`);
  },
);

const references = readdirSync('docs/reference').map((file) => `docs/reference/${file}`);

test.each(references)('%s names its sources, and a check or a page needs it', (reference) => {
  expect(readFileSync(reference, 'utf8').match(/\]\(https:\/\/[^)]+\)/g)?.length ?? 0).toBeGreaterThan(1);
  const pages = documents.filter((page) => page !== reference);
  expect(pages.some((page) => linksOf(page).includes(reference))).toBe(true);
});

test('no link of the documents leads nowhere', () => {
  const pages = [...documents, 'README.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  const dead = pages
    .filter((page) => !page.startsWith('docs/checks/') || page.endsWith('README.md'))
    .flatMap((page) =>
      linksOf(page)
        .filter((target) => !existsSync(target))
        .map((target) => `${page} → ${target}`),
    );
  expect(dead).toEqual([]);
});
