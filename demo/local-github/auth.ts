/** Who is asking: an App by its signed JWT, an installation by a token that expires, or a person by theirs. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { ApiError, notFound } from './errors.js';
import type { App, Installation, Level, Permissions, Repository, User } from './store.js';

export type Actor =
  | { readonly kind: 'app'; readonly app: App }
  | {
      readonly kind: 'installation';
      readonly installation: Installation;
      readonly permissions: Permissions;
      readonly repositories: ReadonlySet<number> | undefined;
      readonly token: string;
    }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'anonymous' };

interface Token {
  readonly actor: Actor;
  readonly expiresAt: number;
}

const HOUR = 3_600_000;
const RANK: Readonly<Record<Level, number>> = { read: 1, write: 2, admin: 3 };
/** GitHub allows a minute of clock drift, and ten minutes of life. */
const DRIFT_SECONDS = 60;
const LIFE_SECONDS = 600;

export class Credentials {
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly apps: () => readonly App[],
    private readonly now: () => Date,
  ) {}

  /** @throws ApiError 401 for a header that names nobody. */
  identify(header: string | undefined): Actor {
    if (header === undefined) return { kind: 'anonymous' };
    const [scheme = '', credential = ''] = header.split(' ');
    if (!/^(bearer|token)$/i.test(scheme) || credential === '') throw new ApiError(401, 'Bad credentials');
    if (credential.split('.').length === 3) return { kind: 'app', app: this.verifyJwt(credential) };
    const token = this.tokens.get(credential);
    if (token === undefined || token.expiresAt <= this.now().getTime()) throw new ApiError(401, 'Bad credentials');
    if (token.actor.kind === 'installation' && token.actor.installation.suspendedAt !== undefined)
      throw new ApiError(403, 'This installation has been suspended');
    return token.actor;
  }

  private verifyJwt(jwt: string): App {
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const undecodable = new ApiError(401, 'A JSON web token could not be decoded');
    const claims = decode(body);
    if (decode(head)?.['alg'] !== 'RS256' || claims === undefined) throw undecodable;
    const app = this.apps().find(({ id }) => String(id) === String(claims['iss']));
    if (app === undefined) throw new ApiError(401, 'Integration not found');
    if (
      !verify(
        'RSA-SHA256',
        Buffer.from(`${head}.${body}`),
        createPublicKey(app.publicKey),
        Buffer.from(signature, 'base64url'),
      )
    )
      throw undecodable;
    const now = this.now().getTime() / 1000;
    const issued = Number(claims['iat']);
    const expires = Number(claims['exp']);
    if (!(issued <= now + DRIFT_SECONDS))
      throw new ApiError(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      );
    if (!(expires > now))
      throw new ApiError(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    if (!(expires <= now + LIFE_SECONDS + DRIFT_SECONDS))
      throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
    return app;
  }

  /** @throws ApiError 422 when more is asked for than the installation has. */
  grant(
    installation: Installation,
    asked: Permissions | undefined,
    repositories: ReadonlySet<number> | undefined,
  ): { token: string; expiresAt: string; permissions: Permissions } {
    for (const [name, level] of Object.entries(asked ?? {})) {
      if (!covers(installation.permissions, name, level))
        throw new ApiError(422, 'The permissions requested are not granted to this installation.');
    }
    const permissions = asked ?? installation.permissions;
    const token = `ghs_${randomBytes(27).toString('hex').slice(0, 36)}`;
    const expiresAt = this.now().getTime() + HOUR;
    this.tokens.set(token, {
      actor: { kind: 'installation', installation, permissions, repositories, token },
      expiresAt,
    });
    return { token, expiresAt: seconds(new Date(expiresAt)), permissions };
  }

  grantUser(user: User): string {
    const token = `ghp_${randomBytes(27).toString('hex').slice(0, 36)}`;
    this.tokens.set(token, { actor: { kind: 'user', user }, expiresAt: Infinity });
    return token;
  }

  revoke(token: string): void {
    this.tokens.delete(token);
  }

  /** Ends every installation token at once: what an hour does, without the hour. */
  expireAll(): void {
    for (const [token, { actor }] of this.tokens) if (actor.kind === 'installation') this.tokens.delete(token);
  }
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** GitHub's timestamps have no fraction. */
export function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function covers(permissions: Permissions, name: string, level: Level): boolean {
  const held = permissions[name];
  return held !== undefined && RANK[held] >= RANK[level];
}

/** What an operation needs: `checks:write`; several joined by `|` when any one of them will do; `app`, `installation`, `any`. */
export type Needs = 'app' | 'installation' | 'any' | `${string}:${Level}`;

/** @throws ApiError as GitHub would refuse. */
export function authorize(actor: Actor, needs: Needs, repository: Repository | undefined): void {
  if (needs === 'any') return;
  if (needs === 'app') {
    if (actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
    return;
  }
  if (actor.kind === 'app') throw new ApiError(401, 'Bad credentials');
  if (actor.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
  if (needs === 'installation' && actor.kind !== 'installation')
    throw new ApiError(
      403,
      'You must authenticate with an installation access token in order to list repositories for an installation.',
    );
  if (needs === 'installation' || repository === undefined) return;
  if (actor.kind === 'user') authorizeUser(actor.user, needs, repository);
  else authorizeInstallation(actor, needs, repository);
}

function authorizeInstallation(
  actor: Extract<Actor, { kind: 'installation' }>,
  needs: string,
  repository: Repository,
): void {
  const { account, selected } = actor.installation;
  const installed =
    account.id === repository.owner.id &&
    (selected?.has(repository.id) ?? true) &&
    (actor.repositories?.has(repository.id) ?? true);
  const readsPublic = !repository.private && needs.endsWith(':read');
  if (!installed && !readsPublic) throw repository.private ? notFound() : inaccessible(needs);
  const granted = needs.split('|').some((need) => {
    const [name = '', level = 'read'] = need.split(':');
    return name === 'metadata' || covers(actor.permissions, name, level as Level);
  });
  if (!granted) throw inaccessible(needs);
}

function authorizeUser(user: User, needs: string, repository: Repository): void {
  const held = repository.owner.id === user.id ? 'admin' : (repository.collaborators.get(user.login) ?? 'none');
  if (held === 'none' && repository.private) throw notFound();
  // People comment and review with read access; checks are an App's alone.
  const open = /^(issues|pull_requests):/.test(needs) || needs.endsWith(':read');
  if (needs.startsWith('checks:write')) throw new ApiError(403, 'You must authenticate via a GitHub App.');
  if (!open && !['admin', 'maintain', 'write'].includes(held))
    throw new ApiError(403, 'Resource not accessible by personal access token');
}

function inaccessible(needs: string): ApiError {
  return new ApiError(403, 'Resource not accessible by integration', {
    headers: { 'x-accepted-github-permissions': needs.replaceAll(':', '=').replaceAll('|', '; ') },
  });
}
