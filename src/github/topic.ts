import { allComments, loginOf, type Actor, type CommentPage, type DiscussionComment } from './comments.js';
import type { GitHubClient, Repository } from './client.js';
import { ask } from './graphql.js';
import { ISSUE } from './queries.js';
import { CONFIGURATION_PATH, type Situation, type TextBlob } from './situation.js';

/** What people discuss: an issue, or a pull request as one. */
export interface Topic {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly authorIsBot: boolean;
  readonly open: boolean;
  readonly archived: boolean;
  readonly labels: readonly string[];
  readonly comments: readonly DiscussionComment[];
  /** Texts of the configuration, at `baseSha`. */
  readonly configuration: string | undefined;
  readonly organisation: string | undefined;
  readonly baseSha: string;
}

export function topicOf(situation: Situation): Topic {
  const { pull, open, archived, comments, configuration, organisation, baseSha } = situation;
  const { number, title, body, author, authorIsBot, labels = [] } = pull;
  const said = { number, title, body, author, authorIsBot, labels };
  return { ...said, open, archived, comments, configuration, organisation, baseSha };
}

interface IssueAnswer {
  readonly repository: {
    readonly isArchived: boolean;
    readonly defaultBranchRef: {
      readonly target: { readonly oid: string; readonly file?: { readonly object: TextBlob | null } | null } | null;
    } | null;
    readonly issue: {
      readonly number: number;
      readonly title: string;
      readonly body: string;
      readonly state: string;
      readonly author: Actor | null;
      readonly labels: { readonly nodes: readonly { readonly name: string }[] } | null;
      readonly comments: CommentPage;
    } | null;
  } | null;
  readonly defaults: { readonly object: TextBlob | null } | null;
}

/** One question, one answer; undefined when there is no such issue. */
export async function readIssue(
  client: GitHubClient,
  { owner, repo }: Repository,
  number: number,
): Promise<Topic | undefined> {
  const variables = { owner, name: repo, number, path: CONFIGURATION_PATH };
  const { repository, defaults } = await ask<IssueAnswer>(client, ISSUE, variables, ['defaults']);
  const issue = repository?.issue;
  if (!repository || !issue) return undefined;
  const tip = repository.defaultBranchRef?.target;
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    author: loginOf(issue.author),
    authorIsBot: issue.author?.__typename === 'Bot',
    open: issue.state === 'OPEN',
    archived: repository.isArchived,
    labels: (issue.labels?.nodes ?? []).map((label) => label.name),
    comments: await allComments(client, { owner, name: repo, number }, issue.comments),
    configuration: tip?.file?.object?.text ?? undefined,
    organisation: defaults?.object?.text ?? undefined,
    baseSha: tip?.oid ?? 'HEAD',
  };
}
