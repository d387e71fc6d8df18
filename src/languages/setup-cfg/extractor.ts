import type { Extractor } from '../../core/facts.js';
import type { GroupedRequirement } from '../requirements/grouped.js';
import { parseRequirement } from '../requirements/requirement.js';
import { decodeText, splitLines } from '../text.js';

export interface SetupCfgFacts {
  readonly requirements: readonly GroupedRequirement[];
  readonly library: boolean;
}

interface Option {
  readonly section: string;
  readonly key: string;
  readonly lines: { readonly text: string; readonly line: number }[];
}

/** Reads options as Python's configparser does: indented lines continue the option above. */
function options(text: string): Option[] {
  const found: Option[] = [];
  let section = '';
  splitLines(text).forEach((raw, index) => {
    const line = index + 1;
    if (/^\s*[#;]/.test(raw) || raw.trim() === '') return;
    const header = /^\[([^\]]+)\]/.exec(raw)?.[1];
    if (header !== undefined) {
      section = header.trim();
      return;
    }
    const option = /^([A-Za-z0-9_.-]+)\s*[=:]\s*(.*)$/.exec(raw);
    if (option) found.push({ section, key: option[1] ?? '', lines: [{ text: option[2] ?? '', line }] });
    else if (/^\s/.test(raw)) found.at(-1)?.lines.push({ text: raw.trim(), line });
  });
  return found;
}

function groupOf({ section, key }: Option): GroupedRequirement['group'] | undefined {
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
    const all = options(decodeText(bytes));
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
