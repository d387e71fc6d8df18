import {
  elsewhere,
  extendedBy,
  loadConfiguration,
  type ConfigurationText,
  type LoadedConfiguration,
} from '../config/load.js';
import type { GitHubClient, Repository } from './client.js';
import { messageOf, statusOf } from './client.js';
import { ask } from './graphql.js';
import { CONFIGURATION } from './queries.js';
import { CONFIGURATION_PATH, type Situation } from './situation.js';

const MAX_EXTENDED = 10;

/** What was put together; `withheld` are the files that it names and that were not read. */
export interface ComposedConfiguration extends LoadedConfiguration {
  readonly withheld: readonly string[];
}

/** The configuration that judges a pull request: organisation's default, what the repository's own extends, and that itself; last wins. */
export async function effectiveConfiguration(
  client: GitHubClient,
  repository: Repository,
  situation: Pick<Situation, 'configuration' | 'organisation' | 'baseSha'>,
): Promise<ComposedConfiguration> {
  const own = situation.configuration;
  return composed(client, repository, situation.organisation, own, situation.baseSha);
}

/**
 * The same with another text in the repository's place: what a pull request that changes it would bring about.
 *
 * @param mayRead which of the extended files may be read for whoever wrote `own`
 */
export async function composed(
  client: GitHubClient,
  repository: Repository,
  organisation: string | undefined,
  own: string | undefined,
  ref: string,
  mayRead: (target: string) => boolean = () => true,
): Promise<ComposedConfiguration> {
  const withheld: string[] = [];
  const texts: ConfigurationText[] = [];
  const trouble: LoadedConfiguration['problems'][number][] = [];
  if (organisation !== undefined)
    texts.push({ source: `${repository.owner}/.github:${CONFIGURATION_PATH}`, text: organisation });
  if (own !== undefined) {
    for (const target of extendedBy(own).slice(0, MAX_EXTENDED)) {
      if (!mayRead(target)) {
        withheld.push(target);
        continue;
      }
      const read = await readExtended(client, repository, target, ref);
      if (typeof read === 'string') texts.push({ source: target, text: read });
      else trouble.push({ source: CONFIGURATION_PATH, line: 1, message: `extends ${target}: ${read.problem}` });
    }
    texts.push({ source: CONFIGURATION_PATH, text: own });
  }
  const loaded = loadConfiguration(texts);
  if (trouble.length === 0) return { ...loaded, withheld };
  return { ...loaded, withheld, configuration: undefined, problems: [...trouble, ...loaded.problems] };
}

/** `path` of this repository at the base commit, or `owner/repository:path` at its default branch. */
async function readExtended(
  client: GitHubClient,
  repository: Repository,
  target: string,
  ref: string,
): Promise<string | { readonly problem: string }> {
  const where = elsewhere(target) ?? { ...repository, path: target, ref };
  try {
    const { data } = await client.rest.repos.getContent(where);
    if (Array.isArray(data) || data.type !== 'file') return { problem: 'not a file' };
    return Buffer.from(data.content, 'base64').toString('utf8');
  } catch (error) {
    if (statusOf(error) === 404) return { problem: 'not found, or this app may not read it' };
    if (statusOf(error) === 403) return { problem: messageOf(error) };
    throw error;
  }
}

interface ConfigurationAnswer {
  readonly repository: { readonly object: { readonly text?: string | null } | null } | null;
  readonly defaults: { readonly object: { readonly text?: string | null } | null } | null;
}

/** The texts at a commit, where no pull request was asked for. */
export async function configurationAt(client: GitHubClient, { owner, repo }: Repository, sha: string) {
  const variables = { owner, name: repo, expression: `${sha}:${CONFIGURATION_PATH}` };
  const answer = await ask<ConfigurationAnswer>(client, CONFIGURATION, variables, ['defaults']);
  return {
    own: answer.repository?.object?.text ?? undefined,
    organisation: answer.defaults?.object?.text ?? undefined,
  };
}
