/** The App itself, its installations and tokens, limits, users. */
import * as show from '../represent.js';
import { ApiError, notFound, unprocessable } from '../errors.js';
import type { App, Installation } from '../store.js';
import { type Call, type Endpoints, empty, ok, type Operations, page, present, serve } from './operation.js';

type Apps = Endpoints['apps'];

function askingApp(call: Call): App {
  if (call.actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded');
  return call.actor.app;
}

function ownInstallation(call: Call<{ installation_id: number }>): Installation {
  const app = askingApp(call);
  return present(call.github.installations.find((item) => item.id === call.input.installation_id && item.app === app));
}

function accountInstallation(call: Call, login: string): Installation {
  const app = askingApp(call);
  return present(
    call.github.installations.find(
      (item) => item.account.login.toLowerCase() === login.toLowerCase() && item.app === app,
    ),
  );
}

function createToken(call: Call<Apps['createInstallationAccessToken']['parameters']>): {
  status: number;
  body: unknown;
} {
  const installation = ownInstallation(call);
  if (installation.suspendedAt !== undefined) throw new ApiError(403, 'This installation has been suspended');
  const { github, input } = call;
  const reachable = github.repositoriesOf(installation);
  const chosen = reachable.filter(
    ({ id, name }) => input.repository_ids?.includes(id) ?? input.repositories?.includes(name) ?? false,
  );
  const narrowed = input.repository_ids !== undefined || input.repositories !== undefined;
  if (narrowed && chosen.length < (input.repository_ids ?? input.repositories ?? []).length) {
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  const { token, expiresAt, permissions } = github.credentials.grant(
    installation,
    input.permissions,
    narrowed ? new Set(chosen.map(({ id }) => id)) : undefined,
  );
  const body = {
    token,
    expires_at: expiresAt,
    permissions,
    repository_selection: narrowed || installation.selected ? 'selected' : 'all',
  };
  return {
    status: 201,
    body: narrowed ? { ...body, repositories: chosen.map((item) => show.repository(github.addresses, item)) } : body,
  };
}

export const appOperations: Operations = {
  'apps/get-authenticated': serve('app', (call) =>
    ok({ ...show.app(call.github.addresses, askingApp(call)), installations_count: call.github.installations.length }),
  ),
  'apps/list-installations': serve<Apps['listInstallations']['parameters']>('app', (call) =>
    page(
      call,
      call.github.installations.filter(({ app }) => app === askingApp(call)),
      (item) => show.installation(call.github.addresses, item),
    ),
  ),
  'apps/get-installation': serve<Apps['getInstallation']['parameters']>('app', (call) =>
    ok(show.installation(call.github.addresses, ownInstallation(call))),
  ),
  'apps/create-installation-access-token': serve<Apps['createInstallationAccessToken']['parameters']>(
    'app',
    createToken,
  ),
  'apps/get-repo-installation': serve<Apps['getRepoInstallation']['parameters']>('app', (call) => {
    const installation = accountInstallation(call, call.input.owner);
    if (!call.github.repositoriesOf(installation).includes(call.repository)) throw notFound();
    return ok(show.installation(call.github.addresses, installation));
  }),
  'apps/get-org-installation': serve<Apps['getOrgInstallation']['parameters']>('app', (call) =>
    ok(show.installation(call.github.addresses, accountInstallation(call, call.input.org))),
  ),
  'apps/get-user-installation': serve<Apps['getUserInstallation']['parameters']>('app', (call) =>
    ok(show.installation(call.github.addresses, accountInstallation(call, call.input.username))),
  ),
  'apps/list-repos-accessible-to-installation': serve<Apps['listReposAccessibleToInstallation']['parameters']>(
    'installation',
    (call) => {
      if (call.actor.kind !== 'installation') throw notFound();
      const { installation, repositories } = call.actor;
      const reachable = call.github.repositoriesOf(installation).filter(({ id }) => repositories?.has(id) ?? true);
      return page(call, reachable, (item) => show.repository(call.github.addresses, item), 'repositories');
    },
  ),
  'apps/revoke-installation-access-token': serve('installation', (call) => {
    if (call.actor.kind === 'installation') call.github.credentials.revoke(call.actor.token);
    return empty();
  }),
  'apps/list-webhook-deliveries': serve<Apps['listWebhookDeliveries']['parameters']>('app', (call) => {
    // Paged by cursor, newest first, without totals.
    const all = call.github.webhooks.log
      .toReversed()
      .filter(
        ({ status }) =>
          call.input['status'] === undefined || (call.input['status'] === 'success') === (status === 'OK'),
      );
    const from = Number(call.input.cursor ?? 0);
    const size = Math.min(100, call.input.per_page ?? 30);
    const url = new URL(call.url);
    url.searchParams.set('cursor', String(from + size));
    const more = from + size < all.length ? { headers: { link: `<${url.href}>; rel="next"` } } : {};
    return {
      ...ok(
        all.slice(from, from + size).map(({ request: _request, response: _response, url: _url, ...short }) => short),
      ),
      ...more,
    };
  }),
  'apps/get-webhook-delivery': serve<Apps['getWebhookDelivery']['parameters']>('app', (call) =>
    ok(present(call.github.webhooks.log.find(({ id }) => id === call.input.delivery_id))),
  ),
  'apps/redeliver-webhook-delivery': serve<Apps['redeliverWebhookDelivery']['parameters']>('app', (call) => {
    present(call.github.webhooks.redeliver(call.input.delivery_id));
    return { status: 202, body: {} };
  }),
  'apps/get-webhook-config-for-app': serve('app', (call) =>
    ok({ content_type: 'json', insecure_ssl: '0', secret: '********', url: call.github.webhooks.target?.url ?? '' }),
  ),
  'rate-limit/get': serve('any', (call) => {
    const core = call.github.limits.state(call.actor);
    return ok({ resources: { core, graphql: core, search: core, code_search: core }, rate: core });
  }),
  'meta/get': serve('any', () => ok({ verifiable_password_authentication: false, installed_version: '3.19.0' })),
  'users/get-by-username': serve<Endpoints['users']['getByUsername']['parameters']>('any', (call) => {
    const found = present(call.github.users.get(call.input.username.toLowerCase()));
    const plain = {
      name: found.login,
      company: null,
      blog: null,
      location: null,
      email: null,
      hireable: null,
      bio: null,
    };
    const counts = {
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: call.github.startedAt,
      updated_at: call.github.startedAt,
    };
    return ok({ ...show.user(call.github.addresses, found), ...plain, ...counts });
  }),
  'users/get-authenticated': serve('any', (call) => {
    if (call.actor.kind === 'user') return ok(show.user(call.github.addresses, call.actor.user));
    throw new ApiError(
      call.actor.kind === 'anonymous' ? 401 : 403,
      call.actor.kind === 'anonymous' ? 'Requires authentication' : 'Resource not accessible by integration',
    );
  }),
  'repos/get': serve('metadata:read', (call) => ok(show.repositoryDetails(call.github.addresses, call.repository))),
  'repos/get-collaborator-permission-level': serve<Endpoints['repos']['getCollaboratorPermissionLevel']['parameters']>(
    'metadata:read',
    (call) => {
      const { github, repository, input } = call;
      const user = present(github.users.get(input.username.toLowerCase()));
      const role = github.roleOf(repository, user);
      const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
      const permissions = {
        admin: role === 'admin',
        maintain: ['admin', 'maintain'].includes(role),
        push: ['admin', 'maintain', 'write'].includes(role),
        triage: role !== 'none' && role !== 'read',
        pull: role !== 'none',
      };
      return ok({
        permission,
        role_name: role,
        user: { ...show.user(github.addresses, user), permissions, role_name: role },
      });
    },
  ),
  'orgs/get': serve<Endpoints['orgs']['get']['parameters']>('any', (call) => {
    const found = present(call.github.users.get(call.input.org.toLowerCase()));
    if (found.type !== 'Organization') throw notFound();
    return ok(show.organization(call.github.addresses, found));
  }),
};
