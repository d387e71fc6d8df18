import type { Extractor } from '../../core/facts.js';
import type { JvmDependency } from '../maven/build-file.js';
import { isTable, readToml, tableAt } from '../toml/index.js';

/** Libraries of a Gradle version catalog (`libs.versions.toml`), `version.ref` resolved. */
export const gradleCatalogExtractor: Extractor<readonly JvmDependency[]> = {
  name: 'gradle-catalog',
  version: 1,
  extract(bytes) {
    const document = readToml(bytes);
    const versions = tableAt(document.root, 'versions');
    const exact = (value: unknown): string | undefined => {
      if (typeof value === 'string') return value;
      if (!isTable(value)) return undefined;
      const given =
        value['ref'] === undefined
          ? (value['strictly'] ?? value['require'])
          : versions[typeof value['ref'] === 'string' ? value['ref'] : ''];
      return given === undefined || given === value ? undefined : exact(given);
    };
    const found = Object.entries(tableAt(document.root, 'libraries')).flatMap(([alias, library]): JvmDependency[] => {
      const line =
        document.entries.find(({ table, key }) => table === 'libraries' && key.split('.')[0] === alias)?.line ?? 1;
      const [group, artifact, version] = coordinates(library);
      if (group === undefined || artifact === undefined) return [];
      return [
        { group, artifact, version: version ?? (isTable(library) ? exact(library['version']) : undefined), line },
      ];
    });
    return { facts: found };
  },
};

function coordinates(library: unknown): (string | undefined)[] {
  if (typeof library === 'string') return library.split(':');
  if (!isTable(library)) return [];
  const { module, group, name } = library;
  if (typeof module === 'string') return module.split(':');
  return typeof group === 'string' && typeof name === 'string' ? [group, name] : [];
}
