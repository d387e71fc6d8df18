import { Unparsable } from '../../core/errors.js';
import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import type { SqlFileFacts } from './facts.js';
import { loadSqlParser } from './parser.js';
import { ForeignSql, readSql } from './read.js';

export * from './changes.js';
export type * from './facts.js';
export { loadSqlParser } from './parser.js';
export { lineFinder } from './lines.js';
export { readSql, sqlScript } from './read.js';
export { baseType } from './ast.js';
export { resultType } from './shape-types.js';
export { HOLE, splitStatements, TooDeep } from './split.js';

/** A `.sql` file, read as PostgreSQL. Its problems are facts: who reads a whole folder knows what they mean. */
export const sqlFile: Extractor<SqlFileFacts> = {
  name: 'sql',
  version: 4,
  async extract(bytes) {
    await loadSqlParser();
    const text = decodeText(bytes);
    try {
      const { facts, problems } = readSql(text);
      return { facts: { ...facts, problems } };
    } catch (error) {
      if (!(error instanceof Unparsable)) throw error;
      const { why, line, kind } = error;
      const problem = { kind, reason: why, ...(line === undefined ? {} : { line }) };
      const foreign = error instanceof ForeignSql ? { foreign: error.dialect } : {};
      return { facts: { statements: [], problems: [problem], ...foreign } };
    }
  },
};
