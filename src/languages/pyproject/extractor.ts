import type { Extractor } from '../../core/facts.js';
import { fromTable, type GroupedRequirement } from '../requirements/grouped.js';
import { parseRequirement } from '../requirements/requirement.js';
import { isTable, readToml, stringsAt, tableAt, type Entry, type TomlDocument, type TomlTable } from '../toml/index.js';

export interface PyprojectFacts {
  readonly requirements: readonly GroupedRequirement[];
  /** It carries what a package index shows (classifiers, keywords): others install it, and resolve its ranges themselves. */
  readonly library: boolean;
  readonly name?: string;
}

type Group = GroupedRequirement['group'];

/** PEP 621, PEP 735 groups, Poetry, PDM, uv, Hatch environments. */
function extractPyproject(bytes: Uint8Array): PyprojectFacts {
  const document = readToml(bytes);
  const project = tableAt(document.root, 'project');
  const poetry = tableAt(document.root, 'tool', 'poetry');
  const name = [project['name'], poetry['name']].find((found) => typeof found === 'string');
  return {
    requirements: [...standard(document), ...fromPoetry(document), ...fromTools(document)],
    library: isLibrary(project) || (isLibrary(poetry) && poetry['package-mode'] !== false),
    ...(name === undefined ? {} : { name }),
  };
}

function isLibrary(metadata: TomlTable): boolean {
  const classifiers = stringsAt(metadata, 'classifiers');
  if (classifiers.some((classifier) => classifier.startsWith('Private ::'))) return false;
  return classifiers.length > 0 || stringsAt(metadata, 'keywords').length > 0;
}

function standard(document: TomlDocument): GroupedRequirement[] {
  const project = tableAt(document.root, 'project');
  const found = list(document, 'project', 'dependencies', project, { kind: 'main', name: '' });
  const optional = tableAt(project, 'optional-dependencies');
  for (const name of Object.keys(optional)) {
    found.push(...list(document, 'project.optional-dependencies', name, optional, { kind: 'optional', name }));
  }
  const groups = tableAt(document.root, 'dependency-groups');
  for (const name of Object.keys(groups)) {
    found.push(...list(document, 'dependency-groups', name, groups, { kind: 'group', name }));
  }
  const build = tableAt(document.root, 'build-system');
  found.push(...list(document, 'build-system', 'requires', build, { kind: 'build', name: '' }));
  return found;
}

/** The requirements of one array of strings, each on its own line. */
function list(
  document: TomlDocument,
  table: string,
  key: string,
  holder: TomlTable,
  group: Group,
): GroupedRequirement[] {
  const entry = entryOf(document.entries, table, key);
  const strings = [...(entry?.strings ?? [])];
  return stringsAt(holder, key).flatMap((text) => {
    const at = strings.findIndex((string) => string.text === text);
    const line = (at < 0 ? undefined : strings.splice(at, 1)[0]?.line) ?? entry?.line ?? 1;
    const requirement = parseRequirement(text, line);
    return requirement ? [{ ...requirement, group }] : [];
  });
}

const entryOf = (entries: readonly Entry[], table: string, key: string): Entry | undefined =>
  entries.find((entry) => entry.table === table && entry.key === key) ??
  entries.find((entry) => `${entry.table}.${entry.key}`.replace(/^\./, '') === `${table}.${key}`);

function fromPoetry(document: TomlDocument): GroupedRequirement[] {
  const poetry = tableAt(document.root, 'tool', 'poetry');
  const main = tableAt(poetry, 'dependencies');
  const extras = new Set(
    Object.values(tableAt(poetry, 'extras')).flatMap((names) => (Array.isArray(names) ? names.map(String) : [])),
  );
  const found = named(document, 'tool.poetry.dependencies', main, (name) =>
    extras.has(name) ? { kind: 'optional', name } : { kind: 'main', name: '' },
  );
  const legacy = tableAt(poetry, 'dev-dependencies');
  found.push(...named(document, 'tool.poetry.dev-dependencies', legacy, () => ({ kind: 'group', name: 'dev' })));
  for (const [name, group] of Object.entries(tableAt(poetry, 'group'))) {
    const holder = tableAt(group, 'dependencies');
    found.push(...named(document, `tool.poetry.group.${name}.dependencies`, holder, () => ({ kind: 'group', name })));
  }
  return found;
}

/** `name = …` entries of a table, and `[table.name]` sub-tables. Of several constraints for one name each counts. */
export function named(
  document: TomlDocument,
  table: string,
  holder: TomlTable,
  groupOf: (name: string) => Group,
): GroupedRequirement[] {
  return Object.entries(holder).flatMap(([name, value]) => {
    if (name === 'python') return [];
    const entry =
      entryOf(document.entries, table, name) ?? document.entries.find((other) => other.table === `${table}.${name}`);
    const place = { line: entry?.line ?? 1, endLine: entry?.endLine ?? 1 };
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values
      .filter((one) => typeof one === 'string' || isTable(one))
      .map((one) => ({ ...fromTable(name, one, place), group: groupOf(name) }));
  });
}

function fromTools(document: TomlDocument): GroupedRequirement[] {
  const tool = tableAt(document.root, 'tool');
  const uv = list(document, 'tool.uv', 'dev-dependencies', tableAt(tool, 'uv'), { kind: 'group', name: 'dev' });
  const limit: Group = { kind: 'build', name: 'constraint' };
  const constraints = ['constraint-dependencies', 'override-dependencies'].flatMap((key) =>
    list(document, 'tool.uv', key, tableAt(tool, 'uv'), limit),
  );
  const overrides = 'tool.pdm.resolution.overrides';
  constraints.push(...named(document, overrides, tableAt(tool, 'pdm', 'resolution', 'overrides'), () => limit));
  const pdm = tableAt(tool, 'pdm', 'dev-dependencies');
  const groups = Object.keys(pdm).flatMap((name) =>
    list(document, 'tool.pdm.dev-dependencies', name, pdm, { kind: 'group', name }),
  );
  const environments = Object.keys(tableAt(tool, 'hatch', 'envs')).flatMap((name) =>
    list(document, `tool.hatch.envs.${name}`, 'dependencies', tableAt(tool, 'hatch', 'envs', name), {
      kind: 'group',
      name,
    }),
  );
  return [...uv, ...constraints, ...groups, ...environments];
}

export const pyprojectExtractor: Extractor<PyprojectFacts> = {
  name: 'pyproject',
  version: 1,
  extract: (bytes) => ({ facts: extractPyproject(bytes) }),
};
