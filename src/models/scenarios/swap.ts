import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { touchedLine } from './changes.js';
import { deployments, servesModel } from './deployments.js';
import { isFresh, loadRuns } from './load-runs.js';
import type { LoadEvidence } from './load-runs.js';
import { loadTests } from './load-tests.js';
import type { FoundTest } from './load-tests.js';
import { judge, worst } from './bar.js';
import { serving } from './serving.js';

/** A line of the change by which a scenario becomes its business. */
export interface Subject {
  readonly path: string;
  readonly line: number;
  readonly what: string;
}

/** LEAD-SCN-01-02: the model is swapped under load. */
export interface SwapScenario {
  /** What the change touches; empty when the scenario is none of its business. */
  readonly subjects: readonly Subject[];
  readonly tests: readonly FoundTest[];
  readonly evidence: readonly LoadEvidence[];
  /** Evidence of this change that meets the whole bar. */
  readonly proven: readonly LoadEvidence[];
}

export const swapScenario = defineModel<SwapScenario>('swap-scenario', async (workspace) => {
  if (!(await workspace.model(servesModel))) return { subjects: [], tests: [], evidence: [], proven: [] };
  const subjects = await servingSubjects(workspace);
  const evidence = await workspace.model(loadRuns);
  const bar = workspace.settings.scenarios.load;
  const proven = evidence.filter((one) => isFresh(one) && worst(judge(one.run, bar)) === 'met');
  return { subjects, tests: subjects.length === 0 ? [] : await workspace.model(loadTests), evidence, proven };
});

/** The model-serving path, its deployment, the artifact it serves. */
async function servingSubjects(workspace: Workspace): Promise<Subject[]> {
  const { files, predictions } = await workspace.model(serving);
  const subjects: Subject[] = [];
  const predicting = new Map(predictions.map(({ path, line }) => [path, line]));
  for (const path of [...predicting.keys(), ...files.filter((file) => !predicting.has(file))]) {
    const line = await touchedLine(workspace, path);
    if (line === undefined) continue;
    const shown = workspace.changes.length === 0 ? (predicting.get(path) ?? 1) : line;
    subjects.push({
      path,
      line: shown,
      what: predicting.has(path) ? 'the code that asks the model' : 'code on the way to the model',
    });
  }
  for (const deployment of await workspace.model(deployments)) {
    const line = await touchedWithin(workspace, deployment.path, deployment.startLine, deployment.endLine);
    if (line !== undefined)
      subjects.push({ path: deployment.path, line, what: `the deployment of ${deployment.name}` });
  }
  for (const path of servedArtifacts(workspace)) {
    if (workspace.changes.length > 0 && workspace.addedLines(path) !== undefined)
      subjects.push({ path, line: 1, what: 'a model artifact' });
  }
  return subjects;
}

async function touchedWithin(
  workspace: Workspace,
  path: string,
  start: number,
  end: number,
): Promise<number | undefined> {
  if (workspace.changes.length === 0) return workspace.addedLines(path) ? start : undefined;
  const range = workspace.addedLines(path)?.find((one) => one.start <= end && one.end >= start);
  return range && (await touchedLine(workspace, path)) !== undefined ? Math.max(range.start, start) : undefined;
}

const ARTIFACT = '**/*.{mojo,onnx,pkl,joblib,bst,pt,h5,keras,safetensors,cbm,ubj}';

/** Binary models, and zips in a folder that says so. */
export const servedArtifacts = (workspace: Workspace): readonly string[] => [
  ...workspace.glob(ARTIFACT).filter((path) => !workspace.roles(path).has('test')),
  ...workspace
    .glob('**/{models,model,artifacts,mojo,mojos}/**/*.zip', '**/*mojo*.zip')
    .filter((path) => !workspace.roles(path).has('test')),
];
