import type { Extractor } from '../../core/facts.js';
import type { Expr, Module } from '../python/ast.js';
import { decodePython, parsePython } from '../python/extract.js';
import { moduleConstants } from '../python/strings.js';
import { Environment } from '../sqlalchemy/evaluate.js';
import { loadSqlParser } from '../sql/index.js';
import type { AlembicFacts, AlembicRevision } from './facts.js';
import { runUpgrade } from './upgrade.js';

export type { AlembicFacts, AlembicRevision } from './facts.js';

/** A Python file, read as an Alembic revision. */
export const alembicRevision: Extractor<AlembicFacts> = {
  name: 'alembic',
  version: 4,
  async extract(bytes) {
    await loadSqlParser();
    const { facts, problems } = await parsePython(decodePython(bytes));
    return { facts: { revision: readRevision(facts.tree) }, ...(problems === undefined ? {} : { problems }) };
  },
};

/** A module is a revision when it assigns `revision` and `down_revision`. */
function readRevision(tree: Module): AlembicRevision | undefined {
  const constants = moduleConstants(tree);
  const env = Environment.of(tree);
  const id = constants.get('revision');
  const revision = env.string(id);
  if (id === undefined || revision === undefined || !constants.has('down_revision')) return undefined;
  return {
    revision,
    downRevisions: identifiers(constants.get('down_revision'), env),
    dependsOn: identifiers(constants.get('depends_on'), env),
    line: id.line,
    ...runUpgrade(tree),
  };
}

const identifiers = (expr: Expr | undefined, env: Environment): readonly string[] => {
  const one = env.string(expr);
  return one === undefined ? (env.strings(expr) ?? []) : [one];
};
