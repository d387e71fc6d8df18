import { markerOf, type Marker } from '../report/publication/marker.js';
import type { GitHubClient, Repository } from './client.js';
import { ask } from './graphql.js';
import { PUBLISHED } from './queries.js';
import { assertInPlace } from './whereabouts.js';

/** A comment of ours on the diff. */
export interface OwnComment {
  readonly id: number;
  readonly path: string;
  readonly body: string;
  readonly marker: Marker;
  /** Somebody answered below it. */
  readonly answered: boolean;
}

/** A review of ours, oldest first in lists. */
export interface OwnReview {
  readonly id: number;
  readonly state: string;
  readonly body: string;
  /** It carries the review's text that is kept up to date. */
  readonly main: boolean;
}

/** What stands on the pull request, as far as it is ours. */
export interface Published {
  readonly headSha: string;
  readonly open: boolean;
  readonly comments: readonly OwnComment[];
  readonly reviews: readonly OwnReview[];
}

interface Page {
  readonly hasPreviousPage?: boolean;
  readonly hasNextPage?: boolean;
  readonly startCursor?: string | null;
  readonly endCursor?: string | null;
}
interface Answer {
  readonly repository: {
    readonly nameWithOwner: string;
    readonly pullRequest: {
      readonly state: string;
      readonly headRefOid: string;
      readonly reviews: {
        readonly pageInfo: Page;
        readonly nodes: readonly { databaseId: number; body: string; state: string; viewerDidAuthor: boolean }[];
      };
      readonly reviewThreads: {
        readonly pageInfo: Page;
        readonly nodes: readonly {
          path: string;
          comments: {
            totalCount: number;
            nodes: readonly { databaseId: number; body: string; viewerDidAuthor: boolean }[];
          };
        }[];
      };
    } | null;
  } | null;
}
type PullNode = NonNullable<NonNullable<Answer['repository']>['pullRequest']>;

const MAX_PAGES = 15;

/**
 * Reads what is ours on the pull request; undefined when it is gone. A marker alone proves nothing: the author must be us.
 *
 * @throws Moved when the repository has another name by now
 */
export async function readPublished(
  client: GitHubClient,
  { owner, repo }: Repository,
  number: number,
): Promise<Published | undefined> {
  const comments: OwnComment[] = [];
  const reviews = new Map<number, OwnReview>();
  let threads: string | undefined;
  let before: string | undefined;
  let last: PullNode | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: Answer = await ask(client, PUBLISHED, { owner, name: repo, number, threads, reviews: before });
    if (answer.repository) assertInPlace({ owner, repo }, answer.repository.nameWithOwner);
    const pull: PullNode | null | undefined = answer.repository?.pullRequest;
    if (!pull) return undefined;
    last = pull;
    comments.push(...pull.reviewThreads.nodes.flatMap(ownComment));
    for (const review of pull.reviews.nodes) {
      if (review.viewerDidAuthor)
        reviews.set(review.databaseId, {
          id: review.databaseId,
          state: review.state,
          body: review.body,
          main: markerOf(review.body)?.kind === 'review',
        });
    }
    const { reviewThreads: t, reviews: r } = pull;
    if (!t.pageInfo.hasNextPage && !r.pageInfo.hasPreviousPage) break;
    threads = t.pageInfo.endCursor ?? threads;
    before = r.pageInfo.startCursor ?? before;
  }
  if (!last) return undefined;
  const unique = new Map(comments.map((comment) => [comment.id, comment]));
  return {
    headSha: last.headRefOid,
    open: last.state === 'OPEN',
    comments: [...unique.values()].sort((a, b) => a.id - b.id),
    reviews: [...reviews.values()].sort((a, b) => a.id - b.id),
  };
}

function ownComment(thread: PullNode['reviewThreads']['nodes'][number]): OwnComment[] {
  const first = thread.comments.nodes[0];
  const marker = first?.viewerDidAuthor ? markerOf(first.body) : undefined;
  if (!first || marker?.kind !== 'finding') return [];
  return [
    { id: first.databaseId, path: thread.path, body: first.body, marker, answered: thread.comments.totalCount > 1 },
  ];
}
