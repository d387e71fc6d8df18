#!/usr/bin/env node
// A checkout has no dist/ yet: the first command a newcomer types builds it. A published package ships it.
import { ensureBuilt } from '../scripts/build.mjs';

ensureBuilt();
const { main } = await import('../dist/cli/main.js');
process.exitCode = await main(process.argv);
// A command that has printed its answer is over: no handle left open and no queued compilation of a WebAssembly parser may
// keep the process. Pipes are written asynchronously, so they are waited for.
for (const stream of [process.stdout, process.stderr]) await new Promise((printed) => stream.write('', printed));
process.exit();
