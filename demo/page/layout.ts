/** The frame around every page. */
import { fullName } from '../local-github/represent.js';
import type { Repository } from '../local-github/store.js';
import { avatar, name, pullUrl, runState } from './conversation.js';
import { type Html, markup } from './html.js';
import { icons } from './icons.js';
import type { PullPage } from './model.js';

export type Tab = 'conversation' | 'checks' | 'files';

export interface Frame {
  readonly title: string;
  readonly repository: Repository;
  /** Where the repository's name leads. */
  readonly home: string;
  readonly corner: Html | undefined;
  /** State of each check, for tests and styles. */
  readonly tones: readonly string[];
}

export function frame({ title, repository, home, corner, tones }: Frame, content: Html): Html {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/-/style.css">
      </head>
      <body data-checks="${tones.join(' ')}">
        <header class="top">
          <span class="logo" aria-hidden="true"></span><a href="/">${repository.owner.login}</a><span>/</span>
          <a href="${home}"><strong>${repository.name}</strong></a>
          <span class="label">local GitHub</span><span class="grow"></span>${corner}
        </header>
        <main id="live">${content}</main>
        <script src="/-/page.js"></script>
      </body>
    </html>`;
}

export function layout(page: PullPage, tab: Tab, content: Html): Html {
  const { pull, repository } = page;
  const url = pullUrl(page);
  const title = `${pull.title} · Pull request #${pull.number} · ${fullName(repository)}`;
  const tones = page.runs.map(({ status, conclusion }) => (status === 'completed' ? (conclusion ?? '') : 'busy'));
  return frame(
    { title, repository, home: url, corner: avatar(page.viewer), tones },
    markup`${head(page)}${tabs(page, tab)}${content}`,
  );
}

function head({ pull, commits, runs }: PullPage): Html {
  const state = pull.mergedAt ? 'Merged' : pull.state === 'closed' ? 'Closed' : pull.draft ? 'Draft' : 'Open';
  const marks = runs.map(
    (run) => markup` <span class="badge ${runState(run).tone}" title="${run.name}">${runState(run).icon}</span>`,
  );
  return markup`<h1>${pull.title} <span class="number">#${pull.number}</span></h1>
    <p class="under">
      <span class="state ${state.toLowerCase()}">${icons.pull}${state}</span>
      ${name(pull.user)} wants to merge ${commits} ${commits === 1 ? 'commit' : 'commits'} into
      <code>${pull.base.ref}</code> from <code>${pull.head.ref}</code>${marks}
    </p>`;
}

function tabs(page: PullPage, tab: Tab): Html {
  const link = (of: Tab, path: string, icon: Html, label: string, count: number): Html =>
    markup`<a href="${pullUrl(page)}${path}" ${tab === of ? 'aria-current=page' : ''}>${icon}${label} <span class="count">${count}</span></a>`;
  return markup`<nav class="tabs">
    ${link('conversation', '', icons.comment, 'Conversation', page.entries.length)}
    ${link('checks', '/checks', icons.list, 'Checks', page.runs.length)}
    ${link('files', '/files', icons.file, 'Files changed', page.files)}
  </nav>`;
}
