import { defineModel, type Workspace } from '../../core/workspace.js';
import { importGraph, type FileImports, type ImportGraph } from './graph.js';

export type Side = 'service' | 'pipeline';

export interface Boundaries {
  readonly graph: ImportGraph;
  /** Which side a file is on: shared code and everything undecided is on none. */
  readonly side: (path: string) => Side | undefined;
}

const SERVICE = ['fastapi', 'starlette', 'flask', 'litestar', 'sanic', 'aiohttp.web', 'bentoml'];
const ORCHESTRATORS = ['mage_ai', 'airflow', 'dagster', 'prefect', 'kedro', 'zenml', 'luigi', 'metaflow', 'kfp'];
/** What only code that *is* a step of a pipeline imports; a client that starts a run imports something else. */
const STEP =
  /^(?:mage_ai\.data_preparation\.decorators|airflow\.(?:DAG|decorators|models\.DAG|sdk)|dagster\.(?:asset|op|job|graph|multi_asset)|prefect\.(?:flow|task)|kfp\.dsl|zenml\.(?:step|pipeline)|metaflow\.FlowSpec)(?:\.|$)/;

/** Is this file a step of a pipeline, by what it imports? */
export const isStep = ({ names }: FileImports): boolean => [...names].some((name) => STEP.test(name));

const SERVICE_FOLDER =
  /^(?:app|apis?|backend|web|webapp|server|service|serving|inference|predictor|scoring)$|[-_](?:api|app|service|server|serving|inference)$|^(?:api|app|service|serving)[-_]/;
/** Folders of several deployables: each folder below is judged by itself. */
const DEPLOYABLES = /^(?:apps|services|packages|projects)$/;
const PIPELINE_FOLDER =
  /^(?:pipelines?|training|trainers?|train|mage|mage_project|etl|dags|data_loaders|data_exporters|transformers|orchestration|jobs)$|[-_](?:pipelines?|training|etl)$|^(?:training|pipeline|train|etl)[-_]/;

/** Names that leave no doubt, even where a small web application starts the runs. */
const TRAINING_FOLDER = /^(?:training|trainers?|train|dags|etl|mage|mage_project)$|^training[-_]|[-_]training$/;

/** Inference code that lives beside the training it belongs to: many templates have a `pipeline/predict_pipeline.py`. */
const SCORES = /predict|inference|scor(?:e|ing)|serv(?:e|ing)/i;

/**
 * Which files make a service or a pipeline. Nothing is parsed where the paths already say that there is nothing to ask:
 * a pipeline has a folder of its name somewhere, or its role is configured.
 */
export const boundaries = defineModel('import-boundaries', async (workspace): Promise<Boundaries> => {
  if (!hasPipeline(workspace)) return { graph: new Map(), side: () => undefined };
  const graph = await workspace.model(importGraph);
  return { graph, side: sides(workspace, graph) };
});

function hasPipeline(workspace: Workspace): boolean {
  return workspace
    .glob('**/*.py')
    .some(
      (path) => workspace.roles(path).has('pipeline') || foldersOf(path).some((name) => PIPELINE_FOLDER.test(name)),
    );
}

const foldersOf = (path: string): string[] => path.split('/').slice(0, -1);

const isOf = (list: readonly string[], name: string): boolean =>
  list.some((one) => name === one || name.startsWith(`${one}.`));

const imports = ({ names }: FileImports, list: readonly string[]): boolean =>
  [...names].some((name) => isOf(list, name));

/** Everything below a folder, taken together. */
interface Folder {
  readonly serves: boolean;
  readonly web: boolean;
  readonly orchestrated: boolean;
  readonly trains: boolean;
}

/**
 * A configured role decides. Else the file's own nature: a step of a pipeline, an application. Else the nearest folder
 * above it that has the name of a side *and* whose code is of that kind.
 */
function sides(workspace: Workspace, graph: ImportGraph): Boundaries['side'] {
  const folders = foldersOver(graph);
  const known = new Map<string, Side | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, decide(path));
    return known.get(path);
  };

  function decide(path: string): Side | undefined {
    const roles = workspace.roles(path);
    if (roles.has('service')) return 'service';
    if (roles.has('pipeline')) return 'pipeline';
    if (['shared', 'test', 'script', 'example', 'documentation'].some((role) => roles.has(role as 'test')))
      return undefined;
    const file = graph.get(path);
    if (!file) return undefined;
    if (isStep(file)) return 'pipeline';
    const side = byFolder(path);
    // The server that starts a training is part of it.
    if (file.serves)
      return side ?? (foldersOf(path).some((name) => PIPELINE_FOLDER.test(name)) ? undefined : 'service');
    return side === 'pipeline' && !file.trains && SCORES.test(path.slice(path.lastIndexOf('/') + 1)) ? undefined : side;
  }

  function byFolder(path: string): Side | undefined {
    const parts = foldersOf(path);
    for (let length = parts.length; length > 0; length--) {
      const folder = folders.get(parts.slice(0, length).join('/'));
      const name = parts[length - 1] ?? '';
      if (!folder) continue;
      const isPipeline = folder.orchestrated || (folder.trains && !insideService(parts.slice(0, length - 1)));
      if (PIPELINE_FOLDER.test(name) && isPipeline && (!folder.web || TRAINING_FOLDER.test(name))) return 'pipeline';
      if (DEPLOYABLES.test(parts[length - 2] ?? '') && folder.serves && !folder.orchestrated && !folder.trains)
        return 'service';
      if (SERVICE_FOLDER.test(name) && folder.web && (folder.serves || !folder.orchestrated)) return 'service';
    }
    return undefined;
  }

  /** A `pipelines/` folder of a service may hold inference pipelines: training libraries alone prove nothing there. */
  function insideService(parts: readonly string[]): boolean {
    return parts.some(
      (name, index) => SERVICE_FOLDER.test(name) && (folders.get(parts.slice(0, index + 1).join('/'))?.web ?? false),
    );
  }
}

function foldersOver(graph: ImportGraph): ReadonlyMap<string, Folder> {
  const folders = new Map<string, Folder>();
  for (const [path, file] of graph) {
    const own: Folder = {
      serves: file.serves,
      web: imports(file, SERVICE),
      orchestrated: imports(file, ORCHESTRATORS),
      trains: file.trains,
    };
    const parts = foldersOf(path);
    for (let length = 1; length <= parts.length; length++) {
      const folder = parts.slice(0, length).join('/');
      const before = folders.get(folder);
      folders.set(folder, {
        serves: own.serves || (before?.serves ?? false),
        web: own.web || (before?.web ?? false),
        orchestrated: own.orchestrated || (before?.orchestrated ?? false),
        trains: own.trains || (before?.trains ?? false),
      });
    }
  }
  return folders;
}
