import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { pythonModule } from '../../languages/python/extract.js';
import { isWhole, touchedLine } from './changes.js';
import { driftMeasures } from './drift-code.js';
import type { DriftMeasure } from './drift-code.js';
import { driftTests } from './drift-tests.js';
import type { DriftTest } from './drift-tests.js';
import { driftThresholds } from './drift-thresholds.js';
import type { Threshold } from './drift-thresholds.js';
import { lineOfExport, trainingFiles, trainingTriggers } from './training.js';
import { servedArtifacts } from './swap.js';
import type { Subject } from './swap.js';

/** LEAD-SCN-01-01: data drifts, the pipeline is triggered, a new MOJO comes out. */
export interface DriftScenario {
  /** What the change touches; empty when the scenario is none of its business. */
  readonly subjects: readonly Subject[];
  readonly measures: readonly (DriftMeasure & { readonly path: string })[];
  readonly thresholds: readonly Threshold[];
  readonly tests: readonly DriftTest[];
}

const EMPTY: DriftScenario = { subjects: [], measures: [], thresholds: [], tests: [] };
const LEFT_OUT = ['test', 'example', 'exploration', 'documentation'] as const;
const inProduction = (workspace: Workspace, path: string): boolean =>
  !LEFT_OUT.some((role) => workspace.roles(path).has(role));

export const driftScenario = defineModel<DriftScenario>('drift-scenario', async (workspace) => {
  const python = workspace.glob('**/*.py').filter((path) => inProduction(workspace, path));
  const training = await trainingFiles(workspace, python);
  if (training.length === 0) return EMPTY;
  const measures = await measured(workspace, python);
  const thresholds = await driftThresholds(workspace, [...python, ...settingsFiles(workspace)]);
  const triggers = await trainingTriggers(workspace, python);
  const automated =
    measures.length + thresholds.length + triggers.length > 0 ||
    (await workspace.mentioning(python, ['mage_ai', 'airflow', 'prefect', 'dagster'])).length > 0;
  // A script that someone runs by hand promises nothing about drift.
  const exporters = automated ? await workspace.mentioning(training, ['download_mojo', 'save_mojo']) : [];
  const subjects = await touched(workspace, { measures, thresholds, exporters, triggers });
  return { subjects, measures, thresholds, tests: subjects.length === 0 ? [] : await driftTests(workspace) };
});

const settingsFiles = (workspace: Workspace): readonly string[] =>
  workspace
    .glob('**/*.{yml,yaml,toml,json,env,ini,cfg,properties}', '**/.env*')
    .filter((path) => inProduction(workspace, path) && (workspace.file(path)?.size ?? 0) < 200_000);

async function measured(workspace: Workspace, python: readonly string[]): Promise<(DriftMeasure & { path: string })[]> {
  const found: (DriftMeasure & { path: string })[] = [];
  for (const path of await workspace.mentioning(python, ['psi', 'PSI', 'drift', 'Drift', 'stability'])) {
    const facts = await workspace.facts(pythonModule, path);
    for (const measure of facts ? driftMeasures(facts.tree) : []) found.push({ ...measure, path });
  }
  return found;
}

interface Places {
  readonly measures: readonly (DriftMeasure & { readonly path: string })[];
  readonly thresholds: readonly Threshold[];
  readonly exporters: readonly string[];
  readonly triggers: readonly { readonly path: string; readonly line: number }[];
}

async function touched(workspace: Workspace, places: Places): Promise<Subject[]> {
  const whole = isWhole(workspace);
  const all: Subject[] = [
    ...places.triggers.map(({ path, line }) => ({ path, line, what: 'what triggers training' })),
    ...places.measures.map(({ path, line }) => ({ path, line, what: 'how drift is measured' })),
    ...places.thresholds.map(({ path, line }) => ({ path, line, what: 'the configuration of drift' })),
    ...places.exporters.map((path) => ({ path, line: 1, what: 'the code that exports the MOJO' })),
  ];
  const subjects: Subject[] = [];
  for (const subject of all) {
    const line = await touchedLine(workspace, subject.path);
    if (line === undefined) continue;
    const exact =
      whole && subject.what === 'the code that exports the MOJO'
        ? await lineOfExport(workspace, subject.path)
        : subject.line;
    if (!subjects.some(({ path }) => path === subject.path)) subjects.push({ ...subject, line: whole ? exact : line });
  }
  for (const path of servedArtifacts(workspace)) {
    if (!whole && workspace.addedLines(path) !== undefined) subjects.push({ path, line: 1, what: 'a model artifact' });
  }
  return subjects;
}
