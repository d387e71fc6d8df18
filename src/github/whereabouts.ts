import { isRateLimit, statusOf, type GitHubClient, type Repository } from './client.js';

/** Thrown when a repository turns out to have another name or owner than the one it was asked for by. */
export class Moved extends Error {
  constructor(to: string) {
    super(`the repository is now ${to}`);
    this.name = 'Moved';
  }
}

/**
 * GitHub answers for a former name by redirecting, as long as this installation may see the repository. What goes on
 * under that name would not be kept apart from what comes in under the new one.
 *
 * @throws Moved
 */
export function assertInPlace({ owner, repo }: Repository, nameWithOwner: string): void {
  if (nameWithOwner.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) throw new Moved(nameWithOwner);
}

/** Whether an error is what an installation sees of a repository that it lost: gone, forbidden, or a token refused. */
export const maybeElsewhere = (error: unknown): boolean =>
  error instanceof Moved ||
  answeredWith(error, ['NOT_FOUND', 'FORBIDDEN']) ||
  ([401, 403, 404].includes(statusOf(error) ?? 0) && !isRateLimit(error));

/** GraphQL's way to say that something is not there. */
export const isAbsent = (error: unknown): boolean => answeredWith(error, ['NOT_FOUND']);

function answeredWith(error: unknown, types: readonly string[]): boolean {
  const { errors } = error as { errors?: readonly { type?: string }[] };
  return errors !== undefined && errors.length > 0 && errors.every(({ type = '' }) => types.includes(type));
}

export interface Whereabouts extends Repository {
  readonly installationId: number;
}

/**
 * Where a repository is now, and the installation through which this App reaches it; undefined when it does not. GitHub
 * follows former names here, over other owners too.
 *
 * @param app the App's own client
 */
export async function whereaboutsOf(
  app: GitHubClient,
  clientFor: (installationId: number) => Promise<GitHubClient>,
  repository: Repository,
): Promise<Whereabouts | undefined> {
  try {
    const { data: installation } = await app.rest.apps.getRepoInstallation({ ...repository });
    const client = await clientFor(installation.id);
    const { data } = await client.rest.repos.get({ ...repository });
    return { installationId: installation.id, owner: data.owner.login, repo: data.name };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
