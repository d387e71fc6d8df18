/** What every operation of the REST API has in common. */
import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { Actor, Needs } from '../auth.js';
import { ApiError, notFound } from '../errors.js';
import type { LocalGitHub } from '../github.js';
import type { App, Pull, Repository, Topic, User } from '../store.js';

export type Endpoints = RestEndpointMethodTypes;

export interface Call<Input = unknown> {
  readonly github: LocalGitHub;
  readonly actor: Actor;
  /** Path, query and body together, as Octokit takes them; already judged against GitHub's description. */
  readonly input: Input;
  readonly repository: Repository;
  readonly accept: string;
  readonly url: URL;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a JSON body. */
  readonly raw?: { readonly type: string; readonly content: Buffer | string };
}

export interface Served {
  readonly needs: Needs;
  handle(call: Call<never>): Answer | Promise<Answer>;
}

export type Operations = Readonly<Record<string, Served>>;

export function serve<Input>(needs: Needs, handle: (call: Call<Input>) => Answer | Promise<Answer>): Served {
  return { needs, handle };
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const empty = (): Answer => ({ status: 204 });

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

/** One page of a listing with GitHub's Link header. `wrap` puts the rows into an object beside their total. */
export function page<Row>(
  call: Call<{ per_page?: number | undefined; page?: number | undefined }>,
  rows: readonly Row[],
  show: (row: Row) => unknown,
  wrap?: string,
): Answer {
  const size = Math.min(LARGEST_PAGE, Math.max(1, call.input.per_page ?? DEFAULT_PAGE));
  const number = Math.max(1, call.input.page ?? 1);
  const last = Math.max(1, Math.ceil(rows.length / size));
  const shown = rows.slice((number - 1) * size, number * size).map(show);
  const links: string[] = [];
  const link = (target: number, relation: string): void => {
    const url = new URL(call.url);
    url.searchParams.set('page', String(target));
    links.push(`<${url.href}>; rel="${relation}"`);
  };
  if (number > 1) link(number - 1, 'prev');
  if (number < last) link(number + 1, 'next');
  if (number < last) link(last, 'last');
  if (number > 1) link(1, 'first');
  const body = wrap === undefined ? shown : { total_count: rows.length, [wrap]: shown };
  return { status: 200, body, ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) };
}

/** @throws ApiError 404 */
export function findPull(call: Call<{ pull_number: number }>): Pull {
  return present(call.repository.pulls.get(call.input.pull_number));
}

/** @throws ApiError 404 */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}

/** The person or bot that a write is attributed to. */
export function author(call: Call): { readonly user: User; readonly app: App | undefined } {
  const { actor } = call;
  if (actor.kind === 'installation') return { user: actor.installation.app.bot, app: actor.installation.app };
  if (actor.kind === 'user') return { user: actor.user, app: undefined };
  throw new ApiError(401, 'Requires authentication');
}

/**
 * A locked conversation takes words only from those who may push.
 * @throws ApiError 403
 */
export function unlocked(call: Call, topic: Topic): void {
  if (!topic.locked) return;
  const { actor, repository } = call;
  const may =
    actor.kind === 'installation'
      ? actor.permissions['contents'] === 'write'
      : actor.kind === 'user' &&
        ['admin', 'maintain', 'write'].includes(repository.collaborators.get(actor.user.login) ?? '');
  if (!may) throw new ApiError(403, 'Unable to create comment because issue is locked.');
}

const LONGEST_BODY = 65_536;

/** @throws ApiError 422 for a comment longer than GitHub takes. */
export function checkBody(body: string, resource: string): string {
  const message = 'body is too long (maximum is 65536 characters)';
  if (body.length > LONGEST_BODY)
    throw new ApiError(422, 'Validation Failed', { errors: [{ resource, code: 'custom', field: 'body', message }] });
  if (body.trim() === '')
    throw new ApiError(422, 'Validation Failed', { errors: [{ resource, code: 'missing_field', field: 'body' }] });
  return body;
}
