import { defineCheck } from '../../core/check.js';
import { dataflow } from '../../models/dataflow/model.js';
import type { Rule } from '../../models/dataflow/machine.js';
import { draft } from './draft.js';

const RULES: ReadonlyMap<Rule, string> = new Map<Rule, string>([
  [
    'fit-before-split',
    'What the step learnt (a mean, a vocabulary, which columns matter) comes from the test rows too, so the test flatters the model. Fit on the training rows and apply to the others, or put the step into a `Pipeline` that the split or the cross-validation fits.',
  ],
  [
    'resample-before-split',
    'Copies and neighbours of a row end up on both sides of the split, so the test measures memory. Split first and resample the training rows only (`imblearn.pipeline.Pipeline` does so within folds).',
  ],
  [
    'fit-on-test',
    'The test rows are scaled by their own statistics: the model sees values on another scale than in training, and the measure says nothing about serving, where a single row has no statistics. Use `transform` on test rows.',
  ],
  [
    'tuned-on-test',
    'A choice was made by these rows, so what is measured on them afterwards is too good. Keep a third part for the final measure, or choose within cross-validation of the training rows.',
  ],
]);

export const leakage = defineCheck({
  id: 'scn/leakage',
  task: 'LEAD-SCN-01-03',
  reference: 'temporal_validation',
  severity: 'warn',
  flags:
    'Flags test rows that take part in training: a step fitted before the split, resampling before the split, a choice made on the rows that judge it.',
  why: `A step that learns (scaler, imputer, vocabulary, selection of features, a mean that fills gaps) and is fitted on all rows carries
knowledge of the test rows into training. The effect is often small for a scaler and large for the selection of features and for
oversampling, which puts copies of one row on both sides; hence a warning and not a block.

The check follows the data: a step counts only when what it made is split, cross-validated or trained on after a split. Steps that look at
one row at a time (\`Normalizer\`, \`PolynomialFeatures\`) or only name categories (\`LabelEncoder\`, \`OneHotEncoder\`) are left alone,
and so is a step inside a \`Pipeline\`.

Sources: [scikit-learn, data leakage](https://scikit-learn.org/stable/common_pitfalls.html#data-leakage),
[imbalanced-learn, common pitfalls](https://imbalanced-learn.org/stable/common_pitfalls.html),
[Yang et al., Data leakage in notebooks, ASE 2022](https://arxiv.org/abs/2209.03345).`,
  examples: {
    bad: [
      {
        title: 'The scaler sees the test rows',
        files: {
          'training/train.py': `import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

customers = pd.read_csv("customers.csv")
X = StandardScaler().fit_transform(customers[["age", "income"]])
X_train, X_test, y_train, y_test = train_test_split(X, customers["churned"])
LogisticRegression().fit(X_train, y_train)
`,
        },
      },
      {
        title: 'Oversampled, then split',
        files: {
          'training/train.py': `import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split

cards = pd.read_csv("cards.csv")
X, y = SMOTE().fit_resample(cards.drop(columns=["fraud"]), cards["fraud"])
X_train, X_test, y_train, y_test = train_test_split(X, y)
`,
        },
      },
    ],
    good: [
      {
        title: 'The scaler is fitted on the training rows',
        files: {
          'training/train.py': `import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

customers = pd.read_csv("customers.csv")
X_train, X_test, y_train, y_test = train_test_split(customers[["age", "income"]], customers["churned"])
scaler = StandardScaler().fit(X_train)
LogisticRegression().fit(scaler.transform(X_train), y_train)
print(scaler.transform(X_test).mean())
`,
        },
      },
    ],
  },
  async run(context) {
    const { events, files } = await context.model(dataflow);
    if (files === 0) return 'not-applicable';
    return Promise.all(
      events.flatMap((event) => {
        const consequence = RULES.get(event.rule);
        return consequence === undefined ? [] : [draft(context, event, consequence)];
      }),
    );
  },
});
