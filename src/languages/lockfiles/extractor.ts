import { Unparsable } from '../../core/errors.js';
import type { Extractor } from '../../core/facts.js';
import { normalise } from '../requirements/requirement.js';
import { decodeText, splitLines } from '../text.js';
import { isTable, readToml, tomlEntries, type TomlTable } from '../toml/index.js';
import { yamlExtractor, YamlNode } from '../yaml/index.js';

/** A package with the version a lock file settled on. */
export interface Locked {
  readonly name: string;
  readonly version: string;
  readonly line: number;
}

/** poetry.lock, uv.lock, pdm.lock and pylock.toml: `[[package]]` or `[[packages]]` with name and version. */
export const tomlLockExtractor: Extractor<readonly Locked[]> = {
  name: 'lock-toml',
  version: 1,
  extract(bytes) {
    const { root } = readToml(bytes);
    const lines = tomlEntries(splitLines(decodeText(bytes))).filter(
      ({ table, key }) => key === 'name' && (table === 'package' || table === 'packages'),
    );
    const list = (root['package'] ?? root['packages'] ?? []) as unknown;
    const packages: TomlTable[] = Array.isArray(list) ? list.filter(isTable) : [];
    const facts = packages.flatMap((entry, index) => locked(entry['name'], entry['version'], lines[index]?.line ?? 1));
    return { facts };
  },
};

/** Pipfile.lock: JSON with `default` and `develop`. */
export const pipfileLockExtractor: Extractor<readonly Locked[]> = {
  name: 'lock-pipfile',
  version: 1,
  extract(bytes) {
    const text = decodeText(bytes);
    const lines = splitLines(text);
    const root = parseJson(text);
    const facts = ['default', 'develop'].flatMap((section) =>
      Object.entries(isTable(root[section]) ? root[section] : {}).flatMap(([name, entry]) => {
        const version =
          isTable(entry) && typeof entry['version'] === 'string' ? entry['version'].replace(/^==/, '') : '';
        return locked(name, version, lines.findIndex((line) => line.includes(`"${name}":`)) + 1 || 1);
      }),
    );
    return { facts };
  },
};

/** conda-lock.yml: `package:` with one entry a platform. */
export const condaLockExtractor: Extractor<readonly Locked[]> = {
  name: 'lock-conda',
  version: 1,
  async extract(bytes) {
    const { facts, problems } = await yamlExtractor.extract(bytes);
    const packages = YamlNode.documents(facts)[0]?.get('package')?.items() ?? [];
    const found = packages.flatMap((entry) => locked(entry.get('name')?.text, entry.get('version')?.text, entry.line));
    return { facts: found, problems: problems ?? [] };
  },
};

const locked = (name: unknown, version: unknown, line: number): Locked[] =>
  typeof name === 'string' && typeof version === 'string' && version !== ''
    ? [{ name: normalise(name), version, line }]
    : [];

function parseJson(text: string): TomlTable {
  try {
    const value: unknown = JSON.parse(text);
    if (isTable(value)) return value;
  } catch {
    // Said below: whatever the parser's words, the file is of no use.
  }
  throw new Unparsable('not a JSON object');
}
