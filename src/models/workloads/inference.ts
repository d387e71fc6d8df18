import { defineModel } from '../../core/workspace.js';
import { imageName } from '../jvm/images.js';
import { effectiveCommand } from './effective-command.js';
import type { Container, Workload } from './model.js';
import { programs } from './programs.js';
import { pythonUse, type PythonUse } from './python-use.js';

const IMAGES =
  /(?:^|\/)(?:tritonserver|torchserve|serving(?:-gpu)?|text-generation-inference|text-embeddings-inference|vllm-openai|vllm|ollama|mlserver|seldon-core-\w+|bentoml|bento-server|kserve[\w-]*|lightllm|sglang|localai|onnxruntime-server|tabby|llama\.cpp|infinity)$/;
const NAMES =
  /(?:^|[-_/.])(?:inference|infer|scor(?:er|ing)|predict(?:or|ion|ions)?|model-?serv(?:er|ing|ice)|serving|mojo|ml-?api|model-?api)(?:[-_.]|$)/i;
const COMMANDS =
  /\b(?:mlflow models serve|mlflow sagemaker|tritonserver|torchserve|bentoml serve|ray serve|serve run|vllm serve|text-generation-launcher)\b/;

/** What manages model servers, or prepares for them, serves nothing itself. */
const MANAGER =
  /(?:controller|operator|manager|webhook|agent|router|initializer|exporter|collector|proxy|gateway|ui|frontend|dashboard|migrat(?:e|ion|ions)|test|tests|client|trainer|training|monitor(?:ing)?|registry|scheduler)(?:[-_.]|$)/i;

/** Programs that run beside models, by image or command: a queue or a folder of theirs may be named for serving. */
const OTHER =
  /airflow|celery|dagster|prefect|nginx|haproxy|traefik|envoy|prometheus|grafana|kafka|redis|postgres|mysql|mongo|rabbitmq|minio/i;
const TRAINS = /(?:^|[-_.])train(?:er|ing)?(?:[-_.]|$)/i;

/** Why a container is taken for one that serves a model; undefined when nothing shows it. */
export type InferenceEvidence = (workload: Workload, container: Container) => string | undefined;

/** By the image, the command, the code that the container runs, or the name. */
export const inferenceEvidence = defineModel('inference', async (workspace): Promise<InferenceEvidence> => {
  const files = await workspace.model(programs);
  const use = await workspace.model(pythonUse);
  return (workload, container) => {
    const [image, code] = [named(container), (): string | undefined => byCode(files.get(container) ?? [], use)];
    if (MANAGER.test(lastPart(image ?? ''))) return undefined;
    return (
      byImage(image) ??
      byCommand(container) ??
      (container.role === 'main' && !TRAINS.test(container.name) ? code() : undefined) ??
      byName(workload, container, image)
    );
  };
});

const named = (container: Container): string | undefined =>
  container.built && !container.builtByName ? undefined : imageName(container.image?.value ?? '');

const byImage = (image: string | undefined): string | undefined =>
  image !== undefined && IMAGES.test(image) ? `image ${image}` : undefined;

const byCommand = (container: Container): string | undefined =>
  COMMANDS.test(effectiveCommand(container).words.join(' ')) ? 'its command serves a model' : undefined;

/** A web or RPC application that loads a model. */
function byCode(files: readonly string[], use: ReadonlyMap<string, PythonUse>): string | undefined {
  const found = files.flatMap((path) => use.get(path) ?? []);
  if (!found.some(({ serves }) => serves)) return undefined;
  const model = found.flatMap(({ models }) => models)[0];
  return model && `${model.at.path}:${String(model.at.line)} loads a model with ${model.text}`;
}

function byName(workload: Workload, container: Container, image: string | undefined): string | undefined {
  if (OTHER.test(`${lastPart(image ?? '')} ${effectiveCommand(container).words.join(' ')}`)) return undefined;
  if (image !== undefined && NAMES.test(image)) return `image ${image}`;
  // A sidecar or an init container does not serve what the workload is named for.
  const alone = workload.containers.filter(({ role }) => role === 'main').length === 1;
  const names = container.role !== 'main' ? [] : alone ? [container.name, workload.name] : [container.name];
  const fitting = names.find((name) => NAMES.test(name) && !MANAGER.test(name));
  return fitting === undefined ? undefined : `its name, ${fitting}`;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
