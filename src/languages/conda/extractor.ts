import type { Extractor } from '../../core/facts.js';
import { Unparsable } from '../../core/errors.js';
import { normalise, parseClauses, parseRequirement, type Requirement } from '../requirements/requirement.js';
import { yamlExtractor, YamlNode } from '../yaml/index.js';

export interface CondaFacts {
  /** What conda itself resolves, by conda's names. */
  readonly conda: readonly Requirement[];
  /** The `pip:` list. */
  readonly pip: readonly Requirement[];
  /** `-r` and `-c` lines of the `pip:` list. */
  readonly includes: readonly {
    readonly kind: 'requirements' | 'constraints';
    readonly path: string;
    readonly line: number;
  }[];
}

/** conda environment files: `environment.yml`. Also what MLflow writes as `conda.yaml`. */
export const condaExtractor: Extractor<CondaFacts> = {
  name: 'conda',
  version: 1,
  async extract(bytes) {
    const { facts, problems } = await yamlExtractor.extract(bytes);
    const root = YamlNode.documents(facts)[0];
    const dependencies = root?.get('dependencies');
    if (!dependencies) throw new Unparsable('no conda environment: it has no "dependencies"', undefined, 'unsupported');
    const conda: Requirement[] = [];
    const pip: Requirement[] = [];
    const includes: CondaFacts['includes'][number][] = [];
    for (const item of dependencies.items()) {
      const nested = item.get('pip');
      if (item.text !== undefined) conda.push(...fromMatchSpec(item.text, item.line));
      for (const entry of nested?.items() ?? []) {
        const include = /^(-r|-c)\s+(\S+)$/.exec(entry.text ?? '');
        const requirement = parseRequirement(entry.text ?? '', entry.line);
        if (include) {
          includes.push({
            kind: include[1] === '-r' ? 'requirements' : 'constraints',
            path: include[2] ?? '',
            line: entry.line,
          });
        } else if (requirement) pip.push(requirement);
      }
    }
    return { facts: { conda, pip, includes }, problems: problems ?? [] };
  },
};

/**
 * `channel::name=version=build`, `name ==1.2`, `name>=1,<2`, `name 1.2.*`. One equals sign is a prefix (`=3.46` takes any
 * 3.46.x), so it counts as exact only with all four parts of an H2O version or with a build string.
 */
export function fromMatchSpec(text: string, line: number): Requirement[] {
  const match = /^(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)\s*(.*)$/.exec(text.trim());
  if (!match) return [];
  const base = { name: normalise(match[1] ?? ''), text: text.trim(), extras: [], line, endLine: line };
  return [{ ...base, clauses: condaClauses((match[2] ?? '').trim()) }];
}

function condaClauses(spec: string): Requirement['clauses'] {
  if (spec === '' || spec === '*') return [];
  const single = /^=?\s*([\w.!+]+)(=[\w.*]+)?$/.exec(spec);
  if (single) {
    const version = single[1] ?? '';
    const exact = single[2] !== undefined || version.split('.').length >= 4;
    return [{ operator: '==', version: exact ? version : `${version}.*` }];
  }
  return parseClauses(spec) ?? [{ operator: '?', version: spec }];
}
