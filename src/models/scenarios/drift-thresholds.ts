import type { Workspace } from '../../core/workspace.js';
import { dotenvExtractor } from '../../languages/dotenv/index.js';
import { iniFile } from '../../languages/ini/index.js';
import type { Expr, Module, PyNode } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';
import { walk } from '../../languages/python/walk.js';
import { tomlNumbers } from '../../languages/toml/index.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';

/** A number that decides when drift is drift. */
export interface Threshold {
  readonly path: string;
  readonly line: number;
  readonly value: number;
  readonly text: string;
}

type Found = Omit<Threshold, 'path' | 'text'>;

const DRIFT = /psi(?![a-z])|drift/i;
const LIMIT = /threshold|limit|cutoff|max|alert|critical/i;
/** Says only that it is a limit: what of, the name around it tells. */
const BARE_LIMIT = /^(?:threshold|limit|cutoff)$/i;

/** Is a number under these names, outermost first, a threshold of drift? */
function isThreshold(names: readonly string[]): boolean {
  const own = names.at(-1) ?? '';
  if (DRIFT.test(own)) return LIMIT.test(own);
  return (BARE_LIMIT.test(own) || LIMIT.test(own)) && DRIFT.test(names.slice(0, -1).join('.'));
}

/** Shares only: an index of drift is never one or more where it decides. */
const isShare = (value: number): boolean => value > 0 && value < 1;

/** Numbers below one that something called PSI or drift is compared with or set to, in code and in settings. */
export async function driftThresholds(workspace: Workspace, paths: readonly string[]): Promise<Threshold[]> {
  const found: Threshold[] = [];
  for (const path of await workspace.mentioning(paths, ['psi', 'PSI', 'drift', 'Drift', 'DRIFT'])) {
    const numbers = await inFile(workspace, path);
    if (numbers.length === 0) continue;
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    found.push(...numbers.map((one) => ({ path, ...one, text: (lines[one.line - 1] ?? '').trim().slice(0, 200) })));
  }
  return found;
}

async function inFile(workspace: Workspace, path: string): Promise<Found[]> {
  if (path.endsWith('.py')) {
    const facts = await workspace.facts(pythonModule, path);
    return facts ? inPython(facts.tree) : [];
  }
  if (path.endsWith('.toml'))
    return ((await workspace.facts(tomlNumbers, path)) ?? []).flatMap(({ keys, value, line }) =>
      share(keys, value, line),
    );
  if (/\.(?:ini|cfg|properties)$/.test(path))
    return ((await workspace.facts(iniFile, path)) ?? []).flatMap(({ section, key, lines: [first] }) =>
      first
        ? share(
            [...section.split('.'), ...key.split('.')],
            Number(first.text.replace(/^(["'])(.*)\1$/, '$2')),
            first.line,
          )
        : [],
    );
  if (/(?:^|\/)\.env/.test(path) || path.endsWith('.env'))
    return ((await workspace.facts(dotenvExtractor, path)) ?? []).flatMap(({ name, value, line }) =>
      share([name], Number(value), line),
    );
  return ((await yamlDocuments(workspace, path)) ?? []).flatMap((document) => inYaml(document, []));
}

const share = (names: readonly string[], value: unknown, line: number): Found[] =>
  typeof value === 'number' && isShare(value) && isThreshold(names) ? [{ line, value }] : [];

/** JSON is YAML. A list item carries the name of its list. */
function inYaml(node: YamlNode, names: readonly string[]): Found[] {
  if (node.kind === 'scalar') return share(names, node.value ?? Number(node.text), node.line);
  // `- name: DRIFT_THRESHOLD` with `value: "0.2"` beside it, as containers have their environment.
  const [name, value] = [node.get('name')?.text, node.get('value')];
  if (name !== undefined && value?.kind === 'scalar') return share([name], Number(value.text), value.line);
  return [
    ...node.items().flatMap((item) => inYaml(item, names)),
    ...node.entries().flatMap((entry) => inYaml(entry.value, [...names, entry.key])),
  ];
}

// ── Python ──

function inPython(tree: Module): Found[] {
  const found: Found[] = [];
  walk(tree, {
    enter(node, ancestors) {
      if (node.kind === 'Compare') found.push(...compared(node));
      else
        for (const { names, value } of given(node))
          found.push(...share([...around(ancestors), ...names], numberOf(value), value.line));
      return undefined;
    },
  });
  return found;
}

/** `psi > 0.2`, `0.2 < column_drift(…)`. */
function compared({ left, ops, comparators }: Extract<Expr, { kind: 'Compare' }>): Found[] {
  const sides = [left, ...comparators];
  return ops.flatMap((op, index) => {
    const [a, b] = [sides[index], sides[index + 1]];
    const [measured, limit] = op.startsWith('>') ? [a, b] : op.startsWith('<') ? [b, a] : [];
    if (!measured || limit?.kind !== 'Num' || !isShare(limit.value) || !mentionsDrift(measured)) return [];
    return [{ line: limit.line, value: limit.value }];
  });
}

function mentionsDrift(expr: Expr): boolean {
  let found = false;
  walk(expr, {
    enter(node) {
      if (node.kind === 'Name') found ||= DRIFT.test(node.id);
      if (node.kind === 'Attribute') found ||= DRIFT.test(node.attr);
      if (node.kind === 'Str') found ||= DRIFT.test(node.value) && node.value.length < 60;
      return undefined;
    },
  });
  return found;
}

/** What a node gives a name to: an assignment, a keyword, a parameter's default, an entry of a dictionary. */
function given(node: PyNode): { names: string[]; value: Expr }[] {
  switch (node.kind) {
    case 'Assign':
      return node.targets.map((target) => ({ names: [nameOf(target)], value: node.value }));
    case 'AnnAssign':
      return node.value ? [{ names: [nameOf(node.target)], value: node.value }] : [];
    case 'Param':
      return node.default ? [{ names: [node.name], value: node.default }] : [];
    case 'Keyword':
      return [{ names: [node.name ?? ''], value: node.value }];
    case 'DictEntry':
      return node.key?.kind === 'Str' ? [{ names: [node.key.value], value: node.value }] : [];
    default:
      return [];
  }
}

function nameOf(target: Expr): string {
  if (target.kind === 'Subscript') return target.index.kind === 'Str' ? target.index.value : '';
  return (dottedName(target) ?? '').split('.').at(-1) ?? '';
}

/** Names of what a node stands in: the class, the function, the call, the dictionary. */
function around(ancestors: readonly PyNode[]): string[] {
  return ancestors.flatMap((node) => {
    if (node.kind === 'ClassDef' || node.kind === 'FunctionDef') return [node.name];
    if (node.kind === 'Call') return [dottedName(node.func) ?? ''];
    return given(node).flatMap(({ names }) => names);
  });
}

/** A literal, or the default that a field or the environment falls back to. */
function numberOf(expr: Expr, depth = 0): number | undefined {
  if (expr.kind === 'Num') return expr.value;
  if (expr.kind === 'Str') return /^0?\.\d{1,4}$/.test(expr.value) ? Number(expr.value) : undefined;
  if (expr.kind !== 'Call' || depth > 3) return undefined;
  const name = dottedName(expr.func) ?? '';
  const position = /(?:getenv|environ\.get|\.get)$/.test(name) ? 1 : 0;
  const named = expr.keywords.find((one) => one.name === 'default')?.value;
  const fallback =
    named ??
    (/^(?:float|Field|field|os\.getenv|getenv|os\.environ\.get|environ\.get|\w+\.get)$/.test(name)
      ? expr.args[position]
      : undefined);
  return fallback && numberOf(fallback, depth + 1);
}
