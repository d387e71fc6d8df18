import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { modelCalls, type ModelCall } from '../../models/artifacts/exports.js';
import { packages, projectOf } from '../../models/artifacts/projects.js';
import { unexportedTrainings, type Unexported } from '../../models/artifacts/unexported.js';
import { serving } from '../../models/scenarios/serving.js';

export const mojoNotExported = defineCheck({
  id: 'dev/mojo-not-exported',
  task: 'LEAD-DEV-01-01',
  reference: 'mojo_vs_pojo',
  severity: 'block',
  flags:
    'Flags a pipeline that trains an H2O model and keeps it only as a binary or not at all, and a service that loads a binary to score.',
  why: `\`h2o.save_model\` (R: \`h2o.saveModel\`, JVM: \`exportBinaryModel\`, \`exportH2OModel\`), \`model.download_model\`, \`mlflow.h2o.log_model\` and pickle write H2O's own binary: it loads only into a running
cluster of exactly the same release, so every service that scores needs a JVM cluster beside it and an upgrade orphans every
stored model. A MOJO is read by the genmodel JAR alone, and by later releases too.

A project is judged as a whole: a binary checkpoint beside a MOJO export is fine. In a package that others install it is a note. A file name that does not end in \`.zip\` is
flagged because readers choose by it. A training that keeps nothing is flagged where an orchestrator runs it: a block of Mage, a task of
Airflow, Dagster, Prefect or the like, what such a step imports, and code with the configured role \`pipeline\`; a warning when the same project also
asks the model. Scripts, notebooks, tests and experiments may train to look at a number, and what a library from elsewhere does with a
model that it is handed is not known: nothing is said there. In a service (one of a web framework, Streamlit and its kind, Plumber, Shiny), loading a binary is flagged whatever the pipeline exports.

Sources: [H2O: saving and loading models](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/save-and-load-model.html) ("the
versions must match"), [MLflow H2O flavor](https://mlflow.org/docs/latest/python_api/mlflow.h2o.html).`,
  examples: {
    bad: [
      {
        title: 'only the binary is kept',
        files: {
          'train.py':
            'import h2o\nfrom h2o.estimators import H2OGradientBoostingEstimator\n\nh2o.init()\nmodel = H2OGradientBoostingEstimator(ntrees=50)\nmodel.train(y="churn", training_frame=h2o.import_file("train.csv"))\nh2o.save_model(model, path="models")\n',
        },
      },
      {
        title: 'a service that loads the binary',
        files: {
          'service/app.py':
            'import h2o\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = h2o.load_model("/models/churn")\n\n\n@app.post("/score")\ndef score(row: dict):\n    return model.predict(h2o.H2OFrame([row])).as_data_frame()\n',
        },
      },
      {
        title: 'a training block whose model is lost',
        files: {
          'churn/transformers/train.py':
            'from h2o.estimators import H2OGradientBoostingEstimator\nfrom mage_ai.data_preparation.decorators import transformer\n\n\n@transformer\ndef train(frame, *args, **kwargs):\n    model = H2OGradientBoostingEstimator(ntrees=50)\n    model.train(y="churn", training_frame=frame)\n    return model.auc()\n',
        },
      },
    ],
    good: [
      {
        title: 'an experiment that only compares',
        files: {
          'compare.py':
            'import h2o\nfrom h2o.estimators import H2OGradientBoostingEstimator\n\nh2o.init()\nmodel = H2OGradientBoostingEstimator(ntrees=50)\nmodel.train(y="churn", training_frame=h2o.import_file("train.csv"))\nprint(model.auc())\n',
        },
      },
      {
        title: 'a checkpoint beside the MOJO',
        files: {
          'train.py':
            'import h2o\nfrom export import export\n\n\ndef keep(model):\n    h2o.save_model(model, path="checkpoints")\n    export(model)\n',
          'export.py': 'def export(model):\n    model.download_mojo(path="out/churn.zip", get_genmodel_jar=True)\n',
        },
      },
    ],
  },
  async run(context) {
    const calls = await context.model(modelCalls);
    if (calls.length === 0) return 'not-applicable';
    const project = projectOf(context);
    const exporting = new Set(calls.filter(({ kind }) => kind === 'mojo').map(({ path }) => project(path)));
    const kept = calls.filter(({ kind, path }) => kind === 'binary' && !exporting.has(project(path)));
    const misnamed = calls.filter(
      ({ kind, target }) => kind === 'mojo' && /\.(?!zip$)[A-Za-z]\w{1,5}$/.test(target ?? ''),
    );
    const loading = calls.filter(({ kind }) => kind === 'load-binary');
    const files = loading.length > 0 ? new Set((await context.model(serving)).files) : new Set<string>();
    const served = loading.filter(
      ({ path, inApp }) =>
        files.has(path) || context.roles(path).has('service') || (inApp === true && !path.endsWith('.ipynb')),
    );
    const published = kept.length > 0 ? await context.model(packages) : () => false;
    return [
      ...kept.map((call) => onlyBinary(call, published(call.path))),
      ...misnamed.map(wrongName),
      ...served.map(loaded),
      ...(await context.model(unexportedTrainings)).map(lost),
    ];
  },
});

const PYTHON_EXPORT = {
  language: 'python',
  code: 'model.download_mojo(path=f"{folder}/model.zip", get_genmodel_jar=True)',
} as const;

const at = ({ path, line, endLine }: ModelCall): FindingDraft['location'] => ({ path, startLine: line, endLine });

const onlyBinary = (call: ModelCall, published: boolean): FindingDraft => ({
  ...(published || /\.(?:ipynb|[RrQq]md)$/.test(call.path) ? { severity: 'note' as const } : {}),
  location: at(call),
  message: `\`${call.text}\` keeps the model as H2O's binary, and nothing in this project exports a MOJO.`,
  consequence:
    'The model loads only into a running H2O cluster of exactly this release; no service can score it with the genmodel JAR.',
  evidence: call.text,
  snippet: exportFor(call.path),
});

function exportFor(path: string): NonNullable<FindingDraft['snippet']> {
  if (/\.(?:[rR]|[RrQq]md)$/.test(path))
    return { language: 'r', code: 'h2o.download_mojo(model, path = folder, get_genmodel_jar = TRUE)' };
  if (/\.(?:java|scala|kt|groovy)$/.test(path))
    return { language: 'java', code: 'model.getMojo().writeTo(new FileOutputStream("model.zip"));' };
  return PYTHON_EXPORT;
}

const wrongName = (call: ModelCall): FindingDraft => ({
  ...(/\.(?:ipynb|[RrQq]md)$/.test(call.path) ? { severity: 'note' as const } : {}),
  location: at(call),
  message: `The MOJO is written to \`${call.target ?? ''}\`; its name must end in .zip.`,
  consequence:
    'Readers choose between archive and folder by the name, and everything that looks for artifacts looks for .zip.',
  evidence: `${call.text} ${call.target ?? ''}`,
});

const loaded = (call: ModelCall): FindingDraft => ({
  location: at(call),
  message: `The service loads H2O's binary model with \`${call.text}\`; score a MOJO.`,
  consequence:
    'Every replica needs an H2O cluster of exactly the training release, and an upgrade orphans the stored model.',
  evidence: call.text,
});

const lost = ({ call, step, scores }: Unexported): FindingDraft => ({
  ...(scores ? { severity: 'warn' as const } : {}),
  location: at(call),
  message: `The pipeline trains an H2O model with \`${call.text}\`, and nothing in this repository exports a MOJO.`,
  consequence: 'The model ends with the run: no service can score it, and nobody can say later which model it was.',
  evidence: call.text,
  ...(step === undefined ? {} : { trace: [{ path: step, line: 1, label: 'the step that runs it' }] }),
  snippet: PYTHON_EXPORT,
});
