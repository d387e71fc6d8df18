import type { Extractor } from '../../core/facts.js';
import type { GroupedRequirement } from '../requirements/grouped.js';
import { iniOptions } from '../ini/index.js';
import type { IniOption } from '../ini/index.js';
import { parseRequirement } from '../requirements/requirement.js';
import { decodeText } from '../text.js';

export interface SetupCfgFacts {
  readonly requirements: readonly GroupedRequirement[];
  readonly library: boolean;
}

function groupOf({ section, key }: IniOption): GroupedRequirement['group'] | undefined {
  if (section === 'options' && key === 'install_requires') return { kind: 'main', name: '' };
  if (section === 'options' && key === 'setup_requires') return { kind: 'build', name: '' };
  if (section === 'options' && key === 'tests_require') return { kind: 'group', name: 'test' };
  if (section === 'options.extras_require') return { kind: 'optional', name: key };
  return undefined;
}

export const setupCfgExtractor: Extractor<SetupCfgFacts> = {
  name: 'setup-cfg',
  version: 1,
  extract(bytes) {
    const all = iniOptions(decodeText(bytes));
    const requirements = all.flatMap((option) => {
      const group = groupOf(option);
      if (!group) return [];
      return option.lines.flatMap(({ text, line }) => {
        const requirement = parseRequirement(text.replace(/\s#.*$/, ''), line);
        return requirement ? [{ ...requirement, group }] : [];
      });
    });
    const library = all.some(({ section, key }) => section === 'metadata' && /^(?:classifiers?|keywords)$/.test(key));
    return { facts: { requirements, library } };
  },
};
