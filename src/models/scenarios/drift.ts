import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { pythonModule } from '../../languages/python/extract.js';
import { isWhole, touchedLine } from './changes.js';
import { driftMeasures } from './drift-code.js';
import type { DriftMeasure } from './drift-code.js';
import { driftTests } from './drift-tests.js';
import type { DriftTest } from './drift-tests.js';
import { servedArtifacts } from './swap.js';
import type { Subject } from './swap.js';

/** A number that decides when drift is drift. */
export interface Threshold {
  readonly path: string;
  readonly line: number;
  readonly value: number;
  readonly text: string;
}

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
  const thresholds = await thresholdsIn(workspace, python);
  const triggers = await triggersOf(workspace, python);
  const automated =
    measures.length + thresholds.length + triggers.length > 0 ||
    (await workspace.mentioning(python, ['mage_ai', 'airflow', 'prefect', 'dagster'])).length > 0;
  // A script that someone runs by hand promises nothing about drift.
  const exporters = automated ? await workspace.mentioning(training, ['download_mojo', 'save_mojo']) : [];
  const subjects = await touched(workspace, { measures, thresholds, exporters, triggers });
  return { subjects, measures, thresholds, tests: subjects.length === 0 ? [] : await driftTests(workspace) };
});

const TRAINS = /\.train\([^)]*(training_frame|x\s*=|y\s*=)|\.fit\(|\bh2o\.estimators\b|H2OAutoML\(/;
const KEEPS =
  /download_mojo|save_mojo|save_model|log_model|joblib\.dump|pickle\.dump|torch\.save|\.save_pretrained|\.save\(|register_model|to_onnx|dump_model/;

/** Code that trains a model and keeps it. */
async function trainingFiles(workspace: Workspace, python: readonly string[]): Promise<string[]> {
  const candidates = await workspace.mentioning(python, [
    '.train(',
    '.fit(',
    'H2OAutoML',
    'download_mojo',
    'save_mojo',
  ]);
  const found: string[] = [];
  let kept = false;
  for (const path of candidates) {
    const text = (await workspace.text(path)) ?? '';
    if (TRAINS.test(text) || /download_mojo|save_mojo/.test(text)) found.push(path);
    kept ||= KEEPS.test(text);
  }
  return kept ? found : [];
}

async function measured(workspace: Workspace, python: readonly string[]): Promise<(DriftMeasure & { path: string })[]> {
  const found: (DriftMeasure & { path: string })[] = [];
  for (const path of await workspace.mentioning(python, ['psi', 'PSI', 'drift', 'Drift', 'stability'])) {
    const facts = await workspace.facts(pythonModule, path);
    for (const measure of facts ? driftMeasures(facts.tree) : []) found.push({ ...measure, path });
  }
  return found;
}

const THRESHOLD = /\b\w*(?:psi|drift)\w*["']?\s*(?:(?:>|>=)|\]?\s*[:=](?!=))\s*[^\n]{0,60}?(?<![\w.])(0?\.\d{1,4})\b/i;
const NAMES_ONE = /threshold|limit|cutoff|max|alert|critical|(>|>=)/i;

/** Numbers below one that something called PSI or drift is compared with or set to. */
async function thresholdsIn(workspace: Workspace, python: readonly string[]): Promise<Threshold[]> {
  const settings = workspace
    .glob('**/*.{yml,yaml,toml,json,ini,cfg,env}', '**/.env*')
    .filter((path) => inProduction(workspace, path) && (workspace.file(path)?.size ?? 0) < 200_000);
  const found: Threshold[] = [];
  for (const path of await workspace.mentioning([...python, ...settings], ['psi', 'PSI', 'drift', 'Drift', 'DRIFT'])) {
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    lines.forEach((line, index) => {
      const value =
        /^\s*(#|"""|-\s*PSI)/.test(line) || line.length > 500 || !NAMES_ONE.test(line)
          ? undefined
          : THRESHOLD.exec(line)?.[1];
      if (value !== undefined)
        found.push({ path, line: index + 1, value: Number(value), text: line.trim().slice(0, 200) });
    });
  }
  return found;
}

const STARTS_TRAINING =
  /trigger_pipeline\(|\/pipeline_schedules\/\d+\/(pipeline_runs|api_trigger)|\/api_trigger\/|pipeline_schedules|TriggerDagRunOperator\(|create_flow_run|run_deployment\(/;

/** What starts training: Mage's triggers, scheduled workflows and DAGs that train, calls that start a pipeline. */
async function triggersOf(workspace: Workspace, python: readonly string[]): Promise<{ path: string; line: number }[]> {
  const found: { path: string; line: number }[] = workspace
    .glob('**/pipelines/*/triggers.yaml')
    .filter((path) => /train|model|retrain|mojo|drift/i.test(path.split('/').at(-2) ?? ''))
    .map((path) => ({ path, line: 1 }));
  for (const path of await workspace.mentioning(workspace.glob('.github/workflows/*.{yml,yaml}'), ['schedule:'])) {
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    if (lines.some((line) => /(python|dvc|make|mage)\s[^\n#]*\b(re)?train/i.test(line)))
      found.push({ path, line: Math.max(1, lines.findIndex((line) => /^\s*schedule:/.test(line)) + 1) });
  }
  for (const path of await workspace.mentioning(python, [
    'trigger_pipeline',
    'pipeline_schedules',
    'api_trigger',
    'TriggerDagRun',
    'run_deployment',
  ])) {
    const lines = ((await workspace.text(path)) ?? '').split('\n');
    const at = lines.findIndex((line) => STARTS_TRAINING.test(line) && !/^\s*(#|from|import)\b/.test(line));
    if (at >= 0) found.push({ path, line: at + 1 });
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

async function lineOfExport(workspace: Workspace, path: string): Promise<number> {
  const lines = ((await workspace.text(path)) ?? '').split('\n');
  return Math.max(1, lines.findIndex((line) => /download_mojo|save_mojo/.test(line)) + 1);
}
