// Runs a TypeScript file of this checkout: a module loader hands .ts files to swc. For scripts, benchmarks and the demo;
// the product itself is compiled to dist/.
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , file, ...rest] = process.argv;
if (!file) {
  console.error('usage: node scripts/run-ts.mjs FILE.ts [arguments]');
  process.exit(2);
}
register('./ts-loader.mjs', import.meta.url);
process.argv = [process.argv[0], resolve(file), ...rest];
await import(pathToFileURL(resolve(file)).href);
