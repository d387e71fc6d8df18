#!/usr/bin/env node
// Starts the GitHub App. Builds first in a checkout that has no dist/ yet.
import { ensureBuilt } from '../scripts/build.mjs';

ensureBuilt();
await import('../dist/server.js');
