import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { mageBlocks } from '../../models/mage/blocks.js';
import { effectReach } from '../../models/mage/reach.js';
import { magePipelines } from '../../models/mage/pipelines.js';
import { mageSql } from '../../models/mage/sql.js';
import { byAnchor, deed, effectFinding, STARTS_PIPELINE } from './support/effects.js';
import type { EffectWords } from './support/effects.js';
import { sqlBlockWrites } from './support/sql-block.js';

const WORDS: EffectWords = {
  message: (reached) => `This transformer is not pure: ${deed(reached)}.`,
  consequence: ({ effect }) =>
    effect.action === 'write'
      ? 'A retried or backfilled run writes twice, a failure in a later block leaves half a result behind, and the block cannot be tested on its own. Exporter blocks handle all writes.'
      : 'The same input can give another result tomorrow, a retry depends on a service being up, and the block cannot be tested on its own. Load in a data loader and pass the data in.',
  severity: ({ effect }) => (effect.action === 'write' && effect.what !== STARTS_PIPELINE ? undefined : 'warn'),
};

export const transformerSideEffect = defineCheck({
  id: 'log/transformer-side-effect',
  task: 'LEAD-LOG-01-03',
  severity: 'block',
  flags:
    'Flags Mage transformer blocks that write to the outside world, themselves or through helpers, or that read from it.',
  why: `A Mage block is an atomic unit: Mage retries it, backfills it, runs it in parallel and caches its output. That is only safe when a transformer computes its
output from its input. A \`to_sql\`, an upload or a POST in the middle of it happens again on every retry, and is already done when a later block fails. Writes belong into
\`@data_exporter\` blocks.

Calls are followed into helpers of the same repository. A transformer that only *reads* the outside world is a warning: Mage's own warehouse template for transformers does
that. Buffers in memory (\`to_csv(io.StringIO())\`), \`to_json()\` without a path, and temporary files are not effects. SQL transformer blocks with DDL or DML are flagged likewise, in the dialect
of their data provider; temporary tables are scratch.

Sources: [Mage, blocks](https://docs.mage.ai/design/blocks), [Mage, core abstractions](https://docs.mage.ai/design/abstractions).`,
  reference: 'mage_blocks',
  examples: {
    bad: [
      {
        title: 'a transformer that stores its result itself',
        files: {
          'pipeline/transformers/enrich.py': `import pandas as pd
from sqlalchemy import create_engine

if 'transformer' not in globals():
    from mage_ai.data_preparation.decorators import transformer

engine = create_engine('postgresql://features')


@transformer
def transform(data: pd.DataFrame, *args, **kwargs) -> pd.DataFrame:
    data['ratio'] = data['clicks'] / data['views']
    data.to_sql('features', engine, if_exists='append')
    return data
`,
        },
      },
    ],
    good: [
      {
        title: 'the transformer computes, the exporter writes',
        files: {
          'pipeline/transformers/enrich.py': `import pandas as pd

if 'transformer' not in globals():
    from mage_ai.data_preparation.decorators import transformer


@transformer
def transform(data: pd.DataFrame, *args, **kwargs) -> pd.DataFrame:
    data['ratio'] = data['clicks'] / data['views']
    return data
`,
          'pipeline/data_exporters/store.py': `from sqlalchemy import create_engine

if 'data_exporter' not in globals():
    from mage_ai.data_preparation.decorators import data_exporter


@data_exporter
def export_data(data, *args, **kwargs) -> None:
    data.to_sql('features', create_engine('postgresql://features'), if_exists='append')
`,
        },
      },
    ],
  },
  async run(context) {
    const blocks = await context.model(mageBlocks);
    const python = blocks.python.filter((block) => block.kind === 'transformer');
    const sql = (await context.model(mageSql)).filter((block) => block.kind === 'transformer');
    if (python.length === 0 && sql.length === 0) return 'not-applicable';
    const reach = await context.model(effectReach);
    const pipelines = await context.model(magePipelines);
    const found: FindingDraft[] = [];
    for (const block of python) {
      for (const group of byAnchor(await reach.of(block.path, block.fn)))
        found.push(...effectFinding(block, group, WORDS, pipelines));
    }
    for (const block of sql) found.push(...sqlBlockWrites(block));
    return found;
  },
});
