import type { Section } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { dataflow } from '../dataflow/model.js';
import { judge, worst } from './bar.js';
import { driftScenario } from './drift.js';
import { failoverScenario } from './failover/index.js';
import { isFresh } from './load-runs.js';
import type { LoadEvidence } from './load-runs.js';
import type { FoundTest } from './load-tests.js';
import { swapScenario } from './swap.js';
import { stampede } from './stampede/index.js';

/** One of the three scenarios, or of the two failure modes. */
export interface ScenarioRow {
  readonly scenario: string;
  /** Seed task or failure mode. */
  readonly task: string;
  /** What makes it this change's business; undefined when nothing does. */
  readonly applies: string | undefined;
  readonly satisfiedBy: readonly string[];
  readonly missing: readonly string[];
}

/** Which scenarios this change (or, as a whole, the repository) has to do with, and what speaks for each. */
export async function scenarioRows(workspace: Workspace): Promise<ScenarioRow[]> {
  return [
    await drift(workspace),
    await swap(workspace),
    await walkForward(workspace),
    await failover(workspace),
    await cache(workspace),
  ];
}

/** For the review's summary: nothing when no scenario applies. */
export async function scenarioSections(workspace: Workspace): Promise<readonly Section[]> {
  const rows = await scenarioRows(workspace);
  if (rows.every(({ applies }) => applies === undefined)) return [];
  const runs = (await workspace.model(swapScenario)).evidence;
  return [{ view: 'scn', title: 'Scenarios', table: table(rows) }, ...measured(workspace, runs)];
}

export function table(rows: readonly ScenarioRow[]): NonNullable<Section['table']> {
  const words = (list: readonly string[], none: string): string => (list.length === 0 ? none : list.join('; '));
  return {
    head: ['Scenario', 'Applies', 'Satisfied by', 'Missing'],
    rows: rows.map(({ scenario, task, applies, satisfiedBy, missing }) => [
      `${scenario} (${task})`,
      applies ?? 'no',
      words(satisfiedBy, applies === undefined ? '' : 'nothing'),
      applies === undefined ? '' : words(missing, 'nothing'),
    ]),
  };
}

/** Results of load tests, held against the bar part by part. */
function measured(workspace: Workspace, runs: readonly LoadEvidence[]): Section[] {
  if (runs.length === 0) return [];
  const rows = runs.slice(0, 20).map(({ path, origin, run }) => {
    const parts = judge(run, workspace.settings.scenarios.load);
    return [
      path,
      `${run.tool}, ${origin}`,
      ...parts.slice(0, 5).map(({ verdict, said }) => `${SIGN[verdict]}: ${said}`),
    ];
  });
  return [
    {
      view: 'scn',
      title: 'Load tests',
      table: { head: ['Result', 'Tool', 'Rate', 'Duration', 'Failures', 'Slowest', 'p99'], rows },
    },
  ];
}

const SIGN = { met: 'met', broken: 'broken', unproven: 'cannot be proven' } as const;
const at = ({ path, line }: { readonly path: string; readonly line: number }): string => `${path}:${line}`;

async function drift(workspace: Workspace): Promise<ScenarioRow> {
  const { subjects, tests } = await workspace.model(driftScenario);
  const parts = [
    ['data that drifts past the threshold', tests.find(({ crosses }) => crosses)],
    ['the trigger', tests.find(({ triggers }) => triggers)],
    ['a new MOJO', tests.find((test) => test.exports)],
  ] as const;
  return {
    scenario: 'Drift handling',
    task: 'LEAD-SCN-01-01',
    applies: subjects[0] && `${subjects[0].what} (${at(subjects[0])})`,
    satisfiedBy: parts.flatMap(([part, test]) => (test ? [`${part}: ${at(test)}`] : [])),
    missing: parts.flatMap(([part, test]) => (test ? [] : [part])),
  };
}

async function swap(workspace: Workspace): Promise<ScenarioRow> {
  const { subjects, tests, evidence, proven } = await workspace.model(swapScenario);
  const fresh = evidence.filter(isFresh);
  const covering = tests.filter((test) => test.swap);
  const shown = [...proven.map(({ path }) => `result ${path}`), ...covering.map(described)];
  const bar = workspace.settings.scenarios.load;
  const failing = fresh
    .filter(({ run }) => worst(judge(run, bar)) !== 'met')
    .map(({ path }) => `${path} does not show the bar`);
  return {
    scenario: 'Zero-downtime swap',
    task: 'LEAD-SCN-01-02',
    applies: subjects[0] && `${subjects[0].what} (${at(subjects[0])})`,
    satisfiedBy: shown,
    missing: [
      ...failing,
      ...(shown.length > 0 || fresh.length > 0 ? [] : ['a load test that runs while the model is swapped']),
    ],
  };
}

/** A load test with each part that it promises, and what it does not tell. */
function described({ path, test, rate, durationSec, swap: by }: FoundTest): string {
  const parts = [
    rate === undefined ? 'rate not fixed' : `${Math.round(rate)} req/s`,
    durationSec === undefined ? 'duration not stated' : `${durationSec} s`,
    `failures ${ASSERTED[test.failures]}`,
    `latency ${ASSERTED[test.latency]}`,
  ];
  const swapped = by ? `, swap in ${by.path}:${by.swap.line}` : '';
  return `${test.tool} test ${path}:${test.line} (${parts.join(', ')})${swapped}`;
}

const ASSERTED = {
  asserted: 'asserted',
  loose: 'tolerated',
  none: 'not asserted',
  unknown: 'cannot be read',
} as const;

async function walkForward(workspace: Workspace): Promise<ScenarioRow> {
  const { splits, events } = await workspace.model(dataflow);
  const timed = splits.filter(({ time }) => time);
  const ahead = events.filter(
    ({ rule, mild }) => !mild && ['shuffled-split', 'future-feature', 'target-derived'].includes(rule),
  );
  const touched = timed.filter(({ path }) => workspace.addedLines(path) !== undefined);
  const first =
    touched[0] ?? ahead.map(({ at: place }) => place).find(({ path }) => workspace.addedLines(path) !== undefined);
  return {
    scenario: 'Walk-forward',
    task: 'LEAD-SCN-01-03',
    applies: first && `training on rows that stand in time (${at(first)})`,
    satisfiedBy: touched
      .filter(({ forward }) => forward)
      .slice(0, 5)
      .map((split) => `${split.how} (${at(split)})`),
    missing: ahead
      .slice(0, 5)
      .map(
        ({ at: place, rule }) =>
          `${rule === 'shuffled-split' ? 'a split in the order of time' : 'features without the future'} (${at(place)})`,
      ),
  };
}

async function failover(workspace: Workspace): Promise<ScenarioRow> {
  const { subjects, drills } = await workspace.model(failoverScenario);
  return {
    scenario: 'Primary failure',
    task: 'failure mode A',
    applies: subjects[0] && `${subjects[0].what} (${at(subjects[0])})`,
    satisfiedBy: drills.slice(0, 3).map((drill) => `${drill.text} (${at(drill)})`),
    missing: subjects.length > 0 && drills.length === 0 ? ['a failover drill: promotion under 30 s, nothing lost'] : [],
  };
}

async function cache(workspace: Workspace): Promise<ScenarioRow> {
  const { subjects, guards, tests } = await workspace.model(stampede);
  return {
    scenario: 'Cache stampede',
    task: 'failure mode B',
    applies: subjects[0] && `${subjects[0].what} (${at(subjects[0])})`,
    satisfiedBy: [...guards, ...tests].slice(0, 4).map((one) => `${one.what} (${at(one)})`),
    missing:
      subjects.length > 0 && guards.length + tests.length === 0
        ? ['request coalescing or early expiration, and a test of it']
        : [],
  };
}
