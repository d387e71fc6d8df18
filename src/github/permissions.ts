import { statusOf, type GitHubClient, type Repository } from './client.js';

export type Permission = 'admin' | 'write' | 'read' | 'none';

/** What somebody may do in the repository, asked for every time: payloads say less, and permissions change. */
export async function permissionOf(
  client: GitHubClient,
  repository: Repository,
  username: string,
): Promise<Permission> {
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...repository, username });
    // `maintain` and `triage` are folded into write and read here by GitHub itself.
    return data.permission === 'admin' || data.permission === 'write' || data.permission === 'read'
      ? data.permission
      : 'none';
  } catch (error) {
    if (statusOf(error) === 404) return 'none';
    throw error;
  }
}

export const mayWrite = (permission: Permission): boolean => permission === 'admin' || permission === 'write';
