/** The demo's words in the terminal. */
import pc from 'picocolors';
import { hunkEnd } from './terminal-diff.js';
import type { CheckRun, Pull, ReviewComment } from './local-github/store.js';

export const say = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

export const step = (text: string): void => say(`${pc.cyan('▸')} ${text}`);

export function showRound(title: string, pull: Pull, run: CheckRun, comments: readonly ReviewComment[]): void {
  say();
  say(pc.bold(title));
  say(rule());
  const mark = run.conclusion === 'success' ? pc.green('✔') : pc.red('✘');
  say(`${mark} ${pc.bold(run.name)} ${run.conclusion ?? run.status}: ${run.output.title ?? ''}`);
  for (const review of pull.reviews.filter(({ body }) => body !== ''))
    say(`  review by ${review.user.login}: ${review.state.toLowerCase().replaceAll('_', ' ')}`);
  for (const comment of comments) showComment(comment);
  say(rule());
}

/** The headings that the gate offers for the description. */
export function showSkeleton(skeleton: string | undefined): void {
  say(pc.bold('To paste into the description'));
  for (const line of (skeleton ?? 'nothing').trimEnd().split('\n')) say(`    ${pc.green(line)}`);
  say(rule());
}

const rule = (): string => pc.dim('─'.repeat(Math.min(100, process.stdout.columns || 80)));

function showComment(comment: ReviewComment): void {
  const folded = comment.body.startsWith('✓');
  const place = `${comment.path}${comment.line === undefined ? '' : `:${comment.line}`}`;
  const [headline = '', ...rest] = comment.body
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('<!--'));
  say();
  if (folded) return say(`  ${pc.green('✓')} ${pc.dim(place)}  ${plain(headline.replace(/^✓ /, ''))}`);
  say(`  ${pc.bold(place)}`);
  for (const line of hunkEnd(comment)) say(`  ${line}`);
  say(`    ${plain(headline)}`);
  const suggestion = /^(```+)suggestion\n([\s\S]*?)^\1/m.exec(comment.body)?.[2];
  const text = rest.find((line) => /^[A-Z*]/.test(line));
  if (text !== undefined) say(`    ${pc.dim(plain(text).slice(0, 160))}`);
  if (suggestion !== undefined)
    for (const line of suggestion.trimEnd().split('\n')) say(`    ${pc.green(`+ ${line}`)}`);
}

/** Markdown without its marks. */
const plain = (text: string): string =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]|<[^>]+>/g, '')
    .replace(/\\([_*[\]])/g, '$1');
