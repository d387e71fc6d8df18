/** What the pages show, gathered from the local GitHub. */
import type { LocalGitHub } from '../local-github/github.js';
import type {
  CheckRun,
  IssueComment,
  Pull,
  PullEvent,
  Repository,
  Review,
  ReviewComment,
  User,
} from '../local-github/store.js';
import type { Replaced } from './markdown.js';

export type Entry =
  | { readonly kind: 'comment'; readonly id: number; readonly comment: IssueComment }
  | { readonly kind: 'event'; readonly id: number; readonly event: PullEvent; readonly message: string }
  | { readonly kind: 'review'; readonly id: number; readonly review: Review; readonly threads: readonly Thread[] }
  | { readonly kind: 'dismissal'; readonly id: number; readonly review: Review };

export interface Thread {
  readonly first: ReviewComment;
  readonly comments: readonly ReviewComment[];
  readonly replaced: Replaced | undefined;
}

export interface PullPage {
  readonly github: LocalGitHub;
  readonly repository: Repository;
  readonly pull: Pull;
  /** Who is looking. */
  readonly viewer: User;
  readonly people: readonly User[];
  readonly entries: readonly Entry[];
  readonly runs: readonly CheckRun[];
  readonly files: number;
  readonly commits: number;
  /** What the demo offers besides what GitHub has. */
  readonly next: { readonly label: string; readonly hint: string } | undefined;
}

export async function threadsOf(repository: Repository, pull: Pull, review?: Review): Promise<Thread[]> {
  const starts = repository.reviewComments.filter(
    (comment) =>
      comment.pull === pull.number &&
      comment.inReplyTo === undefined &&
      (review === undefined || comment.review === review.id),
  );
  return Promise.all(
    starts.map(async (first) => ({
      first,
      comments: repository.reviewComments.filter(({ id, inReplyTo }) => id === first.id || inReplyTo === first.id),
      replaced: await replacedLines(repository, first),
    })),
  );
}

async function replacedLines(repository: Repository, comment: ReviewComment): Promise<Replaced | undefined> {
  const { originalLine: last, originalStartLine } = comment;
  if (last === undefined) return undefined;
  const file = await repository.git.object(`${comment.originalCommit}:${comment.path}`);
  const firstLine = originalStartLine ?? last;
  return { firstLine, lines: (file?.content.toString('utf8') ?? '').split('\n').slice(firstLine - 1, last) };
}

export async function entriesOf(repository: Repository, pull: Pull): Promise<Entry[]> {
  const entries: Entry[] = repository.comments
    .filter(({ issue }) => issue === pull.number)
    .map((comment) => ({ kind: 'comment', id: comment.id, comment }));
  for (const event of pull.events) {
    const commit = event.what === 'pushed' ? await repository.git.commit(event.detail ?? '') : undefined;
    entries.push({ kind: 'event', id: event.id, event, message: commit?.message.split('\n')[0] ?? '' });
  }
  for (const review of pull.reviews.filter(({ state }) => state !== 'PENDING')) {
    const threads = await threadsOf(repository, pull, review);
    if (review.body !== '' || threads.length > 0) entries.push({ kind: 'review', id: review.id, review, threads });
    if (review.dismissal) entries.push({ kind: 'dismissal', id: review.dismissal.id, review });
  }
  return entries.sort((a, b) => a.id - b.id);
}

/** The newest run of each name on the head commit. */
export function runsOf(repository: Repository, pull: Pull): CheckRun[] {
  const runs = repository.runs.filter(({ headSha }) => headSha === pull.head.sha);
  return runs.filter((run, index) => !runs.slice(index + 1).some(({ name }) => name === run.name));
}
