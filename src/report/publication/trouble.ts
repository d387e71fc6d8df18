import type { ConfigurationProblem } from '../../config/load.js';
import { codeSpan, prose } from '../markdown.js';
import { joinWithin, MAX_CHECK_TEXT } from './limits.js';
import type { CheckReport, Conclusion } from './publication.js';

/** The configuration that should judge is itself wrong: nothing was judged, and it is said where the mistake is. */
export function configurationTrouble(problems: readonly ConfigurationProblem[]): CheckReport {
  const lines = problems.map(problemItem);
  return {
    conclusion: 'action_required',
    title: 'The configuration is not valid, so nothing was judged',
    summary: joinWithin(
      [
        'The configuration on the base branch could not be used. Put it right there; a pull request that does so is judged by the defaults.',
        lines.join('\n'),
      ],
      MAX_CHECK_TEXT,
    ),
    annotations: [],
  };
}

export const problemItem = (problem: ConfigurationProblem): string =>
  `- ${codeSpan(`${problem.source}:${problem.line}`)}: ${prose(problem.message, 600)}`;

/** Nothing could be said about this commit, for a reason that trying again will not cure. */
export function couldNotReview(reason: string): CheckReport {
  return {
    conclusion: 'action_required',
    title: 'This commit could not be reviewed',
    summary: `${prose(reason, 2000)}\n\nNothing was concluded from what was not seen. Use the Re-run button, or \`/dialectic review\`, to try again.`,
    annotations: [],
  };
}

export const superseded = (): CheckReport => ({
  conclusion: 'cancelled',
  title: 'A newer commit is under review',
  summary: 'The pull request moved on while this commit was reviewed. The result stands on its newest commit.',
  annotations: [],
});

const RANK: readonly Conclusion[] = ['success', 'cancelled', 'action_required', 'failure'];

/** A pull request of a merge group without its argument; `known` is false when it could not be read. */
export interface Unargued {
  readonly number: number;
  readonly known: boolean;
}

/** A merge group's report, with what is lacking on the pull requests that it holds. */
export function withUnargued(report: CheckReport, unargued: readonly Unargued[], observing: boolean): CheckReport {
  if (unargued.length === 0) return report;
  const lines = unargued.map(({ number, known }) =>
    known
      ? `- Pull request ${number}: thesis, antithesis or synthesis is missing. Write it there, and queue it again.`
      : `- Pull request ${number} could not be read, so nobody knows whether its argument is made.`,
  );
  const conclusion = unargued.some(({ known }) => known) ? 'failure' : 'action_required';
  const worse = RANK.indexOf(conclusion) > RANK.indexOf(report.conclusion) && !observing;
  return {
    ...report,
    conclusion: worse ? conclusion : report.conclusion,
    title: worse
      ? `${unargued.length === 1 ? 'A pull request' : 'Pull requests'} of this group not argued`
      : report.title,
    summary: joinWithin([`### The argument\n\n${lines.join('\n')}`, report.summary], MAX_CHECK_TEXT),
  };
}

/** One check run for a commit that is the head of several pull requests: the worst of them counts. */
export function combined(reports: readonly { readonly number: number; readonly report: CheckReport }[]): CheckReport {
  const [only] = reports;
  if (!only) throw new Error('a report is needed');
  if (reports.length === 1) return only.report;
  const worst =
    [...reports].sort((a, b) => RANK.indexOf(b.report.conclusion) - RANK.indexOf(a.report.conclusion))[0] ?? only;
  const parts = (key: 'summary' | 'text'): string[] =>
    reports.flatMap(({ number, report }) =>
      report[key] === undefined ? [] : [`## Pull request ${number}\n\n${report[key]}`],
    );
  const text = parts('text');
  const seen = new Set<string>();
  return {
    conclusion: worst.report.conclusion,
    title: `${worst.report.title} (the worst of ${reports.length} pull requests with this head)`,
    summary: joinWithin(parts('summary'), MAX_CHECK_TEXT),
    ...(text.length > 0 ? { text: joinWithin(text, MAX_CHECK_TEXT) } : {}),
    annotations: reports
      .flatMap(({ report }) => report.annotations)
      .filter((one) => {
        const key = `${one.path}\0${one.start_line}\0${one.title}`;
        return seen.has(key) ? false : seen.add(key);
      }),
  };
}
