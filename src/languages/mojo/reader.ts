import { algorithmNamed, CATEGORIES, REQUIRED_KEYS, USUAL_KEYS, WITHOUT_MOJO, type Algorithm } from './algorithms.js';
import { Damaged, type Container, type MojoModel, type Violation } from './facts.js';
import { parseIni, type ModelIni } from './ini.js';
import { readTrees } from './trees.js';

const DEEPEST = 8;
const MOST_SUBMODELS = 2000;

/** What was found while reading, over the model and all models inside it. */
export interface Reading {
  readonly container: Container;
  readonly violations: Violation[];
  readonly warnings: Violation[];
  /** Models read so far. */
  models: number;
}

export const newReading = (container: Container): Reading => ({ container, violations: [], warnings: [], models: 0 });

/** One model: the container's root, or a folder inside it. Undefined when its `model.ini` cannot be had. */
export async function readModel(reading: Reading, folder = '', depth = 0): Promise<MojoModel | undefined> {
  reading.models++;
  const file = `${folder}model.ini`;
  const bytes = await content(reading, file);
  if (!bytes) return undefined;
  const { ini, violations } = parseIni(decode(bytes), file);
  reading.violations.push(...violations);
  const algorithm = algorithmOf(reading, ini, file);
  checkKeys(reading, ini, file, algorithm);
  await checkDomains(reading, ini, folder);
  for (const name of algorithm?.files ?? []) checkPresent(reading, folder + name, algorithm);
  const summary = modelOf(ini, folder, algorithm);
  const trees = algorithm?.trees ? await readTrees(reading, ini, folder, algorithm.trees) : undefined;
  const submodels = await readSubmodels(reading, ini, folder, depth);
  return { ...summary, ...(trees ? { trees } : {}), submodels };
}

/** A file of the container, or undefined with the reason on record. */
export async function content(reading: Reading, name: string): Promise<Uint8Array | undefined> {
  try {
    if (!reading.container.names.has(name)) throw new Damaged({ file: name, expected: 'the file', found: 'nothing' });
    return await reading.container.read(name);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    reading.violations.push(error.violation);
    return undefined;
  }
}

/** The reader's own text files come in Java's default charset, which is UTF-8; old models may hold Latin-1 names. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

function algorithmOf(reading: Reading, ini: ModelIni, file: string): Algorithm | undefined {
  const name = ini.info.get('algorithm');
  if (name === undefined) return undefined;
  const algorithm = algorithmNamed(name);
  if (!algorithm) {
    const found = WITHOUT_MOJO.has(name) ? `"${name}", of which there is no MOJO` : `"${name.slice(0, 80)}"`;
    reading.violations.push({
      file,
      line: ini.lines.get('algorithm') ?? 1,
      expected: 'an algorithm the reader knows',
      found,
    });
  }
  return algorithm;
}

function checkKeys(reading: Reading, ini: ModelIni, file: string, algorithm: Algorithm | undefined): void {
  const missing = [...REQUIRED_KEYS, ...(algorithm?.keys ?? [])].filter((key) => isNull(ini.info.get(key)));
  for (const key of missing) {
    // Tree counts, families and the like: the reader unboxes them, so null is as bad as absent.
    reading.violations.push({ file, expected: `key \`${key}\``, found: ini.info.has(key) ? 'null' : 'none' });
  }
  const check = (key: string, expected: string, good: (value: string) => boolean): void => {
    const value = ini.info.get(key);
    if (value === undefined || isNull(value) || good(value)) return;
    reading.violations.push({
      file,
      line: ini.lines.get(key) ?? 1,
      expected: `\`${key}\` ${expected}`,
      found: value.slice(0, 80),
    });
  };
  for (const key of ['n_columns', 'n_features', 'n_classes'])
    check(key, 'to be a number', (value) => /^\d{1,9}$/.test(value));
  for (const key of ['supervised', 'balance_classes'])
    check(key, 'to be true or false', (value) => /^(?:true|false)$/.test(value));
  check('default_threshold', 'to be a number', (value) => Number.isFinite(Number(value)) || value === 'NaN');
  check('category', 'to be a model category', (value) => CATEGORIES.has(value));
  if (algorithm) {
    check(
      'mojo_version',
      `to be at most ${algorithm.newest.toFixed(2)} for ${algorithm.names[0]}`,
      (value) => Number(value) <= algorithm.newest,
    );
  }
  check(
    'endianness',
    'to be LITTLE_ENDIAN: the reader never looks, and scores garbage',
    (value) => value === 'LITTLE_ENDIAN',
  );
  checkColumns(reading, ini, file);
  for (const key of USUAL_KEYS) {
    if (!ini.info.has(key)) reading.warnings.push({ file, expected: `key \`${key}\``, found: 'none' });
  }
}

const isNull = (value: string | undefined): boolean => value === undefined || value === 'null';

function checkColumns(reading: Reading, ini: ModelIni, file: string): void {
  const stated = ini.info.get('n_columns');
  if (stated === undefined || !/^\d{1,9}$/.test(stated)) return;
  const violation = { file, expected: `${stated} column names`, found: String(ini.columns.length) };
  if (ini.columns.length > Number(stated)) reading.violations.push(violation);
  else if (ini.columns.length < Number(stated)) reading.warnings.push(violation);
}

async function checkDomains(reading: Reading, ini: ModelIni, folder: string): Promise<void> {
  const columns = Number(ini.info.get('n_columns') ?? 0);
  for (const domain of ini.domains) {
    if (domain.column >= columns) continue;
    const name = `${folder}domains/${domain.file}`;
    const bytes = await content(reading, name);
    if (!bytes) continue;
    const lines = countLines(decode(bytes));
    if (lines !== domain.count) {
      reading.violations.push({
        file: name,
        expected: `${domain.count} categories, as model.ini line ${domain.line} says`,
        found: `${lines} lines`,
      });
    }
  }
}

/** As Java's BufferedReader counts: the last line need not end, and nothing after the last line end is no line. */
function countLines(text: string): number {
  if (text === '') return 0;
  const breaks = text.match(/\r\n|\n|\r/g)?.length ?? 0;
  return /[\r\n]$/.test(text) ? breaks : breaks + 1;
}

function checkPresent(reading: Reading, name: string, algorithm: Algorithm | undefined): void {
  if (reading.container.names.has(name)) return;
  reading.violations.push({
    file: name,
    expected: `the file, which ${algorithm?.names[0] ?? 'the model'} needs`,
    found: 'nothing',
  });
}

function modelOf(ini: ModelIni, folder: string, algorithm: Algorithm | undefined): Omit<MojoModel, 'submodels'> {
  const value = (key: string): string | undefined => (isNull(ini.info.get(key)) ? undefined : ini.info.get(key));
  const number = (key: string): number | undefined => (value(key) === undefined ? undefined : Number(value(key)));
  const supervised = value('supervised') === undefined ? undefined : value('supervised') === 'true';
  return {
    folder,
    algorithm: algorithm?.names[0] ?? value('algorithm') ?? 'unknown',
    category: value('category'),
    supervised,
    h2oVersion: value('h2o_version'),
    mojoVersion: value('mojo_version'),
    endianness: value('endianness'),
    uuid: value('uuid'),
    timestamp: value('timestamp'),
    columns: ini.columns.length,
    features: number('n_features'),
    classes: number('n_classes'),
    response: supervised === true ? ini.columns.at(-1) : undefined,
    domains: ini.domains.length,
    lines: Object.fromEntries(ini.lines),
  };
}

async function readSubmodels(reading: Reading, ini: ModelIni, folder: string, depth: number): Promise<MojoModel[]> {
  const count = Number(ini.info.get('submodel_count') ?? 0);
  if (!(count > 0)) return [];
  const file = `${folder}model.ini`;
  if (depth >= DEEPEST || reading.models + count > MOST_SUBMODELS) {
    reading.violations.push({
      file,
      expected: `at most ${MOST_SUBMODELS} models, ${DEEPEST} deep`,
      found: `${count} more at depth ${depth + 1}`,
    });
    return [];
  }
  const models: MojoModel[] = [];
  const keys = new Set<string>();
  for (let index = 0; index < count; index++) {
    const place = ini.info.get(`submodel_dir_${index}`);
    keys.add(ini.info.get(`submodel_key_${index}`) ?? '');
    if (place === undefined)
      reading.violations.push({ file, expected: `key \`submodel_dir_${index}\``, found: 'none' });
    else {
      const model = await readModel(reading, folder + place, depth + 1);
      if (model) models.push(model);
    }
  }
  for (const key of ['metalearner', 'linear_model', 'main_model', 'clustering_model', 'global_regression_model']) {
    const named = ini.info.get(key);
    if (named === undefined || named === 'null' || keys.has(named)) continue;
    reading.violations.push({
      file,
      line: ini.lines.get(key) ?? 1,
      expected: `\`${key}\` to name one of the models inside`,
      found: named.slice(0, 80),
    });
  }
  return models;
}
