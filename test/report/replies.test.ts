import { describe, expect, test } from '@jest/globals';
import { loadConfiguration } from '../../src/config/load.js';
import { readMarkdown } from '../../src/languages/markdown/index.js';
import { brainstormReply, planReply, reportReply } from '../../src/report/planning.js';
import {
  configReply,
  explainFindingReply,
  gateReply,
  pullOnlyReply,
  refusalReply,
  unknownCheckReply,
  unknownCommandReply,
} from '../../src/report/replies.js';
import { CHECKS } from '../../src/checks/index.js';
import { finding, link, reviewOf } from '../support/review.js';

const HOSTILE =
  '@maria @acme/team #12 GH-7 https://evil.example www.evil.example <img src=x> ![i](http://a.b) `x` ``` **b** | &commat;sven </details> must be fast';
const REQUIREMENTS = readMarkdown(`## Requirements\n\n- REQ-1: It must be fast, ${HOSTILE}\n`).facts;
const blocked = finding({ message: HOSTILE, consequence: HOSTILE, evidence: HOSTILE, path: 'a@maria.py' });
const check = CHECKS.find(({ id }) => id === 'proc/blocking-call');
if (!check) throw new Error('no such check');

/** What GitHub would still make something of: the text without code, where nothing is. */
function live(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '')
    .replace(/\\[\\`*_{}[\]<>|~#&$]/g, ' ')
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, ' ');
}

const replies: Record<string, string> = {
  'an unknown command': unknownCommandReply(HOSTILE),
  'an unknown check': unknownCheckReply(HOSTILE, undefined),
  'a refusal': refusalReply(HOSTILE, 'participant', false),
  'a command for pull requests': pullOnlyReply(HOSTILE),
  'a finding that is explained': explainFindingReply(blocked, check, link),
  'the gate': gateReply({ met: false }, [blocked], link),
  'an exemption': gateReply({ met: true, exemption: HOSTILE }, [], link),
  'a configuration': configReply(loadConfiguration([{ source: '@maria', text: `ignore: ["${HOSTILE}"]\n` }])),
  'a broken configuration': configReply(loadConfiguration([{ source: '@maria', text: `"${HOSTILE}": 1\n` }])),
  'a plan': planReply(REQUIREMENTS, HOSTILE),
  'a brainstorming': brainstormReply(REQUIREMENTS),
  'a report': reportReply(reviewOf([blocked]), HOSTILE),
};

describe.each(Object.entries(replies))('%s', (_, text) => {
  test('holds no mention, reference, link, image or tag of somebody else', () => {
    const left = live(text);
    expect(left).not.toMatch(/@\w|#\d|GH-\d|https?:\/\/(?:evil|a\.b)|www\.|<img|!\[|&commat;/);
    // Only the plan folds itself, and closes what it opened.
    expect((left.match(/<\/details>/g) ?? []).length).toBe((left.match(/<details>/g) ?? []).length);
  });
});
