import type { GitHubClient } from './client.js';

interface PartialAnswer {
  readonly errors?: readonly {
    readonly type?: string;
    readonly extensions?: { readonly code?: string; readonly fieldName?: string };
    readonly path?: readonly (string | number)[];
    readonly message: string;
  }[];
  readonly data?: unknown;
}

/**
 * Asks a GraphQL question. Parts whose absence is an answer in itself (`optional`: names of fields) may be missing;
 * any other error is thrown.
 */
export async function ask<T>(
  client: GitHubClient,
  query: string,
  variables: Record<string, unknown>,
  optional: readonly string[] = [],
): Promise<T> {
  try {
    return await client.graphql<T>(query, variables);
  } catch (error) {
    const { errors, data } = error as PartialAnswer;
    const absent = errors?.every(
      ({ type, path }) =>
        path?.some((name) => optional.includes(String(name))) === true &&
        (type === 'NOT_FOUND' || type === 'FORBIDDEN'),
    );
    if (absent && data) return data as T;
    throw error;
  }
}

/** Whether a question was refused because this server does not know one of its fields: an older Enterprise Server. */
export const lacksField = (error: unknown, field: string): boolean =>
  (error as PartialAnswer).errors?.some(
    ({ extensions }) => extensions?.code === 'undefinedField' && extensions.fieldName === field,
  ) ?? false;
