#!/usr/bin/env node
// A checkout has no dist/ yet: the first command a newcomer types builds it. A published package ships it.
import { ensureBuilt } from '../scripts/build.mjs';

ensureBuilt();
const { main } = await import('../dist/cli/main.js');
process.exitCode = await main(process.argv);
