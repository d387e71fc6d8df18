import { defineModel } from '../../core/workspace.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';
import { findAll } from '../../languages/python/walk.js';
import type { Expr } from '../../languages/python/ast.js';

/** `… % number_of_shards`: routing by remainder. */
export interface ModuloRouting {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export const shardingModel = defineModel('sharding', async (workspace): Promise<readonly ModuloRouting[]> => {
  const paths = await workspace.mentioning(workspace.glob('**/*.py'), ['shard', 'Shard', 'SHARD']);
  const found: ModuloRouting[] = [];
  for (const path of paths) {
    const facts = await workspace.facts(pythonModule, path);
    for (const node of facts === undefined ? [] : findAll(facts.tree, 'BinOp')) {
      if (node.op === '%' && node.left.kind !== 'Str' && isShardCount(node.right))
        found.push({ path, line: node.line, text: describe(node.left, node.right) });
    }
  }
  return found;
});

/** `num_shards`, `len(self.shards)`, `SHARD_COUNT`. */
function isShardCount(expr: Expr): boolean {
  const counted = expr.kind === 'Call' && dottedName(expr.func) === 'len' ? expr.args[0] : expr;
  const name = dottedName(counted)?.split('.').at(-1) ?? '';
  return /^_?((num|n|number_of|total)_?)?(db_|pg_|postgres_)?shards?(_?(count|num|total|urls|dsns|nodes|connections|pools|engines))?$/i.test(
    name,
  );
}

const describe = (left: Expr, right: Expr): string =>
  `${dottedName(left) ?? (left.kind === 'Call' ? `${dottedName(left.func) ?? ''}(…)` : '…')} % ${right.kind === 'Call' ? `len(${dottedName(right.args[0]) ?? '…'})` : (dottedName(right) ?? '…')}`;
