import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../../src/checks/index.js';
import { fillTemplate, placesOf, templateNamed, TEMPLATES } from '../../../src/models/plan/index.js';
import { checksOf, places, runChecks } from '../../support/fixtures.js';
import { snapshotOf } from '../../support/snapshot.js';

const files = readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
const read = (file: string) => readFileSync(`templates/${file}`, 'utf8');

test('the list of templates and the folder agree', () => {
  expect(Object.values(TEMPLATES).slice().sort()).toEqual(files.slice().sort());
});

describe.each(files)('%s', (file) => {
  const filled = fillTemplate(read(file));

  test('has no place left once it is filled, and takes values', () => {
    expect(filled).not.toMatch(/\{\{|\}\}/);
    expect(placesOf(read(file))).toContain('title');
    expect(fillTemplate(read(file), { title: 'my $& title' })).toContain('my $& title');
  });

  test('filled in, passes as a plan document, as a record and as a description', async () => {
    const isPlan = file === 'plan_template.md';
    const path = isPlan ? 'PLAN.md' : `docs/${file}`;
    const { findings } = await runChecks(snapshotOf({ [path]: filled }), checksOf('plan'));
    expect(places(findings)).toEqual([]);
    if (file !== 'dialectical_reasoning.md') return;
    const record = await runChecks(
      snapshotOf({ 'docs/adr/0007-cache.md': filled }, { pull: { body: filled } }),
      checksOf('dia'),
    );
    expect(places(record.findings)).toEqual([]);
  });

  test('names only checks and pages that exist', () => {
    const ids = new Set<string>(CHECKS.map((check) => check.id));
    const named = [...filled.matchAll(/\b(?:log|proc|dev|phy|scn|dia|plan)\/[a-z0-9]+(?:-[a-z0-9]+)+/g)].map(
      (match) => match[0],
    );
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    const pages = [...filled.matchAll(/docs\/reference\/[\w-]+\.md/g)].map((match) => match[0]);
    expect(pages.filter((page) => !existsSync(page))).toEqual([]);
  });
});

test.each([
  ['plan', 'plan'],
  ['plan_template.md', 'plan'],
  ['sharding-strategy', 'sharding_strategy'],
  ['checklists/logical_view_orchestrator.md', 'logical_view_checklist'],
  ['nonsense', undefined],
] as const)('%s means %s', (text, name) => {
  expect(templateNamed(text)).toBe(name);
});
