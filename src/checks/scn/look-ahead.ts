import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { dataflow } from '../../models/dataflow/model.js';
import type { Rule } from '../../models/dataflow/machine.js';
import { draft } from './draft.js';

const RULES: ReadonlyMap<Rule, string> = new Map<Rule, string>([
  [
    'shuffled-split',
    'The model is trained on rows that lie after those it is tested on, so the test measures how well it remembers the neighbours of a row, not how well it forecasts. Accuracy looks right in review and falls on the first day in production. Split by time: `TimeSeriesSplit`, a rolling window, or `shuffle=False` on rows in order.',
  ],
  [
    'future-feature',
    'The value does not exist yet when the model is asked: training sees the future, serving sees a gap. Build features from earlier rows only (a positive `shift`, a trailing window, a forward fill), and keep what looks ahead for the target.',
  ],
  [
    'target-derived',
    'The answer is among the inputs: the model learns to undo one line of arithmetic, scores almost perfectly, and has nothing to go by where the target is not known. Drop the column, or compute it from the target of earlier rows.',
  ],
]);

export const lookAhead = defineCheck({
  id: 'scn/look-ahead',
  task: 'LEAD-SCN-01-03',
  reference: 'temporal_validation',
  severity: 'block',
  flags:
    'Flags training that uses what was not known at the time: time-indexed rows split at random, features from later rows, features made of the target.',
  why: `A model of a time series is judged by how it forecasts. A shuffled split, a feature from the next row, a window centred on
the present, a gap filled from behind: each lets the future into training, and the error shows only in production.

The check follows data through assignments, functions, imports and method chains. It speaks only where the code itself *shows* that rows
stand in time: an index of dates, a sort by a date, a resampling, lags or trailing windows built on the rows, a sliding window. A table
that merely has a date column is left alone. \`shift(-n)\` is the usual way to build a target and is fine as one; it is reported only when
its column reaches a model's features, and on rows sorted newest first the signs swap. Plots and statistics never count.

Right: [\`TimeSeriesSplit\`](https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.TimeSeriesSplit.html), rolling or
expanding windows, a cut by date, \`shuffle=False\` on rows in order. A search over parameters with random folds (\`GridSearchCV(cv=5)\`)
is a warning: the final test may still be honest. Known limits: what a \`groupby().apply\` of a function outside the repository does,
and columns chosen by a list that is computed elsewhere.

Sources: [scikit-learn, cross-validation of time series data](https://scikit-learn.org/stable/modules/cross_validation.html#time-series-split),
[pandas, shift](https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.shift.html),
[Kaufman et al., Leakage in data mining, 2012](https://doi.org/10.1145/2382577.2382579).`,
  examples: {
    bad: [
      {
        title: 'Rows in time, split at random',
        files: {
          'pipelines/train.py': `import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

df = pd.read_csv("demand.csv", parse_dates=["date"], index_col="date")
df["lag_7"] = df["units"].shift(7)
df = df.dropna()
X_train, X_test, y_train, y_test = train_test_split(df[["lag_7", "price"]], df["units"], test_size=0.2)
model = RandomForestRegressor().fit(X_train, y_train)
`,
        },
      },
      {
        title: "Tomorrow's value among the features",
        files: {
          'pipelines/train.py': `import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("prices.csv", parse_dates=["date"], index_col="date")
df["return_1d"] = df["close"].pct_change()
df["next_return"] = df["return_1d"].shift(-1)
df["up"] = (df["next_return"] > 0).astype(int)
df = df.dropna()
train, test = df[:"2023"], df["2024":]
model = LogisticRegression().fit(train.drop(columns=["up"]), train["up"])
`,
        },
      },
    ],
    good: [
      {
        title: 'A target from the next row, features from earlier ones, folds that walk forward',
        files: {
          'pipelines/train.py': `import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import TimeSeriesSplit, cross_val_score

df = pd.read_csv("demand.csv", parse_dates=["date"], index_col="date")
df["lag_1"] = df["units"].shift(1)
df["mean_7"] = df["units"].rolling(7).mean()
df["target"] = df["units"].shift(-1)
df = df.dropna()
scores = cross_val_score(RandomForestRegressor(), df[["lag_1", "mean_7"]], df["target"], cv=TimeSeriesSplit(5))
`,
        },
      },
    ],
  },
  async run(context) {
    const { events, files } = await context.model(dataflow);
    if (files === 0) return 'not-applicable';
    const drafts = events.flatMap((event): Promise<FindingDraft>[] => {
      const consequence = RULES.get(event.rule);
      return consequence === undefined ? [] : [draft(context, event, consequence)];
    });
    return Promise.all(drafts);
  },
});
