import type { Expr, Module, PyNode, Stmt } from '../python/ast.js';
import { moduleConstants, stringValue, textOf } from '../python/strings.js';
import type { Constants, StringValue } from '../python/strings.js';
import { walk } from '../python/walk.js';

/** A string of the file that is SQL or a piece of it. */
export interface SqlString {
  readonly value: StringValue;
  readonly form: 'text' | 'fragment';
  /** Qualified name of the function it stands in. */
  readonly function: string;
  /** Its own lines, those of what `+=` adds to it included. */
  readonly at: { readonly line: number; readonly endLine: number };
}

const STATEMENT =
  /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]{0,500}?\*\/\s*)*(?:explain\s+(?:analyze\s+)?)?(?:select\s[\s\S]*|with\s+(?:recursive\s+)?"?\w+"?[\s\S]{0,80}?\bas\b|insert\s+into\s|update\s+(?:only\s+)?\S+[\s\S]{0,200}?\sset\s|delete\s+from\s|truncate\s+(?:table\s+)?["\w]|merge\s+into\s|create\s+(?:or\s+replace\s+|unlogged\s+|temp\w*\s+|unique\s+|materialized\s+)*(?:table|index|extension|view|schema|type|function|trigger)\s|alter\s+(?:table|index)\s|drop\s+(?:table|index|materialized|view|schema)\s|do\s+\$|copy\s+\w)/i;

/** A condition that PostgreSQL could not serve from a plain column index. */
const FRAGMENT = /->>|#>>|@>|<@|\?[|&]|@\?|@@|<=>|<->|<#>/;

/** Longer ones are data. */
const MAX_LENGTH = 200_000;

/**
 * Every SQL text in a file, put together as far as it is known: concatenation, f-strings, `.format`, constants, and
 * `query += " AND …"` within a function. Docstrings are left out.
 */
export function sqlStrings(tree: Module): readonly SqlString[] {
  const constants = moduleConstants(tree);
  const found: SqlString[] = [];
  const scopes: { name: string; built: Map<string, Expr[]>; constants: Constants }[] = [
    { name: '', built: new Map(), constants },
  ];
  const docstrings = new Set<Expr>();
  walk(tree, {
    enter(node, ancestors) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef' || node.kind === 'Module')
        noteDocstring(node.body, docstrings);
      if (node.kind === 'FunctionDef')
        scopes.push({ name: qualname(ancestors, node.name), built: builtNames(node.body), constants });
      const scope = scopes.at(-1);
      if (scope === undefined || !isString(node) || docstrings.has(node)) return undefined;
      const sql = read(node, scope.built, scope.constants);
      if (sql === undefined) return node.kind === 'Str' || node.kind === 'FString' ? 'skip' : undefined;
      // What `+=` adds was read with the text that it is added to.
      if (![...scope.built.values()].some((parts) => parts.indexOf(node) > 0))
        found.push({ ...sql, function: scope.name });
      return 'skip';
    },
    leave(node) {
      if (node.kind === 'FunctionDef') scopes.pop();
    },
  });
  return found;
}

const qualname = (ancestors: readonly PyNode[], name: string): string =>
  [
    ...ancestors.flatMap((node) =>
      node.kind === 'ClassDef' ? [`${node.name}.`] : node.kind === 'FunctionDef' ? [`${node.name}.<locals>.`] : [],
    ),
    name,
  ].join('');

function noteDocstring(body: readonly Stmt[], docstrings: Set<Expr>): void {
  for (const statement of body)
    if (statement.kind === 'ExprStmt' && statement.value.kind === 'Str') docstrings.add(statement.value);
}

const isString = (node: PyNode): node is Expr =>
  node.kind === 'Str' ||
  node.kind === 'FString' ||
  (node.kind === 'BinOp' && (node.op === '+' || node.op === '%')) ||
  (node.kind === 'Call' && node.func.kind === 'Attribute' && /^(format|join|strip)$/.test(node.func.attr));

/** Names that a function builds up with `+=`: the pieces in source order. */
function builtNames(body: readonly Stmt[]): Map<string, Expr[]> {
  const built = new Map<string, Expr[]>();
  walk(body, {
    enter(node) {
      if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') return 'skip';
      const target =
        node.kind === 'Assign'
          ? node.targets[0]
          : node.kind === 'AugAssign' && node.op === '+='
            ? node.target
            : undefined;
      if (target?.kind !== 'Name' || (node.kind !== 'Assign' && node.kind !== 'AugAssign')) return undefined;
      if (node.kind === 'Assign') built.set(target.id, [node.value]);
      else built.get(target.id)?.push(node.value);
      return undefined;
    },
  });
  for (const [name, parts] of built) if (parts.length < 2) built.delete(name);
  return built;
}

function read(
  node: Expr,
  built: ReadonlyMap<string, Expr[]>,
  constants: Constants,
): Pick<SqlString, 'value' | 'form' | 'at'> | undefined {
  const value = stringValue(node, constants);
  if (value === undefined) return undefined;
  const text = textOf(value, () => 'x');
  if (text.length < 8 || text.length > MAX_LENGTH) return undefined;
  const { line, endLine } = node;
  if (!STATEMENT.test(text))
    return FRAGMENT.test(text) ? { value, form: 'fragment', at: { line, endLine } } : undefined;
  const added = [...built.values()].find((parts) => parts[0] === node)?.slice(1) ?? [];
  const pieces = added.flatMap(
    (part) => stringValue(part, constants)?.parts ?? [{ kind: 'Opaque' as const, expr: part }],
  );
  const end = Math.max(endLine, ...added.map((part) => part.endLine));
  return { value: { parts: [...value.parts, ...pieces] }, form: 'text', at: { line, endLine: end } };
}
