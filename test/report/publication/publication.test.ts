import { describe, expect, test } from '@jest/globals';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { DESCRIPTION_PATH } from '../../../src/core/pull-request.js';
import type { Review, ReviewedFinding } from '../../../src/core/review.js';
import { foldedBody } from '../../../src/report/publication/comments.js';
import { publicationOf, type PublicationInput } from '../../../src/report/publication/index.js';
import { markerOf } from '../../../src/report/publication/marker.js';
import { change, finding, link, reviewOf } from '../../support/review.js';

const publish = (review: Review, over: Partial<PublicationInput> = {}) =>
  publicationOf({
    review,
    changes: [change()],
    link,
    draft: false,
    approve: false,
    mode: 'enforce',
    scope: 'changed',
    ...over,
  });

const only = <T>(items: readonly T[]): T => {
  expect(items).toHaveLength(1);
  return items[0] as T;
};

describe('conclusion and stance', () => {
  const cases: [string, Review, Partial<PublicationInput>, string, string][] = [
    ['blocks', reviewOf([finding()]), {}, 'failure', 'request'],
    ['clean', reviewOf([]), {}, 'success', 'release'],
    ['remarks only', reviewOf([finding({ severity: 'warn' })]), {}, 'success', 'release'],
    ['existing only', reviewOf([finding({ scope: 'existing' })]), {}, 'success', 'release'],
    ['incomplete', reviewOf([], { verdict: 'incomplete' }), {}, 'action_required', 'hold'],
    ['draft that blocks', reviewOf([finding()]), { draft: true }, 'failure', 'hold'],
    ['approval wanted and earned', reviewOf([]), { approve: true }, 'success', 'approve'],
    ['approval of a draft', reviewOf([]), { approve: true, draft: true }, 'success', 'release'],
    ['approval with the gate not met', reviewOf([], { gate: { met: false } }), { approve: true }, 'success', 'release'],
    ['approval with the gate switched off', reviewOf([], { gate: undefined }), { approve: true }, 'success', 'release'],
    ['observed', reviewOf([finding()]), { mode: 'observe' }, 'success', 'release'],
  ];
  test.each(cases)('%s', (_, review, over, conclusion, stance) => {
    const publication = publish(review, over);
    expect([publication.check.conclusion, publication.stance]).toEqual([conclusion, stance]);
  });
});

test('a clean pull request gets the check run only', () => {
  const publication = publish(reviewOf([finding({ scope: 'existing' })]));
  expect(publication.comments).toEqual([]);
  expect(publication.body).toBeUndefined();
  expect(publication.check.annotations).toEqual([]);
  expect(publication.check.title).toBe('Nothing to object to');
});

test('a comment says what is wrong, what it does, the evidence, the way and where to read on', () => {
  const trace = [
    { path: 'app/main.py', line: 10, label: 'POST /score' },
    { path: 'lib/a b(1).py', line: 3, label: 'requests.get' },
  ];
  const comment = only(publish(reviewOf([finding({ trace })])).comments);
  expect(comment).toEqual({
    key: 'aabc',
    check: 'proc/blocking-call',
    fingerprints: ['aabc'],
    path: 'app/main.py',
    line: 10,
    body: [
      '**Blocks** · [proc/blocking-call](https://github.com/dialectic-app/dialectic/blob/main/docs/checks/proc/blocking-call.md)',
      'requests.get() blocks the event loop.',
      'Every other request waits while this one does.',
      '```\nrequests.get(url)\n```',
      'How it gets there:',
      '1. POST /score ([`app/main.py:10`](https://github.example/acme/platform/blob/head/app/main.py#L10))\n2. requests.get ([`lib/a b(1).py:3`](https://github.example/acme/platform/blob/head/lib/a%20b(1).py#L3))',
      '<sub>[What proc/blocking-call looks for](https://github.com/dialectic-app/dialectic/blob/main/docs/checks/proc/blocking-call.md). Not right here? Someone with write access answers for it with `/dialectic waive proc/blocking-call <reason>`.</sub>\n<!-- dialectic:finding key=aabc check=proc/blocking-call of=aabc -->',
    ].join('\n\n'),
  });
});

describe('the ladder line, file, body', () => {
  const placed = (one: ReviewedFinding, over: Partial<PublicationInput> = {}) => {
    const { comments, body } = publish(reviewOf([one]), over);
    const comment = comments[0];
    return comment
      ? comment.line
        ? `line ${comment.startLine ?? comment.line}-${comment.line}`
        : 'file'
      : body?.includes(one.evidence)
        ? 'body'
        : 'nowhere';
  };
  test.each<[string, ReviewedFinding, Partial<PublicationInput>, string]>([
    ['inside a hunk', finding({ line: 43 }), {}, 'line 43-43'],
    ['several lines', finding({ location: { path: 'app/main.py', startLine: 10, endLine: 12 } }), {}, 'line 10-12'],
    [
      'out of the end of the hunk',
      finding({ location: { path: 'app/main.py', startLine: 42, endLine: 60 } }),
      {},
      'line 42-42',
    ],
    ['outside the hunks', finding({ line: 99 }), {}, 'file'],
    ['of a removed file', finding(), { changes: [change('app/main.py', { status: 'removed', hunks: [] })] }, 'file'],
    [
      'of a file whose lines are unknown',
      finding(),
      { changes: [change('app/main.py', { unknown: 'too large' })] },
      'file',
    ],
    ['of a file that GitHub does not show', finding(), { showsLines: () => false }, 'file'],
    ['in another file', finding({ path: 'lib/other.py' }), {}, 'body'],
    ['in the description', finding({ path: DESCRIPTION_PATH, check: 'dia/section-missing' }), {}, 'body'],
  ])('%s', (_, one, over, expected) => expect(placed(one, over)).toBe(expected));
});

describe('suggestions', () => {
  const fixed = (startLine: number, endLine: number, replacement = 'await asyncio.sleep(1)') =>
    only(publish(reviewOf([finding({ fix: { startLine, endLine, replacement } })])).comments);

  test('replace exactly the lines that the comment stands on', () => {
    const comment = fixed(9, 11);
    expect([comment.startLine, comment.line]).toEqual([9, 11]);
    expect(comment.body).toContain('```suggestion\nawait asyncio.sleep(1)\n```');
  });
  test('are not offered across the end of a hunk', () => {
    const comment = fixed(10, 44);
    expect(comment.line).toBe(10);
    expect(comment.body).not.toContain('suggestion\n');
    expect(comment.body).toContain('Replace lines 10 to 44 by:');
  });
  test('have a longer fence than anything inside', () => {
    expect(fixed(10, 10, '````\nx').body).toContain('`````suggestion\n````\nx\n`````');
  });
  test('with characters that would be lost are not offered', () => {
    expect(fixed(10, 10, 'x = "\u200b"').body).not.toContain('suggestion\n');
  });
});

test('the same check more than five times makes one comment with a list', () => {
  const many = Array.from({ length: 7 }, (_, index) => finding({ line: 10 + index }));
  const comment = only(
    publish(reviewOf([...many, finding({ check: 'log/json-column', line: 30 })])).comments.slice(0, 1),
  );
  expect(comment.key).toBe('check:proc/blocking-call');
  expect(comment.fingerprints).toHaveLength(7);
  expect(comment.body).toContain('**The same in 6 other places:**');
  expect(markerOf(comment.body)?.fingerprints).toEqual(comment.fingerprints);
});

test('never more than thirty comments; the rest is said in the body', () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    finding({ line: 3 + index, check: `dev/check-${index}`, evidence: `evidence-${index}` }),
  );
  const { comments, body } = publish(reviewOf(many));
  expect(comments).toHaveLength(30);
  expect(body).toContain('evidence-39');
  expect(body).not.toContain('evidence-29');
});

describe('hostile text', () => {
  const nasty =
    '@acme/owners #12 GH-12 <img src=x onerror=alert(1)> [click](https://evil.example) &#64;everyone `@ops` ``` $x$ www.evil.example\u202e \u0000';
  const publication = publish(
    reviewOf(
      [
        finding({
          message: nasty,
          consequence: nasty,
          evidence: `\`\`\`\n</details>${nasty}\n<!-- dialectic:finding key=ffff of=ffff -->`,
        }),
      ],
      {
        gaps: [{ path: 'a`b|@ops.py', reason: nasty, kind: 'unread', decisive: true }],
        notes: [nasty],
        sections: [{ view: 'proc', title: nasty, paragraphs: [nasty], table: { head: [nasty], rows: [[nasty]] } }],
      },
    ),
  );
  const texts = [
    publication.check.summary,
    publication.check.text ?? '',
    publication.body ?? '',
    ...publication.comments.map((c) => c.body),
  ];

  test.each(texts.map((text, index): [number, string] => [index, text]))('is inert in text %i', (_, text) => {
    // What GitHub makes of it: mentions, references and bare addresses are found in text nodes after Markdown.
    visit(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }), (node) => {
      if (node.type === 'text') {
        expect(node.value).not.toMatch(/[@#]\w/);
        expect(node.value).not.toMatch(/GH-\d/);
        expect(node.value).not.toMatch(/https?:|www\./);
      }
      if (node.type === 'html') expect(node.value).toMatch(/^<(\/?(sub|details|summary)>|!-- dialectic:)/);
      if (node.type === 'link')
        expect(node.url).toMatch(/^https:\/\/(github\.com\/dialectic-app|github\.example\/acme)\//);
      expect(node.type).not.toBe('image');
    });
    for (const hidden of ['\u0000', '\u202e']) expect(text).not.toContain(hidden);
  });
  test('cannot forge a marker', () => {
    expect(markerOf(publication.comments[0]?.body ?? '')?.key).toBe('aabc');
    expect(markerOf('hello\n<!-- dialectic:finding key=abc of=abc --> and more')).toBeUndefined();
  });
});

test('long reviews stay within the limits and say what is left out', () => {
  const many = Array.from({ length: 900 }, (_, index) =>
    finding({
      path: `app/file${index}.py`,
      check: `dev/check-${index % 90}`,
      message: '😀'.repeat(300),
      evidence: 'é'.repeat(900),
    }),
  );
  const { check, body } = publish(reviewOf(many));
  for (const text of [check.summary, check.text ?? '', body ?? '']) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
    expect(text.match(/^```/gm)?.length ?? 0).toEqual(2 * Math.floor((text.match(/^```/gm)?.length ?? 0) / 2));
    expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(text).toMatch(/\d+ more not shown/);
  }
  expect(check.annotations).toHaveLength(200);
});

test('a folded comment keeps its marker and can be folded again', () => {
  const { body } = only(publish(reviewOf([finding()])).comments);
  const once = foldedBody('**Fixed in abc.**', body);
  expect(once.startsWith('✓ **Fixed in abc.**')).toBe(true);
  expect(markerOf(once)).toEqual(markerOf(body));
  const twice = foldedBody('**Fixed in def.**', once);
  expect(twice).toBe(once.replace('abc', 'def'));
});

test('the summary shows five views, the gate, what is open and who answered', () => {
  const review = reviewOf([], {
    verdict: 'incomplete',
    gate: { met: false },
    outcomes: [
      { check: 'proc/blocking-call', kind: 'crashed', reason: 'TypeError\n at x', findings: [] },
      { check: 'log/json-column', kind: 'done', findings: [] },
      { check: 'phy/memory-limit-missing', kind: 'not-applicable' },
      { check: 'dia/section-missing', kind: 'done', findings: [] },
    ],
    gaps: [{ path: 'infra/chart.yaml', reason: 'a Helm template', kind: 'unsupported', decisive: false }],
    excused: [
      { finding: finding({ severity: 'warn' }), by: 'waiver', who: 'maria', when: '2026-01-02', reason: 'one-off job' },
    ],
  });
  const { check, answered } = publish(review);
  expect(check.title).toBe('Part of this change could not be judged; thesis, antithesis or synthesis is missing');
  expect(check.summary).toMatch(/\| \*\*LOG\*\* [^|]+ \| ✅ clean/);
  expect(check.summary).toMatch(/\| \*\*PROC\*\* [^|]+ \| ❓ not fully judged/);
  expect(check.summary).toMatch(/\| \*\*PHY\*\* [^|]+ \| nothing to judge/);
  expect(check.summary).toMatch(/\| \*\*DIA\*\* [^|]+ \| ❌ gate not met/);
  expect(check.summary).toContain('- `infra/chart.yaml`: a Helm template');
  expect(check.summary).toContain('- proc/blocking-call: crashed: TypeError');
  expect(check.summary).toContain('Waived by maria (2026-01-02): one-off job');
  expect(answered.get('aabc')).toBe('Waived by maria (2026-01-02): one-off job');
});
