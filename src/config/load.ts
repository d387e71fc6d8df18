import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { Unparsable } from '../core/errors.js';
import { parseYaml, type YamlNode } from '../languages/yaml/index.js';
import { configurationFrom, type Configuration } from './configuration.js';
import { ConfigurationFile } from './schema.js';

/** One configuration file as found: where, and its text. */
export interface ConfigurationText {
  readonly source: string;
  readonly text: string;
}

export interface ConfigurationProblem {
  readonly source: string;
  readonly line: number;
  /** One sentence, with the nearest right spelling where there is one. */
  readonly message: string;
}

export interface LoadedConfiguration {
  /** Effective; undefined when any file has a problem, because half a configuration is nobody's wish. */
  readonly configuration: Configuration | undefined;
  /** The merged files, before defaults. Plain data: it can be sent to a worker. */
  readonly file: ConfigurationFile;
  readonly problems: readonly ConfigurationProblem[];
  /** Dotted path of every value that a file sets → that file and line, as `source:line`. */
  readonly origins: ReadonlyMap<string, string>;
}

export const CONFIGURATION_PATH = '.github/dialectic.yml';

/** The files that a text extends, as it names them; none where the text is not valid. */
export const extendedBy = (text: string | undefined): string[] =>
  text === undefined ? [] : [loadConfiguration([{ source: CONFIGURATION_PATH, text }]).file.extends ?? []].flat();

/** Owner, name and path where a name leads to another repository, which who wrote it may not be able to read. */
export function elsewhere(
  target: string,
): { readonly owner: string; readonly repo: string; readonly path: string } | undefined {
  const [, owner, repo, path] = /^([\w.-]+)\/([\w.-]+):(.+)$/.exec(target) ?? [];
  return owner && repo && path ? { owner, repo, path } : undefined;
}

/** Merges configuration files, the last one strongest, and validates each by itself so that every problem has a line. */
export function loadConfiguration(texts: readonly ConfigurationText[]): LoadedConfiguration {
  const problems: ConfigurationProblem[] = [];
  const origins = new Map<string, string>();
  let merged: Record<string, unknown> = {};
  for (const { source, text } of texts) {
    const read = readOne(source, text);
    problems.push(...read.problems);
    if (!read.root) continue;
    merged = merge(merged, read.root.toJS() as Record<string, unknown>);
    note(read.root, '', source, origins);
  }
  const file = problems.length === 0 ? ConfigurationFile.parse(merged) : {};
  return { configuration: problems.length === 0 ? configurationFrom(file) : undefined, file, problems, origins };
}

function readOne(source: string, text: string): { root?: YamlNode; problems: ConfigurationProblem[] } {
  try {
    const { documents, problems } = parseYaml(text);
    const [root] = documents;
    const broken = problems.map((problem) => ({ source, line: problem.line ?? 1, message: problem.reason }));
    if (documents.length > 1)
      broken.push({ source, line: 1, message: 'more than one YAML document; one is expected.' });
    if (broken.length > 0 || !root || root.isNull) return { problems: broken };
    if (root.kind !== 'mapping')
      return { problems: [{ source, line: root.line, message: 'a mapping of settings is expected.' }] };
    return { root, problems: validate(root, source) };
  } catch (error) {
    if (!(error instanceof Unparsable)) throw error;
    return {
      problems: [
        {
          source,
          line: error.line ?? 1,
          message: error.why.startsWith('not valid YAML') ? error.why : `not valid YAML: ${error.why}`,
        },
      ],
    };
  }
}

function validate(root: YamlNode, source: string): ConfigurationProblem[] {
  const parsed = ConfigurationFile.safeParse(root.toJS());
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => problemsOf(issue, root, source));
}

type Issue = z.core.$ZodIssue;

function problemsOf(
  issue: Issue,
  root: YamlNode,
  source: string,
  prefix: readonly PropertyKey[] = [],
): ConfigurationProblem[] {
  const path = [...prefix, ...issue.path].map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ source, line: lineOf(root, [...path, key]), message: unknownKey(key, path) }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest is the one that was meant.
    const meant = [...issue.errors].sort((a, b) => rank(b) - rank(a))[0];
    if (meant && rank(meant) > 0) return meant.flatMap((inner) => problemsOf(inner, root, source, path));
  }
  return [{ source, line: lineOf(root, path), message: wrongValue(issue, path, root) }];
}

const rank = (issues: readonly Issue[]): number =>
  issues.some((issue) => issue.code === 'invalid_value' || issue.code === 'unrecognized_keys' || issue.path.length > 0)
    ? 1
    : 0;

function wrongValue(issue: Issue, path: readonly (string | number)[], root: YamlNode): string {
  const name = path.join('.') || 'the file';
  const value = root.get(...path)?.toJS();
  if (issue.code !== 'invalid_value') return `${name}: ${issue.message}.`;
  const allowed = issue.values.map(String);
  return `${name}: ${JSON.stringify(value)} is not one of ${allowed.slice(0, 12).join(', ')}.${suggestion(String(value), allowed)}`;
}

function unknownKey(key: string, path: readonly (string | number)[]): string {
  const known = keysAt(path);
  const where = path.length > 0 ? ` under ${path.join('.')}` : '';
  return `unknown key "${key}"${where}.${suggestion(key, known) || (known.length < 12 ? ` Known: ${known.join(', ')}.` : '')}`;
}

function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(word, [...known]);
  return distance(word, nearest) <= Math.max(2, Math.floor(word.length / 3)) ? ` Did you mean "${nearest}"?` : '';
}

/** The line of a path, or of the nearest parent that exists. */
function lineOf(root: YamlNode, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = root.get(...path.slice(0, length - 1));
    const step = path[length - 1];
    const found =
      typeof step === 'string' ? parent?.entry(step)?.keyNode : step === undefined ? undefined : parent?.get(step);
    if (found) return found.line;
  }
  return root.line;
}

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

/** The configuration's JSON Schema; also what `npm run generate` writes. */
export const configurationJsonSchema = (): object => z.toJSONSchema(ConfigurationFile, { io: 'input' });

/** Keys that the schema knows at a path. */
function keysAt(path: readonly (string | number)[]): string[] {
  let shapes: readonly Shape[] = [configurationJsonSchema()];
  for (const step of path) {
    shapes = shapes
      .flatMap((shape) => [shape, ...(shape.anyOf ?? [])])
      .flatMap((shape) => (typeof step === 'number' ? shape.items : shape.properties?.[step]) ?? []);
  }
  return shapes
    .flatMap((shape) => [shape, ...(shape.anyOf ?? [])])
    .flatMap((shape) => Object.keys(shape.properties ?? {}));
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Mappings are merged key by key; everything else is replaced. */
function merge(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    result[key] = isMapping(old) && isMapping(value) ? merge(old, value) : value;
  }
  return result;
}

function note(node: YamlNode, path: string, source: string, origins: Map<string, string>): void {
  for (const { key, keyNode, value } of node.entries()) {
    const own = path ? `${path}.${key}` : key;
    if (value.kind === 'mapping') note(value, own, source, origins);
    else origins.set(own, `${source}:${keyNode.line}`);
  }
}
