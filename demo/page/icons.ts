/** Small pictures, drawn for this page. */
import { Html } from './html.js';

const draw = (body: string): Html =>
  new Html(
    `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${body}</svg>`,
  );

export const icons = {
  pull: draw(
    '<circle cx="4" cy="3.5" r="1.7"/><circle cx="4" cy="12.5" r="1.7"/><circle cx="12" cy="12.5" r="1.7"/><path d="M4 5.2v5.6M12 10.8V6.5a3 3 0 0 0-3-3H7.5M9 1.8 7.3 3.5 9 5.2"/>',
  ),
  check: draw('<path d="m3 8.5 3.2 3.2L13 5"/>'),
  cross: draw('<path d="m4 4 8 8M12 4l-8 8"/>'),
  dot: draw('<circle cx="8" cy="8" r="4" fill="currentColor" stroke="none"/>'),
  commit: draw('<circle cx="8" cy="8" r="2.6"/><path d="M1.5 8h3.6M10.9 8h3.6"/>'),
  comment: draw('<path d="M2.5 3h11v8h-6l-3 2.6V11h-2z"/>'),
  eye: draw('<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>'),
  file: draw('<path d="M3.5 1.8h6l3 3v9.4h-9zM9.3 2v3.2h3.2"/>'),
  pencil: draw('<path d="m3 13 .6-2.8 7.6-7.6 2.2 2.2-7.6 7.6z"/>'),
  list: draw('<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>'),
} as const;
