import { defineModel } from '../../core/workspace.js';
import type { Workspace } from '../../core/workspace.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';

export interface PipelineBlock {
  readonly uuid: string;
  readonly kind: string;
  readonly upstream: readonly string[];
  /** Line of `dynamic: true`, when it is one: its children run once for every item that it returns. */
  readonly dynamicLine: number | undefined;
  /** `data_provider`: where the SQL of the block runs. */
  readonly provider: string | undefined;
  /** It gathers what the children of a dynamic block returned. */
  readonly reduces: boolean;
}

export interface Pipeline {
  readonly path: string;
  readonly name: string;
  readonly blocks: readonly PipelineBlock[];
  /** Block runs that may go on at once, by the pipeline or its project; undefined when neither limits them. */
  readonly blockRunLimit: number | undefined;
}

/** `pipelines/<name>/metadata.yaml` of every Mage project. */
export const magePipelines = defineModel('mage-pipelines', async (workspace): Promise<readonly Pipeline[]> => {
  const pipelines: Pipeline[] = [];
  for (const path of workspace.glob('**/pipelines/*/metadata.yaml', '**/pipelines/**/metadata.yaml')) {
    const [document] = (await yamlDocuments(workspace, path)) ?? [];
    const blocks = document?.get('blocks');
    if (document === undefined || blocks?.kind !== 'sequence') continue;
    pipelines.push({
      path,
      name: document.get('name')?.text ?? path.split('/').at(-2) ?? '',
      blocks: blocks.items().map(readBlock),
      blockRunLimit:
        numberOf(document.get('concurrency_config', 'block_run_limit')) ?? (await projectLimit(path, workspace)),
    });
  }
  return pipelines;
});

/** `queue_config.concurrency` of the project that a pipeline belongs to. */
async function projectLimit(pipeline: string, workspace: Workspace): Promise<number | undefined> {
  const root = /^(?:(.*)\/)?pipelines\//.exec(pipeline)?.[1] ?? '';
  const path = root === '' ? 'metadata.yaml' : `${root}/metadata.yaml`;
  if (workspace.file(path) === undefined) return undefined;
  const [document] = (await yamlDocuments(workspace, path)) ?? [];
  return (
    numberOf(document?.get('queue_config', 'concurrency')) ??
    numberOf(document?.get('concurrency_config', 'block_run_limit'))
  );
}

/** The blocks that run after this one, in the order in which they first can. */
export function after(pipeline: Pipeline, uuid: string): readonly string[] {
  const found = [uuid];
  // It grows while it is gone through.
  for (const here of found) {
    for (const block of pipeline.blocks)
      if (block.upstream.includes(here) && !found.includes(block.uuid)) found.push(block.uuid);
  }
  return found.slice(1);
}

const numberOf = (node: YamlNode | undefined): number | undefined =>
  typeof node?.value === 'number' ? node.value : undefined;

function readBlock(block: YamlNode): PipelineBlock {
  const dynamic = block.get('configuration', 'dynamic');
  const upstream = block.get('upstream_blocks');
  return {
    uuid: block.get('uuid')?.text ?? '',
    kind: block.get('type')?.text ?? '',
    upstream: upstream?.kind === 'sequence' ? upstream.items().flatMap((item) => item.text ?? []) : [],
    // `dynamic: { parent: false, reduce_output: true }` gathers, it does not fan out.
    dynamicLine:
      dynamic?.value === true || (dynamic?.kind === 'mapping' && dynamic.get('parent')?.value !== false)
        ? dynamic.line
        : undefined,
    provider: block.get('configuration', 'data_provider')?.text,
    reduces: block.get('configuration', 'reduce_output')?.value === true,
  };
}
