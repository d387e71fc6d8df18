import { defineCheck } from '../../core/check.js';
import type { FindingDraft, Severity } from '../../core/types.js';
import { mageBlocks } from '../../models/mage/blocks.js';
import type { BlockKind } from '../../models/mage/blocks.js';
import { effectReach } from '../../models/mage/reach.js';
import type { ReachedEffect } from '../../models/mage/reach.js';
import { magePipelines } from '../../models/mage/pipelines.js';
import { mageSql } from '../../models/mage/sql.js';
import { byAnchor, deed, effectFinding, STARTS_PIPELINE } from './support/effects.js';
import { sqlBlockWrites } from './support/sql-block.js';

export const writeOutsideExporter = defineCheck({
  id: 'log/write-outside-exporter',
  task: 'LEAD-LOG-01-03',
  severity: 'block',
  flags:
    'Flags writes in Mage data loaders, sensors and custom blocks, themselves or through helpers: exporters handle all writes.',
  why: `Whoever reads a pipeline looks at its exporters to learn what it changes. A data loader that also archives, or a sensor that updates a table while it polls, changes the world
where nobody looks, and does it again on every retry: a sensor polls every minute.

In \`@custom\` blocks it is a warning. Temporary files are fine. A POST in a loader is only a note, because many APIs are read that way. Transformers have their own check.

Source: [Mage, blocks](https://docs.mage.ai/design/blocks).`,
  reference: 'mage_blocks',
  examples: {
    bad: [
      {
        title: 'a loader that keeps a copy',
        files: {
          'pipeline/data_loaders/orders.py': `import pandas as pd
from mage_ai.data_preparation.decorators import data_loader


@data_loader
def load_data(*args, **kwargs):
    orders = pd.read_csv('https://example.com/orders.csv')
    orders.to_parquet('/data/archive/orders.parquet')
    return orders
`,
        },
      },
    ],
    good: [
      {
        title: 'the loader loads',
        files: {
          'pipeline/data_loaders/orders.py': `import pandas as pd
from mage_ai.data_preparation.decorators import data_loader


@data_loader
def load_data(*args, **kwargs):
    return pd.read_csv('https://example.com/orders.csv')
`,
        },
      },
    ],
  },
  async run(context) {
    const blocks = await context.model(mageBlocks);
    const python = blocks.python.filter((block) => JUDGED.has(block.kind));
    const sql = (await context.model(mageSql)).filter(({ kind }) => kind === 'data_loader' || kind === 'custom');
    if (python.length === 0 && sql.length === 0) return 'not-applicable';
    const reach = await context.model(effectReach);
    const pipelines = await context.model(magePipelines);
    const found: FindingDraft[] = [];
    for (const block of python) {
      const writes = (await reach.of(block.path, block.fn)).filter(({ effect }) => effect.action === 'write');
      const words = {
        message: (reached: ReachedEffect) => `This ${block.kind.replaceAll('_', ' ')} block writes: ${deed(reached)}.`,
        consequence: () =>
          'The write happens again on every retry and poll, where nobody who reads the pipeline looks for it. Move it into a data exporter.',
        severity: (reached: ReachedEffect) => severityIn(block.kind, reached),
      };
      for (const group of byAnchor(writes)) found.push(...effectFinding(block, group, words, pipelines));
    }
    for (const block of sql) found.push(...sqlBlockWrites(block, block.kind === 'custom' ? 'warn' : undefined));
    return found;
  },
});

const JUDGED: ReadonlySet<BlockKind> = new Set(['data_loader', 'sensor', 'custom']);

function severityIn(kind: BlockKind, { effect }: ReachedEffect): Severity | undefined {
  if (/(^|\.)post$/i.test(effect.call)) return 'note';
  // A loader may well run a tool that fetches the data, and Mage has a template of one that starts a pipeline.
  return kind === 'custom' || effect.what === 'another process' || effect.what === STARTS_PIPELINE ? 'warn' : undefined;
}
