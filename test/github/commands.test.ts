import { describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/checks/index.js';
import { checkNamed, commandsIn, waiveArguments, waiversIn } from '../../src/github/commands.js';
import type { DiscussionComment } from '../../src/github/comments.js';
import { processorTime } from '../support/processor-time.js';

const ID = CHECKS[0]?.id ?? '';
const names = (body: string): (string | undefined)[] => commandsIn(body).map(({ name }) => name);

describe('commands are whole lines outside of quotes and code', () => {
  test.each<[string, (string | undefined)[]]>([
    ['/dialectic review', ['review']],
    ['  /dialectic   gate  ', ['gate']],
    ['/dialectic', ['help']],
    ['Thanks!\r\n\r\n/dialectic review\r\n/dialectic help', ['review', 'help']],
    ['/dialectic reveiw', [undefined]],
    ['please /dialectic review', []],
    ['/dialecticreview', []],
    ['> /dialectic review', []],
    ['    /dialectic review', []],
    ['```\n/dialectic review\n```', []],
    ['~~~~\n```\n/dialectic review\n~~~\n/dialectic gate\n~~~~\n/dialectic help', ['help']],
    ['``` open until the end\n/dialectic review', []],
    ['<!-- /dialectic review -->', []],
    ['<!--\n/dialectic review\n-->\n/dialectic help', ['help']],
  ])('%j', (body, expected) => expect(names(body)).toEqual(expected));

  test.each([
    ['many words', '/dialectic '.repeat(6000) + '\n'.repeat(2000)],
    ['blanks that lead nowhere', `/dialectic${' '.repeat(60_000)}\u2028`],
    ['blanks between two words', `/dialectic gate${' '.repeat(60_000)}x`],
    ['blanks and tabs', `/dialectic waive${' \t'.repeat(30_000)}\u2028x`],
    ['comments that open', '<!--'.repeat(15_000)],
  ])('a long comment is read in bounded time: %s', async (_, body) => {
    const spent = await processorTime(() => names(body));
    expect(spent).toBeLessThan(1000);
  });

  test('a long reason is cut, and the command stands', () => {
    expect(commandsIn(`/dialectic waive ${ID} ${'x'.repeat(3000)}`)).toMatchObject([{ name: 'waive', word: 'waive' }]);
  });
});

test.each([
  ['proc/blocking-call it is a cron job', { check: 'proc/blocking-call', reason: 'it is a cron job' }],
  [
    'proc/blocking-call jobs/nightly.py runs alone',
    { check: 'proc/blocking-call', path: 'jobs/nightly.py', reason: 'runs alone' },
  ],
  [
    '`proc/blocking-call` `jobs/**` they run alone',
    { check: 'proc/blocking-call', path: 'jobs/**', reason: 'they run alone' },
  ],
  ['proc/blocking-call jobs/nightly.py', { check: 'proc/blocking-call', reason: 'jobs/nightly.py' }],
  ['proc/blocking-call', { check: 'proc/blocking-call', reason: '' }],
])('waive %s', (rest, expected) => expect(waiveArguments(rest)).toEqual(expected));

test('a misspelt check is named with its nearest', () => {
  expect(checkNamed(ID)).toEqual({ id: ID });
  expect(checkNamed(`${ID}s`)).toEqual({ nearest: ID });
  expect(checkNamed('nothing like it')).toEqual({});
});

describe('waivers stand in the discussion', () => {
  const comment = (body: string, over: Partial<DiscussionComment> = {}): DiscussionComment => ({
    id: 1,
    body,
    author: 'maria',
    authorIsBot: false,
    createdAt: '2026-01-02T03:04:05Z',
    own: false,
    ...over,
  });
  const rules = { pullAuthor: 'ana', allowAuthor: false, mayWrite: async (login: string) => login !== 'sven' };
  const waived = async (...comments: DiscussionComment[]) =>
    (await waiversIn(comments, rules)).map(({ path = '*', who }) => `${who} ${path}`);
  const waive = `/dialectic waive ${ID} runs alone`;

  test('of somebody with write permission', async () => {
    expect(await waiversIn([comment(waive)], rules)).toEqual([
      { check: ID, reason: 'runs alone', who: 'maria', when: '2026-01-02' },
    ]);
  });
  test.each<[string, DiscussionComment]>([
    ['the author', comment(waive, { author: 'ana' })],
    ['somebody without permission', comment(waive, { author: 'sven' })],
    ['a bot', comment(waive, { authorIsBot: true })],
    ['ourselves', comment(waive, { own: true })],
    ['a comment that another one edited', comment(waive, { editor: 'ana' })],
    ['no reason', comment(`/dialectic waive ${ID}`)],
    ['no such check', comment('/dialectic waive proc/nothing because')],
  ])('not of %s', async (_, one) => expect(await waived(one)).toEqual([]));
  test('an own edit is fine', async () =>
    expect(await waived(comment(waive, { editor: 'maria' }))).toEqual(['maria *']));
  test('the author may where the configuration allows it', async () => {
    expect(await waiversIn([comment(waive, { author: 'ana' })], { ...rules, allowAuthor: true })).toHaveLength(1);
  });
  test('are taken back', async () => {
    const one = comment(`/dialectic waive ${ID} jobs/a.py alone`);
    const two = comment(`/dialectic waive ${ID} jobs/b.py alone`);
    expect(await waived(one, two)).toEqual(['maria jobs/a.py', 'maria jobs/b.py']);
    expect(await waived(one, two, comment(`/dialectic unwaive ${ID} jobs/a.py`))).toEqual(['maria jobs/b.py']);
    expect(await waived(one, two, comment(`/dialectic unwaive ${ID}`))).toEqual([]);
    expect(await waived(comment(`/dialectic unwaive ${ID}`), one)).toEqual(['maria jobs/a.py']);
  });
});
