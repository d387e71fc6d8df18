import { defineCheck, type CheckContext } from '../../core/check.js';
import { radar } from '../../models/call-graph/radar.js';
import type { Site } from '../../models/call-graph/sites.js';
import { draftOf, entriesOf, sitesOf } from './support/draft.js';

export const blockingFileIo = defineCheck({
  id: 'proc/blocking-file-io',
  task: 'LEAD-PROC-01-01',
  reference: 'async_concurrency',
  severity: 'warn',
  flags:
    'Flags reading, writing, copying and listing files on the event loop, in a coroutine itself or in a function that it calls.',
  why: `A local disk is fast until it is a network volume, a full page cache or a file of two gigabytes; then every request of the
worker waits for it. Use \`aiofiles\`, \`anyio.Path\` or \`asyncio.to_thread\`.

Questions about a file (\`os.path.exists\`, \`Path.stat\`) are notes: they rarely hurt. Where the same line already blocks for
another reason, only that is reported.

Source: [ruff ASYNC230](https://docs.astral.sh/ruff/rules/blocking-open-call-in-async-function/).`,
  examples: {
    bad: [
      {
        title: 'An upload written with open()',
        files: {
          'main.py': `from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/upload")
async def upload(file: UploadFile):
    with open(f"/data/{file.filename}", "wb") as target:
        target.write(await file.read())
`,
        },
      },
    ],
    good: [
      {
        title: 'The same with aiofiles',
        files: {
          'main.py': `import aiofiles
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/upload")
async def upload(file: UploadFile):
    async with aiofiles.open(f"/data/{file.filename}", "wb") as target:
        await target.write(await file.read())
`,
        },
      },
    ],
  },
  async run(context) {
    const sites = await sitesOf(context, 'file');
    if (sites === 'not-applicable') return sites;
    const { sites: all } = await context.model(radar);
    const worse = new Set(all.filter(({ family }) => family !== 'file').map(({ path, line }) => `${path}:${line}`));
    return Promise.all(
      oncePerWay(
        sites.filter(({ path, line }) => !worse.has(`${path}:${line}`)),
        context,
      ).map(async (site) => {
        const draft = await draftOf(site, context, {
          does: 'touches the disk on the event loop',
          consequence: (one) => `On a slow or remote volume everything behind ${entriesOf(one)} waits for the disk.`,
        });
        return site.sink.category === 'stat' ? { ...draft, severity: 'note' as const } : draft;
      }),
    );
  },
});

/** A coroutine that calls the same helper on several lines has one thing to mend: the line that changed, or else the first. */
function oncePerWay(sites: readonly Site[], context: CheckContext): readonly Site[] {
  const isAdded = ({ path, line }: Site): boolean =>
    context.addedLines(path)?.some(({ start, end }) => start <= line && line <= end) === true;
  const chosen = new Map<string, Site>();
  for (const site of sites) {
    const helper = site.steps[1];
    const last = site.steps.at(-1);
    const way = helper && last ? `${helper.within} ${last.path}:${last.line}` : `${site.line}`;
    const key = `${site.coroutine.place} ${way}`;
    const known = chosen.get(key);
    if (!known || (!isAdded(known) && isAdded(site))) chosen.set(key, site);
  }
  return [...chosen.values()];
}
