/** One file, for links to lines. */
import { fullName } from '../local-github/represent.js';
import type { Repository } from '../local-github/store.js';
import { type Html, markup } from './html.js';
import { icons } from './icons.js';
import { frame } from './layout.js';

export function blobView(repository: Repository, ref: string, path: string, text: string): Html {
  const rows = text
    .replace(/\n$/, '')
    .split('\n')
    .map(
      (line, index) => markup`<tr id="L${index + 1}">
        <td class="number"><a href="#L${index + 1}">${index + 1}</a></td>
        <td class="text">${line}</td>
      </tr>`,
    );
  const content = markup`<section class="file">
    <header>${icons.file}<strong>${path}</strong> <code>${ref.slice(0, 7)}</code></header>
    <table class="lines"><tbody>${rows}</tbody></table>
  </section>`;
  return frame(
    { title: `${path} · ${fullName(repository)}`, repository, home: '/', corner: undefined, tones: [] },
    content,
  );
}
