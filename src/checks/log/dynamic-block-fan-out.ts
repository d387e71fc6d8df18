import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { blockUuid, mageBlocks } from '../../models/mage/blocks.js';
import type { PythonBlock } from '../../models/mage/blocks.js';
import { magePipelines } from '../../models/mage/pipelines.js';
import type { Pipeline, PipelineBlock } from '../../models/mage/pipelines.js';

export const dynamicBlockFanOut = defineCheck({
  id: 'log/dynamic-block-fan-out',
  task: 'LEAD-LOG-01-03',
  severity: 'note',
  flags:
    'Flags Mage dynamic blocks whose output nothing bounds, in pipelines that do not limit how many block runs go on at once, and ones whose metadata does not match their items.',
  why: `A dynamic block's children run once for every item that it returns, each as a run of its own with its own database connections and memory. Ten items on a laptop are ten thousand in
production: \`concurrency_config.block_run_limit\` in the pipeline's \`metadata.yaml\` bounds how many run together,
\`queue_config.concurrency\` does so for the whole project, and a slice or a literal list in the block bounds the items themselves.

Source: [Mage, dynamic blocks](https://docs.mage.ai/design/blocks/dynamic-blocks), [Mage, concurrency](https://docs.mage.ai/design/data-pipeline-management#concurrency).`,
  reference: 'mage_blocks',
  examples: {
    bad: [
      {
        title: 'a dynamic block without a limit',
        files: {
          'pipelines/score_all/metadata.yaml':
            'name: score_all\ntype: python\nblocks:\n- uuid: list_customers\n  type: data_loader\n  configuration:\n    dynamic: true\n  downstream_blocks:\n  - score_one\n- uuid: score_one\n  type: transformer\n  upstream_blocks:\n  - list_customers\n',
        },
      },
    ],
    good: [
      {
        title: 'with a limit',
        files: {
          'pipelines/score_all/metadata.yaml':
            'name: score_all\ntype: python\nconcurrency_config:\n  block_run_limit: 8\nblocks:\n- uuid: list_customers\n  type: data_loader\n  configuration:\n    dynamic: true\n  downstream_blocks:\n  - score_one\n- uuid: score_one\n  type: transformer\n  upstream_blocks:\n  - list_customers\n',
        },
      },
    ],
  },
  async run(context) {
    const pipelines = await context.model(magePipelines);
    if (pipelines.length === 0) return 'not-applicable';
    const { python } = await context.model(mageBlocks);
    const functions = new Map(python.map((block) => [blockUuid(block.path), block] as const));
    const found = new Map<string, FindingDraft>();
    for (const pipeline of pipelines) {
      for (const block of pipeline.blocks) {
        if (block.dynamicLine === undefined) continue;
        const source = functions.get(block.uuid);
        for (const draft of [unlimited(pipeline, block, source), mismatched(source)])
          if (draft !== undefined) found.set(`${draft.location.path}:${draft.evidence}`, draft);
      }
    }
    return [...found.values()];
  },
});

function unlimited(
  pipeline: Pipeline,
  block: PipelineBlock,
  source: PythonBlock | undefined,
): FindingDraft | undefined {
  if (pipeline.blockRunLimit !== undefined || block.dynamicLine === undefined || source?.fn.fanOut.bounded === true)
    return undefined;
  const children = pipeline.blocks.filter((other) => other.upstream.includes(block.uuid)).map(({ uuid }) => uuid);
  return {
    location: { path: pipeline.path, startLine: block.dynamicLine, endLine: block.dynamicLine },
    message: `Dynamic block \`${block.uuid}\` fans out${children.length === 0 ? '' : ` into \`${children.join('`, `')}\``} without a \`block_run_limit\`.`,
    consequence:
      'As many block runs start as it returns items: memory and database connections run out on the day the list is long.',
    evidence: `${pipeline.name} ${block.uuid} dynamic`,
  };
}

/** Both lists are written out, so their lengths are known. */
function mismatched(source: PythonBlock | undefined): FindingDraft | undefined {
  const mismatch = source?.fn.fanOut.mismatch;
  if (source === undefined || mismatch === undefined) return undefined;
  return {
    location: { path: source.path, startLine: mismatch.line, endLine: mismatch.line },
    message: `Dynamic block \`${source.fn.qualname}\` returns ${String(mismatch.items)} items and metadata for ${String(mismatch.metadata)} children.`,
    consequence: 'Mage pairs the two lists by position: children are left without a name, or names without a child.',
    evidence: `${source.fn.qualname} metadata`,
  };
}
