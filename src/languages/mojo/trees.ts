import type { TreeSummary, Violation } from './facts.js';
import type { ModelIni } from './ini.js';
import { content, type Reading } from './reader.js';
import { walkExtendedTree, walkTree, type TreeWalk } from './tree.js';

const MOST_TREES = 1_000_000;
const AUX_RECORD = 40;
/** Of one model; a forest written with the wrong byte order is wrong in every tree. */
const MOST_VIOLATIONS = 20;

interface Forest {
  readonly reading: Reading;
  readonly found: Violation[];
  present: number;
  nodes: number;
  leaves: number;
  bytes: number;
}

/** Walks every tree of a model to its last byte. */
export async function readTrees(
  reading: Reading,
  ini: ModelIni,
  folder: string,
  kind: 'shared' | 'extended',
): Promise<TreeSummary | undefined> {
  const forest: Forest = { reading, found: [], present: 0, nodes: 0, leaves: 0, bytes: 0 };
  const names = kind === 'shared' ? sharedNames(ini, folder) : extendedNames(ini, folder);
  if (names === undefined || names.length > MOST_TREES) return undefined;
  const version = Math.round(Number(ini.info.get('mojo_version') ?? 1) * 100);
  if (kind === 'shared' && version >= 140 && !ini.info.has('_genmodel_encoding')) {
    reading.violations.push({ file: `${folder}model.ini`, expected: 'key `_genmodel_encoding`', found: 'none' });
  }
  const columns = columnsOf(ini);
  const missing: string[] = [];
  for (const name of names) {
    if (forest.found.length >= MOST_VIOLATIONS) break;
    if (!reading.container.names.has(name)) missing.push(name);
    else if (kind === 'shared') await sharedTree(forest, name, { columns, version });
    else note(forest, name, await read(forest, name, walkExtendedTree));
  }
  report(forest, missing, kind, folder);
  const { present, nodes, leaves, bytes } = forest;
  return { expected: names.length, present, nodes, leaves, bytes };
}

/** A missing tree of a shared forest is skipped by the reader; of an extended one it is opened unasked. */
function report({ reading, found }: Forest, missing: readonly string[], kind: string, folder: string): void {
  reading.violations.push(...found);
  const [first] = missing;
  if (first === undefined) return;
  const violation = { file: first, expected: 'the tree', found: `nothing (${missing.length} missing)` };
  (kind === 'shared' ? reading.warnings : reading.violations).push({ ...violation, file: first || folder });
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

function sharedNames(ini: ModelIni, folder: string): string[] | undefined {
  const groups = Number(ini.info.get('n_trees'));
  const classes = Number(ini.info.get('n_classes') ?? 1);
  const stated = ini.info.get('n_trees_per_class');
  const doubled = ini.info.get('binomial_double_trees') === 'true';
  const perGroup = stated !== undefined && stated !== 'null' ? Number(stated) : classes === 2 && !doubled ? 1 : classes;
  if (!isCount(groups) || !isCount(perGroup) || groups * perGroup > MOST_TREES) return undefined;
  const names: string[] = [];
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < perGroup; i++) names.push(`${folder}trees/t${pad(i, 2)}_${pad(group, 3)}.bin`);
  }
  return names;
}

function extendedNames(ini: ModelIni, folder: string): string[] | undefined {
  const count = Number(ini.info.get('ntrees') ?? 0);
  if (!isCount(count) || count > MOST_TREES) return undefined;
  return Array.from({ length: count }, (_, index) => `${folder}trees/t${pad(index, 2)}.bin`);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

const columnsOf = (ini: ModelIni): number => Math.max(Number(ini.info.get('n_columns') ?? 0), ini.columns.length);

async function read(
  forest: Forest,
  name: string,
  walk: (bytes: Uint8Array) => TreeWalk,
): Promise<TreeWalk | undefined> {
  const before = forest.reading.violations.length;
  const bytes = await content(forest.reading, name);
  if (!bytes) {
    forest.found.push(...forest.reading.violations.splice(before));
    return undefined;
  }
  forest.present++;
  forest.bytes += bytes.length;
  return walk(bytes);
}

function note(forest: Forest, file: string, walked: TreeWalk | undefined): void {
  if (!walked) return;
  if (walked.ok) {
    forest.nodes += walked.nodes;
    forest.leaves += walked.leaves;
  } else {
    const { offset, expected, found } = walked;
    forest.found.push({ file, offset, expected, found });
  }
}

async function sharedTree(forest: Forest, name: string, shape: { columns: number; version: number }): Promise<void> {
  const walked = await read(forest, name, (bytes) => walkTree(bytes, shape));
  note(forest, name, walked);
  if (shape.version <= 100) return;
  const aux = name.replace(/\.bin$/, '_aux.bin');
  const before = forest.reading.violations.length;
  const bytes = await content(forest.reading, aux);
  if (!bytes) forest.found.push(...forest.reading.violations.splice(before));
  else if (walked?.ok && bytes.length !== walked.nodes * AUX_RECORD) {
    const expected = `${walked.nodes} records of ${AUX_RECORD} bytes, one for each split`;
    forest.found.push({
      file: aux,
      offset: Math.min(bytes.length, walked.nodes * AUX_RECORD),
      expected,
      found: `${bytes.length} bytes`,
    });
  }
}
