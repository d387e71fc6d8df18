/**
 * Oracle: `npm run bench -- compose DIR`, DIR being a checkout of github.com/compose-spec/compose-go. Takes the documents
 * and expectations out of its Go tests (merge, unicity, interpolation) and compares them with this project's own merge.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseYaml } from '../../src/languages/yaml/index.js';
import { interpolate } from '../../src/models/workloads/compose/interpolate.js';
import { merge, unique } from '../../src/models/workloads/compose/merge.js';
import { fromYaml, settled, type Value } from '../../src/models/workloads/compose/tree.js';
import { UNKNOWN } from '../../src/models/workloads/index.js';

interface Tally {
  equal: number;
  readonly different: string[];
  readonly skipped: string[];
}

/** Fields that no check reads; their merge is not modelled. */
const NOT_READ = /ipam|ulimits|devices|device_cgroup|label_file|models|configs|secrets|annotations/;

const document = (yaml: string): Value => {
  const root = parseYaml(yaml).documents[0];
  if (root === undefined) throw new Error('no document');
  return fromYaml(root, 'compose.yaml');
};

function plain(value: Value): unknown {
  if (value.kind === 'leaf') return value.value;
  if (value.kind === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry.value)]));
}

function mergeCases(folder: string, tally: Tally): void {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('_test.go'))) {
    const source = readFileSync(join(folder, file), 'utf8');
    for (const match of source.matchAll(
      /func (Test\w+)\([^)]*\) \{\s*assert(MergeYaml|Unicity)\(t, `([^`]*)`, `([^`]*)`(?:, `([^`]*)`)?\)/g,
    )) {
      const [, name = '', kind, first = '', second = '', third] = match;
      const [got, want] =
        kind === 'Unicity'
          ? [unique(document(first)), document(second)]
          : [unique(merge(document(first), document(second))), document(third ?? '')];
      record(
        tally,
        `${file} ${name}`,
        plain(settled(got)),
        plain(want),
        NOT_READ.test(`${file} ${name} ${second}`) ? 'a field that no check reads' : undefined,
      );
    }
  }
}

const ENVIRONMENT: Readonly<Record<string, string>> = { FOO: 'first', BAR: '', JSON: '{"json":2}' };

function interpolationCases(file: string, tally: Tally): void {
  const source = readFileSync(file, 'utf8');
  const found: [string, string][] = [];
  for (const match of source.matchAll(/template: +"((?:[^"\\]|\\.)*)",\s*expected: +"((?:[^"\\]|\\.)*)"/g))
    found.push([match[1] ?? '', match[2] ?? '']);
  for (const match of source.matchAll(
    /Substitute\("((?:[^"\\]|\\.)*)", defaultMapping\)\s*assert\.NilError\(t, err\)\s*assert\.\w+\(t, (?:is\.Equal\("((?:[^"\\]|\\.)*)", result\)|substituted, "((?:[^"\\]|\\.)*)")/g,
  )) {
    found.push([match[1] ?? '', match[2] ?? match[3] ?? '']);
  }
  for (const [template, expected] of found) {
    const { text } = interpolate(template, (name) => {
      const value = ENVIRONMENT[name];
      return value === undefined ? undefined : { value };
    });
    // A variable that nothing sets is empty for Compose, unknown here.
    record(tally, `template ${template}`, text.replaceAll(UNKNOWN, ''), expected, undefined);
  }
}

function record(tally: Tally, name: string, got: unknown, want: unknown, skip: string | undefined): void {
  if (isDeepStrictEqual(got, want)) tally.equal++;
  else if (skip !== undefined) tally.skipped.push(`${name}: ${skip}`);
  else tally.different.push(`${name}\n  got  ${JSON.stringify(got)}\n  want ${JSON.stringify(want)}`);
}

const folder = process.argv[3];
if (folder === undefined)
  throw new Error('usage: npm run bench -- compose DIR (a checkout of compose-spec/compose-go)');
for (const [title, run] of [
  ['merge and unicity', (tally: Tally) => mergeCases(join(folder, 'override'), tally)],
  ['interpolation', (tally: Tally) => interpolationCases(join(folder, 'template', 'template_test.go'), tally)],
] as const) {
  const tally: Tally = { equal: 0, different: [], skipped: [] };
  run(tally);
  console.log(`${title}: ${tally.equal} equal, ${tally.different.length} different, ${tally.skipped.length} skipped`);
  for (const line of [...tally.different, ...tally.skipped]) console.log(`  ${line}`);
  if (tally.different.length > 0) process.exitCode = 1;
}
