import { ARTIFACTS } from '../../core/artifacts.js';
import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { loadEvidence } from '../../languages/evidence/extract.js';
import type { LoadPart, LoadRun } from '../../languages/evidence/record.js';

/** A load test's result, whole. */
export interface LoadEvidence {
  readonly path: string;
  /** The file, and the files that complete it. */
  readonly files: readonly string[];
  readonly run: LoadRun;
  /** `artifact`: of a workflow run on the head commit. `changed`: the change adds or rewrites it. `kept`: was there before. */
  readonly origin: 'artifact' | 'changed' | 'kept';
}

/** A run that is there to be compared with, or to see whether anything works at all. */
const NOT_EVIDENCE =
  /(^|[^a-z])(baseline|before|smoke|warm-?up|debug|without|old|previous|fail(ed|ing)?[-_]example)([^a-z]|$)/i;

/** Measured on this change, and meant as evidence. */
export const isFresh = ({ origin, path }: LoadEvidence): boolean => origin !== 'kept' && !NOT_EVIDENCE.test(path);

const NAMED =
  /(^|[^a-z0-9])(k6|locust|vegeta|oha|wrk2?|autocannon|gatling|jmeter|jtl|hey|ab|apachebench)([^a-z0-9]|$)/i;
const RESULT = /summary|result|report|output|stats|evidence|run/i;
const LIKELY =
  /load|perf|bench|stress|soak|spike|swap|latency|throughput|evidence|summary|stats|result|report|scenario/i;

const NEEDLES = [
  'http_req_duration',
  'Request Count',
  '# requests',
  'User Count',
  'Occurrences',
  'status_codes',
  'latencyPercentiles',
  'non2xx',
  'numberOfRequests',
  'pct3ResTime',
  'timeStamp',
  '<testResults',
  'requests in ',
  'Status code distribution',
  'This is ApacheBench',
  'response_times',
];

export const loadRuns = defineModel<readonly LoadEvidence[]>('load-runs', async (workspace) => {
  const candidates = workspace
    .glob('**/*.{json,csv,jtl,xml,txt,log,out}', `${ARTIFACTS}**`)
    .filter((path) => path.startsWith(ARTIFACTS) || NAMED.test(path) || LIKELY.test(path))
    .filter(
      (path) =>
        !/(^|\/)(node_modules|vendor|\.venv)\//.test(path) &&
        !/(^|\/)(package-lock|package|tsconfig[\w.]*|composer)\.json$/.test(path),
    );
  const mentioning = await workspace.mentioning(candidates, NEEDLES);
  const runs: LoadEvidence[] = [];
  const parts = new Map<string, { path: string; part: LoadPart }[]>();
  for (const path of mentioning) {
    const evidence = await workspace.facts(loadEvidence, path);
    if (evidence?.kind === 'run')
      runs.push({ path, files: [path], run: evidence.run, origin: originOf(workspace, path) });
    else if (evidence?.kind === 'part')
      parts.set(family(path), [...(parts.get(family(path)) ?? []), { path, part: evidence.part }]);
  }
  nameUnknown(
    workspace,
    candidates,
    runs,
    [...parts.values()].flat().map(({ path }) => path),
  );
  return runs.map((evidence) => complete(evidence, parts.get(family(evidence.path)) ?? []));
});

function originOf(workspace: Workspace, path: string): LoadEvidence['origin'] {
  if (path.startsWith(ARTIFACTS)) return 'artifact';
  const added = workspace.addedLines(path);
  return added !== undefined && added.length > 0 ? 'changed' : 'kept';
}

/** Locust's files of one run share a prefix. */
const family = (path: string): string => path.replace(/_(stats|stats_history|failures|exceptions)\.csv$/, '');

/** Takes what only the sibling files say; what the run says itself stands, but for the kinds of failures. */
function complete(evidence: LoadEvidence, siblings: readonly { path: string; part: LoadPart }[]): LoadEvidence {
  if (siblings.length === 0) return evidence;
  let run = evidence.run;
  for (const { part } of siblings) {
    const { failures, ...rest } = part.part;
    const known = failures && failures.length > 0 && run.failed !== undefined && run.failed > 0 ? { failures } : {};
    run = { ...run, ...rest, ...known, failed: Math.max(run.failed ?? 0, rest.failed ?? 0) };
  }
  return { ...evidence, files: [evidence.path, ...siblings.map(({ path }) => path)], run };
}

/** A file that is named like a tool's result but is none of the forms read is said, not passed over. */
function nameUnknown(
  workspace: Workspace,
  candidates: readonly string[],
  runs: readonly LoadEvidence[],
  parts: readonly string[],
): void {
  const read = new Set([...runs.map(({ path }) => path), ...parts]);
  for (const path of candidates) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (read.has(path) || !NAMED.test(name) || !RESULT.test(name) || name.endsWith('exceptions.csv')) continue;
    if (workspace.addedLines(path) === undefined) continue;
    workspace.gap({
      path,
      kind: 'unsupported',
      reason: 'named like the result of a load test, but in none of the forms that are read',
    });
  }
}
