/** The conversation tab: description, comments, reviews with their threads, events, and the box at the end. */
import { fullName } from '../local-github/represent.js';
import type { App, CheckRun, Edit, PullEvent, Reaction, User } from '../local-github/store.js';
import { hunkEnd } from './diff-view.js';
import { type Html, markup } from './html.js';
import { icons } from './icons.js';
import { markdown, type Replaced } from './markdown.js';
import type { Entry, PullPage, Thread } from './model.js';

const COLOURS = 6;

export function avatar(user: User, app?: App): Html {
  if (app ?? user.type === 'Bot') return markup`<span class="avatar app" aria-hidden="true">D</span>`;
  return markup`<span class="avatar colour-${user.id % COLOURS}" aria-hidden="true">${user.login.charAt(0).toUpperCase()}</span>`;
}

export const name = (user: User): Html =>
  markup`<strong>${user.login.replace('[bot]', '')}</strong
    >${user.type === 'Bot' && markup` <span class="label">bot</span>`}`;

export const time = (at: string): Html => markup`<time datetime="${at}">${at.slice(11, 19)}</time>`;

const EMOJI: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  hooray: '🎉',
  confused: '😕',
  heart: '❤️',
  rocket: '🚀',
  eyes: '👀',
};

function reactions(given: readonly Reaction[]): Html | false {
  if (given.length === 0) return false;
  const contents = [...new Set(given.map(({ content }) => content))];
  return markup`<div class="reactions">
    ${contents.map((content) => markup`<span class="reaction" title="${content}">${EMOJI[content]} ${given.filter((reaction) => reaction.content === content).length}</span>`)}
  </div>`;
}

interface Shown extends Edit {
  readonly user: User;
  readonly app: App | undefined;
  readonly body: string;
  readonly createdAt: string;
  readonly reactions: readonly Reaction[];
}

function box(item: Shown, what: string, id: string, replaced?: Replaced): Html {
  const body = markup`<div class="body">${markdown(item.body, replaced)}${reactions(item.reactions)}</div>`;
  const edited = item.lastEditedAt !== undefined && markup` · edited`;
  return markup`<article class="box${item.app ? ' by-app' : ''}" id="${id}">
    <header>${name(item.user)} ${what} ${time(item.createdAt)}${edited}</header>
    ${
      item.minimized === undefined
        ? body
        : markup`<details>
            <summary>Marked as ${item.minimized.toLowerCase()}</summary>
            ${body}
          </details>`
    }
  </article>`;
}

const place = ({ first }: Thread): string => {
  if (first.subject === 'file') return first.path;
  const last = first.line ?? first.originalLine;
  const start = first.line === undefined ? first.originalStartLine : first.startLine;
  return `${first.path}:${start === undefined ? '' : `${start}–`}${last ?? ''}`;
};

export function thread(page: PullPage, item: Thread): Html {
  const { first, comments, replaced } = item;
  const outdated = first.subject === 'line' && first.line === undefined;
  const answered = first.body.startsWith('✓');
  const done = outdated || answered || first.resolvedBy !== undefined;
  const canApply = !outdated && /^```+suggestion$/m.test(first.body) && page.pull.state === 'open';
  const apply =
    canApply &&
    markup`<form method="post" action="${pullUrl(page)}/apply" class="apply">
      <input type="hidden" name="comment" value="${first.id}" /><button>Commit suggestion</button>
    </form>`;
  return markup`<details class="thread${done ? ' done' : ''}" id="discussion_r${first.id}" ${done ? '' : 'open'}>
    <summary>
      ${icons.file}<a href="${pullUrl(page)}/files#${first.path}">${place(item)}</a
      >${outdated && markup`<span class="label">Outdated</span>`}${answered && markup`<span class="label">Answered</span>`}${first.subject === 'file' && markup`<span class="label">On the file</span>`}
    </summary>
    ${first.subject === 'line' && markup`<div class="hunk-end">${hunkEnd(first.diffHunk, first.originalStartLine, first.originalLine)}</div>`}
    <div class="comments">${comments.map((comment) => box(comment, 'commented', `r${comment.id}`, replaced))}</div>
    ${apply}
  </details>`;
}

const REVIEW = {
  APPROVED: ['good', icons.check, 'approved these changes'],
  CHANGES_REQUESTED: ['bad', icons.cross, 'requested changes'],
  COMMENTED: ['', icons.eye, 'reviewed'],
  DISMISSED: ['', icons.eye, 'requested changes; the request was dismissed'],
  PENDING: ['', icons.eye, 'is writing a review'],
} as const;

const EVENTS: Readonly<Record<PullEvent['what'], readonly [Html, string]>> = {
  pushed: [icons.commit, 'pushed'],
  edited: [icons.pencil, 'edited the'],
  closed: [icons.cross, 'closed this'],
  reopened: [icons.pull, 'reopened this'],
  merged: [icons.pull, 'merged this'],
  draft: [icons.pull, 'marked this as a draft'],
  ready: [icons.eye, 'marked this as ready for review'],
  queued: [icons.list, 'added this to the merge queue'],
};

function entry(page: PullPage, item: Entry): Html {
  switch (item.kind) {
    case 'comment':
      return markup`<li class="item">
        ${avatar(item.comment.user, item.comment.app)}${box(item.comment, 'commented', `issuecomment-${item.id}`)}
      </li>`;
    case 'event': {
      const [icon, text] = EVENTS[item.event.what];
      const detail =
        item.event.what === 'pushed'
          ? markup`<code>${item.event.detail?.slice(0, 7)}</code> ${item.message}`
          : item.event.detail;
      return markup`<li class="event">
        <span class="badge">${icon}</span>${name(item.event.by)} ${text} ${detail} ${time(item.event.at)}
      </li>`;
    }
    case 'dismissal': {
      const { dismissal } = item.review;
      return markup`<li class="event">
        <span class="badge">${icons.check}</span>${dismissal && name(dismissal.by)} dismissed the request for changes:
        ${dismissal?.message} ${dismissal && time(dismissal.at)}
      </li>`;
    }
    case 'review': {
      const { review, threads } = item;
      const [tone, icon, text] = REVIEW[review.state];
      const at = review.submittedAt ?? '';
      return markup`<li class="review" id="pullrequestreview-${item.id}">
        <p class="event">
          <span class="badge ${tone}">${icon}</span>${avatar(review.user, review.app)} ${name(review.user)} ${text}
          ${time(at)}
        </p>
        ${review.body !== '' && box({ ...review, createdAt: at, reactions: [] }, 'left a review', `review-${item.id}`)}
        ${threads.map((one) => thread(page, one))}
      </li>`;
    }
  }
}

export const pullUrl = ({ repository, pull }: Pick<PullPage, 'repository' | 'pull'>): string =>
  `/${fullName(repository)}/pull/${pull.number}`;

const TONE: Readonly<Record<string, readonly [string, Html]>> = {
  success: ['good', icons.check],
  failure: ['bad', icons.cross],
  action_required: ['bad', icons.cross],
  cancelled: ['', icons.cross],
};

export function runState(run: CheckRun): { tone: string; icon: Html; text: string } {
  if (run.status !== 'completed') return { tone: 'busy', icon: icons.dot, text: 'in progress' };
  const [tone, icon] = TONE[run.conclusion ?? ''] ?? ['', icons.dot];
  return { tone, icon, text: (run.conclusion ?? '').replace('_', ' ') };
}

function mergeBox(page: PullPage): Html {
  const { pull, runs } = page;
  if (pull.state === 'closed')
    return markup`<div class="merge-box">${pull.mergedAt ? 'Merged.' : 'Closed without merging.'}</div>`;
  const states = runs.map((run) => runState(run).tone);
  const tone = states.includes('bad') ? 'bad' : states.length === 0 || states.includes('busy') ? 'busy' : 'good';
  const head = {
    bad: 'Some checks were not successful',
    busy: 'Some checks have not completed yet',
    good: 'All checks have passed',
  }[tone];
  const rows = runs.map((run) => {
    const { tone: own, icon, text } = runState(run);
    return markup`<li>
      <span class="badge ${own}">${icon}</span><strong>${run.name}</strong>
      <span class="quiet">${run.output.title ?? text}</span><span class="label">Required</span
      ><a href="${pullUrl(page)}/checks">Details</a>
    </li>`;
  });
  const verdict =
    tone === 'good' ? 'This branch may be merged.' : 'Merging is blocked: the required check dialectic has not passed.';
  return markup`<section class="merge-box ${tone}">
    <h2>
      <span class="badge ${tone}">${tone === 'good' ? icons.check : tone === 'bad' ? icons.cross : icons.dot}</span
      >${head}
    </h2>
    <ul>
      ${rows}
    </ul>
    <p>${verdict}</p>
  </section>`;
}

function commentForm(page: PullPage): Html {
  const commands = [
    '/dialectic help',
    '/dialectic explain proc/blocking-call',
    '/dialectic config',
    '/dialectic waive phy/heap-over-limit-share measured on staging, see the ticket',
    '/dialectic review',
  ];
  return markup`<form class="comment-form" method="post" action="${pullUrl(page)}/comment" id="comment-form">
    ${avatar(page.viewer)}
    <div class="box">
      <header>Add a comment</header>
      <div class="body">
        <textarea
          name="body"
          id="comment-body"
          rows="3"
          placeholder="Comment as ${page.viewer.login}. A line that starts with /dialectic is a command."
          required
        ></textarea>
        <p class="try">
          ${commands.map((command) => markup`<button type="button" data-insert="${command}"><code>${command.length > 44 ? `${command.slice(0, 43)}…` : command}</code></button>`)}
        </p>
        <p class="submit">
          <label
            >as
            <select name="as">
              ${page.people.map((user) => markup`<option ${user.id === page.viewer.id ? 'selected' : ''}>${user.login}</option>`)}
            </select></label
          >
          <button class="primary">Comment</button>
        </p>
      </div>
    </div>
  </form>`;
}

export function conversation(page: PullPage): Html {
  const { pull, entries } = page;
  const opening: Shown = {
    user: pull.user,
    app: undefined,
    body: pull.body ?? '',
    createdAt: pull.createdAt,
    reactions: [],
  };
  return markup`<div class="columns">
    <div>
      <ol class="timeline">
        <li class="item">${avatar(pull.user)}${box(opening, 'opened this', 'description')}</li>
        ${entries.map((item) => entry(page, item))}
      </ol>
      ${mergeBox(page)} ${commentForm(page)}
    </div>
    ${sidebar(page)}
  </div>`;
}

function sidebar(page: PullPage): Html {
  const { pull, next, repository } = page;
  const reviewers = [...new Map(pull.reviews.map((review) => [review.user.id, review])).values()];
  const offer =
    next &&
    markup`<section class="demo">
      <h3>Demo</h3>
      <p>${next.hint}</p>
      <form method="post" action="${pullUrl(page)}/next"><button class="primary">${next.label}</button></form>
    </section>`;
  const roles = page.people.map(
    (user) =>
      markup`<li>${avatar(user)} ${name(user)} <span class="quiet">${page.github.roleOf(repository, user)}</span></li>`,
  );
  return markup`<aside>
    ${offer}
    <section>
      <h3>Reviewers</h3>
      <ul>
        ${reviewers.map((review) => markup`<li>${avatar(review.user, review.app)} ${name(review.user)} <span class="badge ${REVIEW[review.state][0]}">${REVIEW[review.state][1]}</span></li>`)}${reviewers.length === 0 && markup`<li class="quiet">None yet</li>`}
      </ul>
    </section>
    <section>
      <h3>People</h3>
      <ul>
        ${roles}
      </ul>
    </section>
    <section>
      <h3>Labels</h3>
      <p class="quiet">${pull.labels.length > 0 ? pull.labels.join(', ') : 'None'}</p>
    </section>
  </aside>`;
}
