import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { FILES, stageForFile } from './world.js';

const stage = stageForFile({}, { privatePackageIndex: true });
const CONFIGURATION = '.github/dialectic.yml';
const CHECK = 'dev/unknown-library';
const configured = (url: string): string => `development:\n  packageIndex: ${url}\n`;
const added = { 'requirements-extra.txt': 'h2o-magic==1.0\n' };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An index that knows no package, and what it was asked for. */
async function index(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/simple`, asked };
}

async function reviewed(base: Record<string, string>, change: Record<string, string | null>) {
  const s = stage();
  const pull = await s.pullOf({ ...FILES, ...base }, { ...added, ...change });
  await s.idle();
  return { inline: s.state(pull).inline, summary: s.checkOf(pull).output.summary ?? '' };
}
const FOUND = [`requirements-extra.txt:1 ${CHECK}`];
const PREVIEW = 'This change alters the configuration';

test('the preview of a proposed configuration asks the index of the base branch, never the proposed one', async () => {
  const [kept, proposed] = [await index(), await index()];
  const { inline, summary } = await reviewed(
    { [CONFIGURATION]: configured(kept.url) },
    { [CONFIGURATION]: configured(proposed.url) },
  );
  expect(inline).toEqual(FOUND);
  expect(summary).toContain(PREVIEW);
  expect(summary).toMatch(/would stay \*\*pass\*\*, and 0 findings would appear/);
  expect(kept.asked).toContain('/simple/h2o-magic/');
  expect(proposed.asked).toEqual([]);
});

test('an index that only the change proposes is not asked, and neither is one that a valid change puts in the place of a broken configuration', async () => {
  const proposed = await index();
  for (const base of [{}, { [CONFIGURATION]: 'nonsense: true\n' }]) {
    const { inline, summary } = await reviewed(base, { [CONFIGURATION]: configured(proposed.url) });
    expect(inline).toEqual([]);
    expect(summary).toContain(PREVIEW);
    stage().repository = await stage().addRepository(`another-${String(Object.keys(base).length)}`);
  }
  expect(proposed.asked).toEqual([]);
});

test('a change that takes the index away is still judged by it, and its preview asks no other', async () => {
  const kept = await index();
  const { inline, summary } = await reviewed({ [CONFIGURATION]: configured(kept.url) }, { [CONFIGURATION]: null });
  expect(inline).toEqual(FOUND);
  expect(summary).toContain(PREVIEW);
});
