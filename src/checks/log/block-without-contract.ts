import { defineCheck } from '../../core/check.js';
import { mageBlocks } from '../../models/mage/blocks.js';
import type { PythonBlock } from '../../models/mage/blocks.js';

export const blockWithoutContract = defineCheck({
  id: 'log/block-without-contract',
  task: 'LEAD-LOG-01-03',
  severity: 'note',
  flags: 'Flags Mage blocks that neither type their input and output nor have an `@test` function.',
  why: `Blocks are joined by whatever one returns and the next one takes. Without types or a test on the output, a changed column name is found two blocks later, or not at all. Mage runs every
\`@test\` function after the block and stops the pipeline when it fails.

Source: [Mage, data validation tests](https://docs.mage.ai/development/testing).`,
  reference: 'mage_blocks',
  examples: {
    bad: [
      {
        title: 'anything in, anything out',
        files: {
          'pipeline/transformers/clean.py':
            'from mage_ai.data_preparation.decorators import transformer\n\n\n@transformer\ndef transform(data, *args, **kwargs):\n    return data.dropna()\n',
        },
      },
    ],
    good: [
      {
        title: 'a test on the output',
        files: {
          'pipeline/transformers/clean.py':
            "from mage_ai.data_preparation.decorators import test, transformer\n\n\n@transformer\ndef transform(data, *args, **kwargs):\n    return data.dropna()\n\n\n@test\ndef test_output(output, *args) -> None:\n    assert output is not None, 'The output is undefined'\n",
        },
      },
    ],
  },
  async run(context) {
    const { python } = await context.model(mageBlocks);
    const judged = python.filter((block) => /^(data_loader|transformer|data_exporter)$/.test(block.kind));
    if (judged.length === 0) return 'not-applicable';
    return judged
      .filter((block) => !block.tested && !isTyped(block))
      .map((block) => ({
        location: { path: block.path, startLine: block.fn.line, endLine: block.fn.line },
        message: `Block \`${block.fn.qualname}\` has neither typed input and output nor an \`@test\`.`,
        consequence: 'A change of its output is noticed in a later block, or by whoever uses the result.',
        evidence: `${block.kind} ${block.fn.qualname}`,
      }));
  },
});

/** A loader takes nothing, an exporter gives nothing: what they have is typed. */
function isTyped({ kind, fn }: PythonBlock): boolean {
  const input = fn.typed.params === 0 || fn.typed.annotated > 0;
  if (kind === 'data_loader') return fn.typed.returns;
  return kind === 'data_exporter' ? input && (fn.typed.params > 0 || fn.typed.returns) : input && fn.typed.returns;
}
