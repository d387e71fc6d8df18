/** The tab of changed files: diffs with the threads on their lines. */
import type { ChangedFile } from '../local-github/diff.js';
import { thread } from './conversation.js';
import { diffLines, lineRow } from './diff-view.js';
import { type Html, markup } from './html.js';
import { icons } from './icons.js';
import type { PullPage, Thread } from './model.js';

export function files(page: PullPage, changed: readonly ChangedFile[], threads: readonly Thread[]): Html {
  const list = changed.map(
    (file) =>
      markup`<li>
        ${icons.file}<a href="#${file.filename}">${file.filename}</a
        ><span class="counts"
          ><span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></span
        >
      </li>`,
  );
  return markup`<nav class="file-list">
      <ul>
        ${list}
      </ul>
    </nav>
    ${changed.map((file) =>
      one(
        page,
        file,
        threads.filter(({ first }) => first.path === file.filename),
      ),
    )}`;
}

function one(page: PullPage, file: ChangedFile, threads: readonly Thread[]): Html {
  const onFile = threads.filter(({ first }) => first.subject === 'file');
  const row = (item: Thread): Html =>
    markup`<tr class="inline">
      <td colspan="4">${thread(page, item)}</td>
    </tr>`;
  const rows = diffLines(file.patch ?? '').map((line) => {
    const here = threads.filter(
      ({ first }) => first.line !== undefined && (first.side === 'LEFT' ? line.left : line.right) === first.line,
    );
    return markup`${lineRow(line)}${here.map(row)}`;
  });
  const renamed = file.previousFilename !== undefined && markup`<span class="quiet">${file.previousFilename} →</span> `;
  return markup`<section class="file" id="${file.filename}">
    <header>
      ${icons.file}${renamed}<strong>${file.filename}</strong
      ><span class="counts"
        ><span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></span
      >
    </header>
    ${onFile.map((item) => thread(page, item))}
    ${
      file.patch === undefined
        ? markup`<p class="quiet body">Binary file, or nothing but a new name.</p>`
        : markup`<table class="lines">
            <tbody>
              ${rows}
            </tbody>
          </table>`
    }
  </section>`;
}
