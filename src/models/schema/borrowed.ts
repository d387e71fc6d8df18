import type { Workspace } from '../../core/workspace.js';
import { BORROWED, stringConstants } from '../../languages/sqlalchemy/index.js';
import { HOLE } from '../../languages/sql/index.js';
import { moduleResolver } from '../python/modules.js';
import type { PythonFile } from './declared.js';

const MAX_HOPS = 5;
const MARK = new RegExp(`'?${BORROWED}(\\d+)'?`, 'g');

/** A file's queries with the constants of other files filled in where its SQL borrows them. */
export async function withBorrowed<Q>(
  workspace: Workspace,
  file: PythonFile,
  queries: readonly Q[],
): Promise<readonly Q[]> {
  if (file.facts.borrowed.length === 0) return queries;
  const values = new Map<number, string | undefined>();
  return Promise.all(queries.map((query) => fill(query)));

  async function fill<T>(value: T): Promise<T> {
    if (typeof value === 'string') return (value.includes(BORROWED) ? await filled(value) : value) as T;
    if (Array.isArray(value)) return (await Promise.all(value.map((item: unknown) => fill(item)))) as T;
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await fill(item as unknown)] as const);
    return Object.fromEntries(await Promise.all(entries)) as T;
  }

  async function filled(text: string): Promise<string> {
    for (const [, number] of text.matchAll(MARK)) {
      const index = Number(number);
      if (!values.has(index))
        values.set(index, await constant(workspace, file.path, file.facts.borrowed[index] ?? '', 0));
    }
    return text.replace(MARK, (mark, number: string) => {
      const value = values.get(Number(number));
      const quoted = mark.startsWith("'");
      if (value === undefined) return quoted ? '$' : HOLE;
      return quoted ? `'${value.replaceAll("'", "''")}'` : value;
    });
  }
}

async function constant(workspace: Workspace, from: string, dotted: string, hops: number): Promise<string | undefined> {
  const found = (await workspace.model(moduleResolver)).resolve(from, dotted);
  if (found?.path === undefined || found.rest.length === 0 || hops > MAX_HOPS) return undefined;
  const module = await workspace.facts(stringConstants, found.path);
  const own = module?.strings.get(found.rest.join('.'));
  if (own !== undefined) return own;
  const [first = '', ...rest] = found.rest;
  const imported = module?.imports.get(first);
  return imported === undefined ? undefined : constant(workspace, found.path, [imported, ...rest].join('.'), hops + 1);
}
