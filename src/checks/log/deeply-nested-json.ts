import { z } from 'zod';
import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { tableLabel } from '../../languages/sql/index.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Column, Table } from '../../models/schema/index.js';
import { queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';

const options = z.strictObject({
  /** Steps of a path, or levels of a default, that are still fine. */
  maxDepth: z.number().int().min(1).default(3),
});

export const deeplyNestedJson = defineCheck({
  id: 'log/deeply-nested-json',
  task: 'SPK-LEAD-01',
  severity: 'note',
  flags: 'Flags JSON paths and defaults that are nested more deeply than `maxDepth` (3).',
  why: `Every level is another contract that no constraint checks, another place where a missing key silently becomes NULL, and another expression that an index would have to repeat
exactly. Values that are asked for by a long path want to be a column, or a flatter document.

Source: [PostgreSQL, designing JSON documents](https://www.postgresql.org/docs/current/datatype-json.html#JSON-DOC-DESIGN).`,
  reference: 'jsonb_indexing',
  options,
  examples: {
    bad: [
      {
        title: 'four steps',
        files: { 'queries/report.sql': "SELECT payload -> 'customer' -> 'address' -> 'geo' ->> 'city' FROM events;\n" },
      },
    ],
    good: [
      { title: 'two steps', files: { 'queries/report.sql': "SELECT payload -> 'address' ->> 'city' FROM events;\n" } },
    ],
  },
  async run(context) {
    const { maxDepth } = context.options;
    const schema = await context.model(schemaModel);
    const queries = await context.model(queriesModel);
    const paths = queries.flatMap((located) => deepPaths(located, maxDepth));
    const defaults = schema.tables.flatMap((table) =>
      [...table.columns.values()].flatMap((column) => deepDefault(table, column, maxDepth)),
    );
    return queries.length === 0 && schema.tables.length === 0 ? 'not-applicable' : [...paths, ...defaults];
  },
});

function deepPaths({ path, query }: LocatedQuery, maxDepth: number): FindingDraft[] {
  const deep = query.paths.filter(({ steps }) => steps.length > maxDepth);
  return [...new Map(deep.map((each) => [`${String(each.line)}:${each.steps.join('.')}`, each])).values()].map(
    (each) => ({
      location: { path, startLine: each.line, endLine: each.line },
      message: `The path \`${each.column}.${each.steps.join('.')}\` goes ${String(each.steps.length)} levels deep (more than ${String(maxDepth)}).`,
      consequence:
        'A key that is missing at any level becomes NULL without a word, and an index serves it only when it repeats the whole path.',
      evidence: `${each.column}.${each.steps.join('.')}`,
    }),
  );
}

function deepDefault(table: Table, column: Column, maxDepth: number): FindingDraft[] {
  if (!/^jsonb?$/.test(column.type) || column.default === undefined) return [];
  const depth = nesting(column.default);
  if (depth <= maxDepth) return [];
  const label = `${tableLabel(table.name)}.${column.name}`;
  const { path, line, endLine } = column.origin;
  return [
    {
      location: { path, startLine: line, endLine },
      message: `The default of \`${label}\` is nested ${String(depth)} levels deep (more than ${String(maxDepth)}).`,
      consequence: 'Readers have to know every level of it, and no constraint keeps later documents in that shape.',
      evidence: `${label} default ${column.default.slice(0, 200)}`,
    },
  ];
}

/** Deepest nesting of braces and brackets outside JSON strings. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const c of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (c === '{' || c === '[') deepest = Math.max(deepest, ++depth);
    else if (c === '}' || c === ']') depth--;
  }
  return deepest;
}
