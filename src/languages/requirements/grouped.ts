import { normalise, parseClauses, type Clause, type Requirement } from './requirement.js';

/** A requirement together with the set it belongs to. */
export interface GroupedRequirement extends Requirement {
  /** `main` is what everyone gets; `optional` an extra by name; `group` a development group; `build` what builds the package. */
  readonly group: { readonly kind: 'main' | 'optional' | 'group' | 'build'; readonly name: string };
}

/**
 * A version as Poetry and Pipenv write it: `3.46.0.6` is exact, `^3.46`, `~3.46`, `3.46.*`, `*`, or PEP 440 clauses.
 * `||` leaves a choice.
 */
export function looseClauses(version: string): Clause[] {
  const text = version.trim();
  if (text === '*' || text === '') return [];
  if (text.includes('||')) return [{ operator: '||', version: text }];
  const strict = parseClauses(text);
  if (strict) return strict;
  return text.split(',').map((part) => {
    const match = /^\s*([\^~=<>!]*)\s*(\S*)\s*$/.exec(part);
    const operator = match?.[1] ?? '';
    return { operator: operator === '' || operator === '=' ? '==' : operator, version: match?.[2] ?? part };
  });
}

/** One `name = "version"` or `name = { version = "…", url = "…" }` entry of Poetry or Pipenv. */
export function fromTable(
  name: string,
  value: unknown,
  place: { readonly line: number; readonly endLine: number },
): Requirement {
  const spec = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { version: value };
  const version = typeof spec['version'] === 'string' ? spec['version'] : '*';
  const url = ['url', 'git', 'path', 'file'].map((key) => spec[key]).find((found) => typeof found === 'string');
  const revision = ['rev', 'tag', 'ref'].map((key) => spec[key]).find((found) => typeof found === 'string');
  const address = url === undefined ? undefined : `${url}${revision === undefined ? '' : `@${revision}`}`;
  const shown = version === '*' && address !== undefined ? address : version;
  return {
    name: normalise(name),
    text: `${name} = "${shown}"`,
    extras: Array.isArray(spec['extras']) ? spec['extras'].map(String).map(normalise) : [],
    clauses: looseClauses(version),
    ...(address === undefined ? {} : { url: address }),
    ...place,
  };
}
