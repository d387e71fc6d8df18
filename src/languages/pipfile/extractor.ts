import type { Extractor } from '../../core/facts.js';
import type { GroupedRequirement } from '../requirements/grouped.js';
import { named } from '../pyproject/extractor.js';
import { readToml, tableAt } from '../toml/index.js';

/** Pipenv's `Pipfile`: `[packages]` and `[dev-packages]`; other tables are named groups. */
export const pipfileExtractor: Extractor<readonly GroupedRequirement[]> = {
  name: 'pipfile',
  version: 1,
  extract(bytes) {
    const document = readToml(bytes);
    const facts = Object.keys(document.root)
      .filter((table) => !['source', 'requires', 'scripts', 'pipenv'].includes(table))
      .flatMap((table) =>
        named(document, table, tableAt(document.root, table), () =>
          table === 'packages' ? { kind: 'main', name: '' } : { kind: 'group', name: table.replace('-packages', '') },
        ),
      );
    return { facts };
  },
};
