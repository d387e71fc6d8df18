import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { chains, through, type Judgement } from '../../models/imports/chains.js';
import type { ImportEdge } from '../../models/imports/graph.js';
import { boundaries } from '../../models/imports/sides.js';

export const serviceImportsPipeline = defineCheck({
  id: 'dev/service-imports-pipeline',
  task: 'LEAD-DEV-01-03',
  reference: 'project_structure',
  severity: 'block',
  flags:
    'Flags a service that imports pipeline code, or a pipeline that imports service code, directly or through other modules.',
  why: `A service that imports its training pipeline drags the orchestrator, the training libraries and their connections into the
serving image; an edit of a training block then redeploys the service, and its import side effects run in every worker. What
both need belongs to \`lib/shared\`.

A file is a service's when it makes an application or a router (FastAPI and the like), a pipeline's when it uses the decorators
of Mage, Airflow, Dagster or Prefect. A folder (\`app/\`, \`serving/\`; \`pipelines/\`, \`training/\`) needs its name *and* such code
in it, for a pipeline training code will do; \`roles\` in the configuration decides otherwise. Imports through modules that belong
to neither are followed, \`import_module("…")\` too, and the chain is shown. Imports under \`if TYPE_CHECKING\` are a warning; tests and scripts may import both.`,
  examples: {
    bad: [
      {
        title: 'the service uses a transformer of the pipeline',
        files: {
          'service/app.py': 'from fastapi import FastAPI\nfrom pipelines.features import build\n\napp = FastAPI()\n',
          'pipelines/__init__.py': '',
          'pipelines/features.py':
            'from mage_ai.data_preparation.decorators import transformer\n\n\n@transformer\ndef build(frame):\n    return frame\n',
        },
      },
    ],
    good: [
      {
        title: 'both use shared code',
        files: {
          'service/app.py': 'from fastapi import FastAPI\nfrom lib.shared.features import build\n\napp = FastAPI()\n',
          'pipelines/features.py':
            'from mage_ai.data_preparation.decorators import transformer\nfrom lib.shared.features import build\n',
          'lib/__init__.py': '',
          'lib/shared/__init__.py': '',
          'lib/shared/features.py': 'def build(frame):\n    return frame\n',
        },
      },
    ],
  },
  async run(context) {
    const { graph, side } = await context.model(boundaries);
    const files = [...graph.keys()].filter((path) => side(path) !== undefined);
    if (new Set(files.map(side)).size < 2) return 'not-applicable';
    return files.flatMap((path) => {
      const own = side(path);
      // What lies on the same side speaks for itself.
      const judge = (to: string): Judgement =>
        side(to) === undefined ? 'followed' : side(to) === own ? 'left' : 'forbidden';
      return chains(graph, path, judge).map(draft);
    });
  },
});

function draft(chain: ImportEdge[]): FindingDraft {
  const [first] = chain;
  const last = chain.at(-1);
  const path = first?.from ?? '';
  const line = first?.line ?? 1;
  return {
    ...(chain.some(({ typesOnly }) => typesOnly) ? { severity: 'warn' as const } : {}),
    location: { path, startLine: line, endLine: line },
    message: `\`${first?.text ?? ''}\` reaches ${last?.to ?? ''}${through(chain)}: service and pipeline code must not import each other.`,
    consequence:
      'The image carries the other side with its dependencies and import side effects, and neither can be deployed alone; move what both need to shared code.',
    evidence: chain.map(({ text }) => text).join(' → '),
    trace: chain.map((edge) => ({ path: edge.from, line: edge.line, label: edge.text })),
  };
}
