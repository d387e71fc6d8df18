/** Comments as people see them: GitHub's Markdown, cleaned by GitHub's rules, suggestions shown as a change. */
import type { Element, ElementContent, Root, RootContent } from 'hast';
import { raw } from 'hast-util-raw';
import { defaultSchema, sanitize } from 'hast-util-sanitize';
import { toHtml } from 'hast-util-to-html';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';
import { Html } from './html.js';

/** The lines that a suggestion in this comment would replace. */
export interface Replaced {
  readonly firstLine: number;
  readonly lines: readonly string[];
}

export function markdown(text: string, replaced?: Replaced): Html {
  const tree = toHast(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), {
    allowDangerousHtml: true,
  });
  const clean = sanitize(raw(tree), defaultSchema) as Root;
  visit(clean, (code) => showBlock(code, replaced));
  return new Html(toHtml(clean));
}

/** Every `pre` holding code, replaced by what `make` makes of it. */
function visit(parent: Root | Element, make: (pre: Element) => Element | undefined): void {
  for (const [index, child] of parent.children.entries()) {
    if (child.type !== 'element') continue;
    const made = child.tagName === 'pre' ? make(child) : undefined;
    if (made) (parent.children as RootContent[])[index] = made;
    else visit(child, make);
  }
}

const element = (tagName: string, className: string, ...children: ElementContent[]): Element => ({
  type: 'element',
  tagName,
  properties: className === '' ? {} : { className: className.split(' ') },
  children,
});
const words = (value: string): ElementContent => ({ type: 'text', value });

function textOf(node: Element): string {
  return node.children
    .map((child) => (child.type === 'text' ? child.value : child.type === 'element' ? textOf(child) : ''))
    .join('');
}

function showBlock(pre: Element, replaced: Replaced | undefined): Element | undefined {
  const code = pre.children.find((child): child is Element => child.type === 'element' && child.tagName === 'code');
  const classes = code?.properties.className;
  const language = Array.isArray(classes) ? String(classes[0] ?? '').replace('language-', '') : '';
  if (code === undefined || language === '') return undefined;
  if (language === 'suggestion') return suggestion(textOf(code), replaced);
  if (language === 'diff')
    return element(
      'pre',
      'code',
      ...textOf(code)
        .split(/(?<=\n)/)
        .map((line) =>
          element('span', line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : '', words(line)),
        ),
    );
  return element('div', 'code-block', element('span', 'language', words(language)), pre);
}

function suggestion(text: string, replaced: Replaced | undefined): Element {
  const row = (mark: '+' | '-', number: number, line: string): Element =>
    element(
      'tr',
      mark === '+' ? 'added' : 'removed',
      element('td', 'number', words(String(number))),
      element('td', 'mark', words(mark)),
      element('td', 'text', words(line)),
    );
  const first = replaced?.firstLine ?? 1;
  const removed = (replaced?.lines ?? []).map((line, index) => row('-', first + index, line));
  const added = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => row('+', first + index, line));
  const table = element('table', 'lines', element('tbody', '', ...removed, ...(text === '' ? [] : added)));
  return element('div', 'suggestion', element('div', 'suggestion-head', words('Suggested change')), table);
}
