import type { TextLine } from './facts.js';

/** What a block of HTML shows to a reader: its comments apart, headings and summaries apart, the rest as text. */
export type HtmlPart =
  | { readonly kind: 'comment'; readonly text: string; readonly line: number }
  | { readonly kind: 'heading'; readonly level: number; readonly text: string; readonly line: number }
  | { readonly kind: 'text'; readonly lines: readonly TextLine[] };

/** A summary is a heading below all others. */
const SUMMARY_LEVEL = 7;

const HEADING = /<(h[1-6]|summary)(?:\s[^<>]{0,500})?>([^]{0,1000}?)<\/\1\s*>/gi;

/** @param line 1-based line of the block's first character */
export function htmlParts(html: string, line: number): HtmlPart[] {
  const parts: HtmlPart[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<!--', at);
    const end = open < 0 ? html.length : open;
    parts.push(...visible(html.slice(at, end), line + breaks(html.slice(0, at))));
    if (open < 0) break;
    const close = html.indexOf('-->', open + 4);
    const until = close < 0 ? html.length : close;
    parts.push({ kind: 'comment', text: html.slice(open + 4, until).trim(), line: line + breaks(html.slice(0, open)) });
    at = close < 0 ? html.length : close + 3;
  }
  return parts;
}

function visible(html: string, line: number): HtmlPart[] {
  const parts: HtmlPart[] = [];
  let at = 0;
  for (const match of html.matchAll(HEADING)) {
    parts.push(...text(html.slice(at, match.index), line + breaks(html.slice(0, at))));
    const tag = (match[1] ?? '').toLowerCase();
    const level = tag === 'summary' ? SUMMARY_LEVEL : Number(tag.slice(1));
    parts.push({
      kind: 'heading',
      level,
      text: plain(match[2] ?? ''),
      line: line + breaks(html.slice(0, match.index)),
    });
    at = match.index + match[0].length;
  }
  parts.push(...text(html.slice(at), line + breaks(html.slice(0, at))));
  return parts;
}

function text(html: string, line: number): HtmlPart[] {
  const lines = html.split('\n').map((part, index) => ({ line: line + index, text: plain(part) }));
  const shown = lines.filter((part) => part.text !== '');
  return shown.length > 0 ? [{ kind: 'text', lines: shown }] : [];
}

const plain = (html: string): string =>
  html
    .replace(/<[^<>]{0,2000}>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const breaks = (text: string): number => text.split('\n').length - 1;
