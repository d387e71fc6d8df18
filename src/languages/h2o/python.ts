import type { Expr, Module } from '../python/ast.js';
import { dottedName } from '../python/names.js';
import { walk } from '../python/walk.js';
import { REST_POJO, type PojoPlace } from './mentions.js';

/** Functions and methods of the Python client that write a POJO. */
const EXPORTS = new Set(['download_pojo', 'get_pojo', 'save_pojo', 'to_pojo']);

/** Every reference counts, not only calls: `export = model.download_pojo` is called somewhere. */
export function pythonPojoPlaces(tree: Module): PojoPlace[] {
  const found: PojoPlace[] = [];
  const imported = new Set<string>();
  const place = (kind: PojoPlace['kind'], text: string, { line, endLine }: Expr): void => {
    if (!found.some((other) => other.line === line && other.kind === kind)) found.push({ kind, text, line, endLine });
  };
  walk(tree, {
    enter(node, ancestors) {
      if (node.kind === 'ImportFrom' && /^h2o\b/.test(node.module)) {
        for (const { name, as } of node.names) if (EXPORTS.has(name)) imported.add(as ?? name);
      } else if (node.kind === 'Attribute' && EXPORTS.has(node.attr)) {
        if (node.attr !== 'download_pojo' && !mentionsH2o(tree)) return;
        const parent = ancestors.at(-1);
        const call = parent?.kind === 'Call' && parent.func === node ? parent : node;
        place('export', dottedName(node) ?? `….${node.attr}`, call);
      } else if (node.kind === 'Name' && imported.has(node.id)) place('export', node.id, node);
      else if (node.kind === 'Str' && REST_POJO.test(node.value)) place('request', node.value.slice(0, 80), node);
      else if (node.kind === 'Call' && dottedName(node.func) === 'getattr') {
        const name = node.args[1];
        if (name?.kind === 'Str' && name.value === 'download_pojo')
          place('export', 'getattr(…, "download_pojo")', node);
      }
    },
  });
  return found;
}

const mentionsH2o = (tree: Module): boolean =>
  tree.body.some(
    (statement) =>
      (statement.kind === 'Import' && statement.names.some(({ name }) => /^h2o\b/.test(name))) ||
      (statement.kind === 'ImportFrom' && /^h2o\b/.test(statement.module)),
  );
