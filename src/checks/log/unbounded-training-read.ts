import { defineCheck } from '../../core/check.js';
import type { CheckContext } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import type { Predicate, QueryFacts } from '../../languages/sql/index.js';
import { schemaModel } from '../../models/schema/index.js';
import type { Schema } from '../../models/schema/index.js';
import { queriesModel } from '../../models/schema/queries.js';
import type { LocatedQuery } from '../../models/schema/queries.js';
import { featureTarget, isTimeColumn } from './support/feature-targets.js';

type Context = CheckContext<undefined>;

export const unboundedTrainingRead = defineCheck({
  id: 'log/unbounded-training-read',
  task: 'Decision 4',
  severity: 'warn',
  flags: 'Flags training reads of a feature table that have no upper bound on time.',
  why: `Decision 4: training reads a frozen snapshot, \`created_at <= snapshot_time\`, never live data. Without the bound two runs of the same job see different rows: the model cannot be
reproduced, and rows that arrive during the read leak the future into it.

A read is training when the file or function says so (\`train\`, \`dataset\`, \`backtest\`). An upper bound is \`<\`, \`<=\` or BETWEEN on a time column, a point-in-time join, or equality on a snapshot or version.`,
  reference: 'time_travel',
  examples: {
    bad: [
      {
        title: 'whatever is there now',
        files: {
          'training/train.py':
            'import pandas as pd\n\n\ndef load_training_set(engine):\n    return pd.read_sql("SELECT * FROM feature_values WHERE entity_type = \'customer\'", engine)\n',
        },
      },
    ],
    good: [
      {
        title: 'a frozen snapshot',
        files: {
          'training/train.py':
            'import pandas as pd\n\n\ndef load_training_set(engine, snapshot_time):\n    return pd.read_sql("SELECT * FROM feature_values WHERE created_at <= %(snapshot_time)s", engine, params={"snapshot_time": snapshot_time})\n',
        },
      },
    ],
  },
  async run(context) {
    const schema = await context.model(schemaModel);
    const queries = (await context.model(queriesModel)).filter((located) => !located.oneOff && isTraining(located));
    return queries.length === 0 ? 'not-applicable' : queries.flatMap((located) => judge(schema, located, context));
  },
});

const TRAINING =
  /(^|[/_.-])(train|trainer|training|retrain\w*|fit_model|build_dataset|dataset|datasets|backtest\w*|train_model|offline_store|training_set)([/_.-]|$)/i;

const isTraining = ({ path, function: name }: LocatedQuery): boolean =>
  TRAINING.test(path) || (name !== undefined && TRAINING.test(name));

function judge(schema: Schema, { path, query }: LocatedQuery, context: Context): FindingDraft[] {
  if (query.kind !== 'select' && query.kind !== 'insert') return [];
  const target = query.tables
    .map((table) => featureTarget(schema, table, context.settings))
    .find((found) => found !== undefined);
  if (target === undefined || isBounded(query, context)) return [];
  return [
    {
      location: { path, startLine: query.line, endLine: query.line },
      message: `This training read of \`${target.label}\` has no upper bound on time.`,
      consequence:
        'Two runs of the same job train on different rows: the model cannot be reproduced, and rows written during the read leak the future.',
      evidence:
        `read ${target.label} where ${query.predicates.map(({ left, operator }) => `${left.expression} ${operator}`).join(' and ')}`.slice(
          0,
          300,
        ),
    },
  ];
}

const isBounded = (query: QueryFacts, context: Context): boolean =>
  query.predicates.some((predicate) => bounds(predicate, context));

function bounds({ operator, left, right }: Predicate, context: Context): boolean {
  const time = (name: string | undefined): boolean => name !== undefined && isTimeColumn(name, context.settings);
  const [onLeft, onRight] = [time(left.column?.name), time(right?.column?.name)];
  if (operator === '<' || operator === '<=' || operator === 'BETWEEN') return onLeft || (onRight && !left.constant);
  if (operator === '>' || operator === '>=') return onRight;
  if (operator === '<@') return onLeft;
  return operator === '=' && /snapshot|as_of|version|(^|_)(date|day|run_id|batch_id)$/.test(left.column?.name ?? '');
}
