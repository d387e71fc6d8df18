import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Issue, Topic } from '../../demo/local-github/store.js';
import { ARGUED, BLOCKING, FILES, SILENT, stageForFile } from './world.js';

const stage = stageForFile();

const WANTED = `## Requirements

- REQ-1: The API must score 1,200 requests a second at p99 < 40 ms.
- REQ-2: A node failure must lose nothing: RPO = 0, RTO < 30 s.
- REQ-3: Scoring must be fast, says @maria, see https://evil.example and <img src=x> &commat;sven.
`;
const TRIGGERS = { ...FILES, '.github/dialectic.yml': 'planning:\n  triggers: true\n' };

/** Everything that the App said below an issue or a pull request, without its marker. */
const said = (topic: Topic): string[] =>
  stage()
    .repository.comments.filter(({ issue, app }) => issue === topic.number && app === stage().world.app)
    .map(({ body }) => body.replace(/\n<!-- .* -->$/, ''));
const reactions = (topic: Topic): string[] =>
  stage().repository.comments.flatMap((comment) =>
    comment.issue === topic.number ? comment.reactions.map(({ content }) => content) : [],
  );

async function issueOf(files: Record<string, string>, wanted: Parameters<typeof open>[0]): Promise<Issue> {
  const s = stage();
  await s.push({ branch: 'main', message: 'Begin', files });
  await s.idle();
  return open(wanted);
}
async function open(wanted: { title: string; body?: string; labels?: string[] }): Promise<Issue> {
  const s = stage();
  const issue = s.world.people.openIssue(s.repository, s.stranger, wanted);
  await s.idle();
  return issue;
}
async function ask(topic: Topic, words: string, who = stage().stranger): Promise<void> {
  const s = stage();
  s.world.people.comment(s.repository, topic, who, words);
  await s.idle();
}

/** What the command line says to a plan. */
function judged(plan: string): { code: number; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  try {
    writeFileSync(join(folder, 'PLAN.md'), plan);
    const args = ['bin/dialectic.js', 'validate-plan-structure', join(folder, 'PLAN.md')];
    return { code: 0, text: execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, text: stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('on an issue', () => {
  test('plan: the description becomes a plan that passes the validation, and mentions nobody', async () => {
    const issue = await issueOf(FILES, { title: 'Score payments', body: WANTED });
    await ask(issue, '/dialectic plan');
    const [text = ''] = said(issue);
    expect(text.split('\n', 1)[0]).toBe(
      'Decomposed from the description: 3 requirements, 3 with a job, 1 word without a measure. Copy it to `PLAN.md`; `dialectic validate-plan-structure PLAN.md` judges it.',
    );
    const plan = /^(`{3,})markdown\n([\s\S]*)\n\1$/m.exec(text)?.[2] ?? '';
    expect(plan).toMatch(/^# Plan: Score payments\n/);
    expect(plan).toContain('measured: p99 < 40 ms');
    expect(judged(plan)).toMatchObject({ code: 0 });
    // All of the description's words stand inside the block of code.
    expect(text.replace(plan, '')).not.toMatch(/@|evil|img/);
    expect([said(issue).length, reactions(issue)]).toEqual([1, ['eyes', '+1']]);
  });

  test('brainstorm: the open questions, escaped; what is answered in a comment is not asked again', async () => {
    const issue = await issueOf(FILES, { title: 'Score payments', body: WANTED });
    await ask(issue, '/dialectic brainstorm');
    const [first = ''] = said(issue);
    const ids = [...first.matchAll(/^- \*\*\[([A-Z]+-\w+)\]\*\*/gm)].map(([, id]) => id ?? '');
    expect(ids.length).toBeGreaterThan(5);
    expect(first).not.toMatch(/@maria|https:\/\/|<img|(?<!\\)&/);
    const vague = ids.find((id) => id.startsWith('REQ-')) ?? '';
    const other = ids.find((id) => !id.startsWith('REQ-')) ?? '';
    await ask(issue, `[${vague}] Answer: p99 below 40 ms\n\n[${other}] Answer: it is decided in ADR 12`);
    await ask(issue, '/dialectic brainstorm');
    const second = said(issue).at(-1) ?? '';
    const left = [...second.matchAll(/^- \*\*\[([A-Z]+-\w+)\]\*\*/gm)].map(([, id]) => id ?? '');
    expect(left).toEqual(ids.filter((id) => id !== vague && id !== other));
  });

  test('what judges a change is refused, what explains is answered; nothing without a text; nobody else may', async () => {
    const s = stage();
    const issue = await issueOf(FILES, { title: 'Score payments' });
    await ask(issue, '/dialectic report');
    await ask(issue, '/dialectic waive proc/blocking-call because');
    await ask(issue, '/dialectic explain proc/blocking-call');
    await ask(issue, '/dialectic plan');
    await ask(issue, '/dialectic plan', s.world.github.addUser('passer-by'));
    await ask(issue, '/dialectic plan', s.world.app.bot);
    expect(said(issue).map((text) => text.split('\n', 1)[0])).toEqual([
      '`/dialectic report` judges a change, so it works on pull requests only.',
      '`/dialectic waive` judges a change, so it works on pull requests only.',
      expect.stringContaining('**[proc/blocking-call]'),
      'There is no text to work on: write what is wanted into the description first.',
      '`/dialectic plan` may be used by the author of the description and by people with write permission.',
    ]);
    expect(reactions(issue)).toEqual(['eyes', '-1', 'eyes', '-1', 'eyes', '+1', 'eyes', '+1', 'eyes', '-1']);
  });

  test('a locked conversation gets no answer, and the job ends', async () => {
    const s = stage();
    const issue = await issueOf(FILES, { title: 'Score payments', body: WANTED });
    const before = s.logs.length;
    issue.locked = true;
    await ask(issue, '/dialectic plan', s.maintainer);
    expect([said(issue), reactions(issue)]).toEqual([[], []]);
    const log = s.logs.slice(before).join('');
    expect(log).toContain('Unable to create comment because issue is locked.');
    expect(log).not.toContain('a job failed');
  });
});

describe('on a pull request', () => {
  test('report: the orchestrator report of the newest commit, for those who take part', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'service/main.py': BLOCKING }, { title: 'Change @maria <b>' });
    await s.idle();
    await ask(pull, '/dialectic report', s.author);
    const [text = ''] = said(pull);
    expect(text.split('\n', 1)[0]).toBe('# Orchestrator report: \\#\u20601 Change @\u2060maria \\<b\\>');
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      'View compliance',
      'Debates',
      'Detectors',
      'Action items',
      'Sign-off',
    ]);
    expect(text).toMatch(/### Before merging\n\n- \[ \] \[proc\/blocking-call\]/);
    expect(text).toContain('- [x] Thesis, antithesis and synthesis are made');
    await ask(pull, '/dialectic report');
    expect(said(pull).at(-1)).toContain('may be used by');
  });

  test('plan and brainstorm work on its description as well', async () => {
    const s = stage();
    const pull = await s.pullOf(FILES, { 'README.md': '# New\n' }, { body: `${WANTED}\n${ARGUED}` });
    await s.idle();
    await ask(pull, '/dialectic plan\n/dialectic brainstorm', s.author);
    expect(said(pull)).toEqual([expect.stringMatching(/^Decomposed from[\s\S]*\n---\n\n\d+ questions are open/)]);
  });
});

describe('trigger words', () => {
  test('are nothing to the App as long as nobody wants it', async () => {
    const issue = await issueOf(FILES, { title: 'Plan the store', labels: ['architecture'] });
    expect(said(issue)).toEqual([]);
  });

  test('are answered with one line, once, on issues', async () => {
    const s = stage();
    const issue = await issueOf(TRIGGERS, { title: 'Score payments', body: 'We need an architecture.' });
    await s.world.people.addLabel(s.repository, issue, s.maintainer, 'design');
    await s.idle();
    expect(said(issue)).toEqual([
      '`/dialectic plan` makes a plan of this text, `/dialectic brainstorm` asks what it leaves open.',
    ]);
    expect(said(await open({ title: 'Fix', body: '> the plan\n\n```\ndesign\n```\n' }))).toEqual([]);
  });

  test('are answered on pull requests, by their label too', async () => {
    const s = stage();
    const pull = await s.pullOf(TRIGGERS, { 'README.md': '# New\n' });
    await s.idle();
    expect(said(pull)).toEqual([]);
    await s.world.people.addLabel(s.repository, pull, s.maintainer, 'schema drift');
    await s.idle();
    expect(said(pull)).toEqual(['`/dialectic report` writes the orchestrator report on this change.']);
    const offered = said(pull).map((text) => text.split('\n', 1)[0]);
    expect(s.state(pull)).toEqual({ ...SILENT, discussion: offered });
  });
});
