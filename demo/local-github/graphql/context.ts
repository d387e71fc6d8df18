/** What every part of the GraphQL side needs. */
import { GraphQLError } from 'graphql';
import { type Actor, authorize, type Needs } from '../auth.js';
import { ApiError } from '../errors.js';
import type { LocalGitHub } from '../github.js';
import type { Repository, User } from '../store.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface Context {
  readonly github: LocalGitHub;
  readonly actor: Actor;
}

export function failure(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

export function need({ actor }: Context, needs: Needs, repository: Repository): void {
  try {
    authorize(actor, needs, repository);
  } catch (error) {
    throw error instanceof ApiError && error.status === 404
      ? failure('NOT_FOUND', 'Could not resolve to a node')
      : failure('FORBIDDEN', 'Resource not accessible by integration');
  }
}

export function permitted(context: Context, needs: Needs, repository: Repository): boolean {
  try {
    need(context, needs, repository);
    return true;
  } catch {
    return false;
  }
}

export function viewer({ actor }: Context): User {
  if (actor.kind === 'installation') return actor.installation.app.bot;
  if (actor.kind === 'user') return actor.user;
  throw failure('FORBIDDEN', 'Resource not accessible by integration');
}

export interface Paging {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string;
}

const position = (cursor: string): number => Number(Buffer.from(cursor, 'base64').toString());

/** Relay's paging, with GitHub's bounds. */
export function connection<Row>(
  rows: readonly Row[],
  { first, last, after, before }: Paging,
  fields: (row: Row) => unknown,
): Fields {
  const size = first ?? last;
  if (size === undefined)
    throw failure(
      'MISSING_PAGINATION_BOUNDARIES',
      'You must provide a `first` or `last` value to properly paginate the connection.',
    );
  if (size > 100)
    throw failure(
      'EXCESSIVE_PAGINATION',
      'Requesting more than 100 records on the connection exceeds the `first` limit of 100 records.',
    );
  const lower = after === undefined ? 0 : position(after);
  const upper = before === undefined ? rows.length : position(before) - 1;
  const from = first === undefined ? Math.max(lower, upper - size) : lower;
  const to = first === undefined ? upper : Math.min(upper, lower + size);
  const cursor = (at: number): string => Buffer.from(String(at)).toString('base64');
  const nodes = rows.slice(from, to).map(fields);
  return {
    totalCount: rows.length,
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(from + index + 1) })),
    pageInfo: {
      hasNextPage: to < rows.length,
      hasPreviousPage: from > 0,
      endCursor: to === from ? null : cursor(to),
      startCursor: to === from ? null : cursor(from + 1),
    },
  };
}
