/**
 * The radar on the fixtures of the two linters that look at single functions, line by line:
 * `node scripts/run-ts.mjs bench/radar/oracles.ts RUFF_CHECKOUT FLAKE8_ASYNC_CHECKOUT`. Their files are not part of this repository.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PositionEncoding, Workspace as Ruff } from '@astral-sh/ruff-wasm-nodejs';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import type { Snapshot } from '../../src/core/types.js';
import { radar } from '../../src/models/call-graph/radar.js';
import { memoryFactStore } from '../../src/reviewers/fact-store.js';
import { SnapshotWorkspace } from '../../src/reviewers/workspace.js';

/** 210, 212, 220, 221, 222, 230, 250, 251. */
const RUFF =
  /^(?:blocking-http-call(?:-httpx)?|create-subprocess|run-process|wait-for-process|blocking-open-call|blocking-input|blocking-sleep)-in-async-function$/;
const FLAKE8 = /^async(?:210|211|212|22[012x]|23[01x]|25[01])/;
const FLAKE8_CODES = /^(?:210|211|212|220|221|222|230|231|250|251)$/;

interface Tally {
  wanted: number;
  found: number;
  extra: number;
}

const [ruffRoot, flakeRoot] = process.argv.slice(2);
if (ruffRoot === undefined || flakeRoot === undefined) throw new Error('name two checkouts: ruff and flake8-async');

const ruff = new Ruff({ preview: true, lint: { select: ['ASYNC'] } }, PositionEncoding.Utf16);
await compare(
  'ruff',
  join(ruffRoot, 'crates/ruff_linter/resources/test/fixtures/flake8_async'),
  /^ASYNC(?:210|212|22x|230|250|251)/,
  (text) =>
    (ruff.check(text) as { code: string; start_location: { row: number } }[])
      .filter(({ code }) => RUFF.test(code))
      .map(({ start_location }) => start_location.row),
);
await compare('flake8-async', join(flakeRoot, 'tests/eval_files'), FLAKE8, marked);

/** Lines with an `error:` or `ASYNCnnn:` remark, which is how flake8-async says what it expects. */
function marked(text: string, name: string): number[] {
  const own = /^async(\d\d\d)/.exec(name)?.[1] ?? '';
  return text.split('\n').flatMap((line, index) => {
    const code = /#\s*(?:type: ignore.*#\s*)?(?:(error)|ASYNC(\d{3})(?:_asyncio|_anyio)?):/i.exec(line);
    return code && FLAKE8_CODES.test(code[2] ?? own) ? [index + 1] : [];
  });
}

async function compare(
  tool: string,
  folder: string,
  files: RegExp,
  linesOf: (text: string, name: string) => number[],
): Promise<void> {
  const total: Tally = { wanted: 0, found: 0, extra: 0 };
  for (const name of readdirSync(folder).filter((one) => files.test(one) && one.endsWith('.py'))) {
    const content = readFileSync(join(folder, name));
    const wanted = new Set(linesOf(content.toString('utf8'), name));
    const ours = await blockingLines(name, content);
    const missing = [...wanted].filter((line) => !ours.has(line));
    const extra = [...ours].filter((line) => !wanted.has(line));
    total.wanted += wanted.size;
    total.found += wanted.size - missing.length;
    total.extra += extra.length;
    console.log(
      `${tool} ${name}: ${wanted.size - missing.length} of ${wanted.size}` +
        `${missing.length > 0 ? `; missing ${missing.join(', ')}` : ''}${extra.length > 0 ? `; besides ${extra.join(', ')}` : ''}`,
    );
  }
  console.log(
    `${tool}: ${total.found} of ${total.wanted} (${(total.found / total.wanted).toFixed(3)}), ${total.extra} besides\n`,
  );
}

async function blockingLines(name: string, content: Uint8Array): Promise<Set<number>> {
  const path = `service/${name}`;
  const blob = createHash('sha1').update(content).digest('hex');
  const snapshot: Snapshot = {
    headSha: 'oracles',
    files: [{ path, blob, size: content.byteLength }],
    changes: [],
    read: () => Promise.resolve(content),
  };
  const workspace = new SnapshotWorkspace(snapshot, DEFAULT_SETTINGS, memoryFactStore(), undefined, true);
  const { sites } = await workspace.model(radar);
  return new Set(sites.filter(({ family }) => family !== 'dataframe').map(({ line }) => line));
}
