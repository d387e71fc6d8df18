import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startLocalGitHub, type World } from '../../demo/local-github/index.js';
import type { Pull, Repository, User } from '../../demo/local-github/store.js';
import { pages, type Stage } from '../../demo/page/pages.js';

jest.setTimeout(60_000);

const CHROMIUM = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));
if (CHROMIUM === undefined)
  process.stdout.write('skipped: the page of the demo needs Chromium (apt-get install chromium, or CHROMIUM=/path)\n');
const whereThereIsABrowser = CHROMIUM === undefined ? describe.skip : describe;

const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> @maria';
const SUGGESTION = [
  '**Blocks** · log/json-column',
  '',
  'Stored as text.',
  '',
  '```suggestion',
  '    payload jsonb',
  '```',
  '<!-- a marker -->',
].join('\n');

whereThereIsABrowser('the page of the demo', () => {
  let world: World;
  let stage: Stage;
  let repository: Repository;
  let ana: User;
  let pull: Pull;
  let browser: Browser;
  let page: Page;
  let pressed = 0;
  const errors: string[] = [];

  beforeAll(async () => {
    world = await startLocalGitHub({ pages: pages(() => stage) });
    ana = world.github.addUser('ana');
    const maria = world.github.addUser('maria');
    repository = await world.github.addRepository(world.organization, 'platform');
    repository.collaborators.set('ana', 'write');
    await world.push(repository, ana, { branch: 'main', message: 'Start', files: { 'README.md': 'hello\n' } });
    await world.push(repository, ana, {
      branch: 'change',
      from: 'main',
      message: 'Change',
      files: { 'schema.sql': 'CREATE TABLE f (\n    payload json\n);\n' },
    });
    pull = await world.people.openPull(repository, ana, {
      title: 'Change <b>',
      body: `## Thesis\n\n${HOSTILE}`,
      head: 'change',
    });
    stage = {
      world,
      people: [ana, maria],
      next: { label: 'Go on', hint: 'More.', run: async () => void (pressed += 1) },
    };
    await review();
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await world.close();
    expect(errors).toEqual([]);
  });

  /** As the App does it: over the API. */
  async function ask(method: string, path: string, body: object): Promise<{ id: number }> {
    const { token } = world.github.credentials.grant(world.installation, undefined, undefined);
    const url = `${world.github.addresses.api}/repos/acme/platform/${path}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { id: number };
  }

  async function review(): Promise<void> {
    const comments = [{ path: 'schema.sql', line: 2, side: 'RIGHT', body: SUGGESTION }];
    await ask('POST', 'pulls/1/reviews', { event: 'REQUEST_CHANGES', body: 'One finding.', comments });
    const annotations = [
      { path: 'schema.sql', start_line: 2, end_line: 2, annotation_level: 'failure', message: 'json, not jsonb' },
    ];
    const output = { title: '1 finding', summary: '| View | Blocks |\n| --- | --- |\n| LOG | 1 |', annotations };
    await ask('POST', 'check-runs', { name: 'dialectic', head_sha: pull.head.sha, conclusion: 'failure', output });
  }

  const url = (rest = ''): string => `${world.server.url}/acme/platform/pull/1${rest}`;

  test('shows the conversation: review, thread at its line, suggestion as a change', async () => {
    await page.goto(url());
    await expect(page.title()).resolves.toContain('Change <b>');
    await expect(page.locator('.review').first().innerText()).resolves.toContain('requested changes');
    await expect(page.locator('.thread summary').innerText()).resolves.toContain('schema.sql:2');
    await expect(page.locator('.suggestion .removed .text').allInnerTexts()).resolves.toEqual(['    payload json']);
    await expect(page.locator('.suggestion .added .text').allInnerTexts()).resolves.toEqual(['    payload jsonb']);
    await expect(page.locator('.merge-box h2').innerText()).resolves.toContain('not successful');
    await expect(page.content()).resolves.not.toContain('a marker');
  });

  test('shows hostile text as text', async () => {
    await page.goto(url());
    await expect(page.title()).resolves.not.toContain('owned');
    await expect(page.locator('#description script, #description [onerror]').count()).resolves.toBe(0);
  });

  test('shows the files with the thread below its line, and the checks with annotations', async () => {
    await page.goto(url('/files'));
    const line = page.locator('.file tr', { has: page.locator('.thread') }).first();
    await expect(line.locator('xpath=preceding-sibling::tr[1]').innerText()).resolves.toMatch(/payload json/);
    await page.goto(url('/checks'));
    await expect(page.locator('.annotations').innerText()).resolves.toContain('schema.sql:2');
    await expect(page.locator('.run table').innerText()).resolves.toContain('LOG');
  });

  test('takes comments, and commits a suggestion', async () => {
    await page.goto(url());
    await page.selectOption('select[name=as]', 'maria');
    await page.locator('[data-insert="/dialectic help"]').click();
    await page.locator('#comment-form .primary').click();
    await page.waitForSelector('[id^=issuecomment]');
    expect(repository.comments.map(({ user, body }) => [user.login, body])).toEqual([['maria', '/dialectic help']]);
    await page.locator('.apply button').click();
    await page.waitForSelector('.thread .label:text("Outdated")');
    expect((await repository.git.object(`${pull.head.sha}:schema.sql`))?.content.toString()).toBe(
      'CREATE TABLE f (\n    payload jsonb\n);\n',
    );
  });

  test('turns green by itself, and keeps what is being typed', async () => {
    await page.goto(url());
    await page.fill('#comment-body', 'half a thought');
    await page.waitForTimeout(1000);
    await ask('POST', 'check-runs', {
      name: 'dialectic',
      head_sha: pull.head.sha,
      conclusion: 'success',
      output: { title: 'Nothing to object to', summary: 'Clean.' },
    });
    await page.waitForSelector('body[data-checks="success"]');
    await expect(page.locator('.merge-box h2').innerText()).resolves.toContain('All checks have passed');
    await expect(page.inputValue('#comment-body')).resolves.toBe('half a thought');
  });

  test('offers the next step, and refuses pages from elsewhere', async () => {
    await page.goto(url());
    await page.locator('.demo button').click();
    expect(pressed).toBe(1);
    const response = await fetch(url('/comment'), {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
      body: 'body=hello',
    });
    expect(response.status).toBe(403);
    const found = await fetch(`${world.server.url}/acme/platform/blob/change/schema.sql`);
    expect(await found.text()).toContain('payload jsonb');
  });
});
