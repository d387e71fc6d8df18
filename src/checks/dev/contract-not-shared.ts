import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { contracts, overlap, type Contract } from '../../models/imports/contracts.js';
import { boundaries } from '../../models/imports/sides.js';

/** Of the fields of both; below that it is two shapes with one name. */
const SAME = 0.8;

export const contractNotShared = defineCheck({
  id: 'dev/contract-not-shared',
  task: 'LEAD-DEV-01-03',
  reference: 'project_structure',
  severity: 'warn',
  flags: 'Flags a Pydantic model, dataclass or TypedDict that service and pipeline each define for themselves.',
  why: `Producer and consumer that each keep a copy of one shape drift apart silently: a field is renamed on one side, both sides' tests
stay green, and the service reads a default where the pipeline wrote a value. Define it once in \`lib/shared\` and import it on both sides.

Two classes count as one contract when they have the same name, three fields at least, and 80 % of all their fields in common.`,
  examples: {
    bad: [
      {
        title: 'the same features on both sides',
        files: {
          'service/app.py':
            'from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass CustomerFeatures(BaseModel):\n    age: float\n    spend: float\n    plan: str\n',
          'pipelines/features.py':
            'from dataclasses import dataclass\n\nfrom mage_ai.data_preparation.decorators import transformer\n\n\n@dataclass\nclass CustomerFeatures:\n    age: float\n    spend: float\n    plan: str\n',
        },
      },
    ],
    good: [
      {
        title: 'two shapes with one name',
        files: {
          'service/app.py':
            'from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Settings(BaseModel):\n    host: str\n    port: int\n    workers: int\n',
          'pipelines/features.py':
            'from dataclasses import dataclass\n\nfrom mage_ai.data_preparation.decorators import transformer\n\n\n@dataclass\nclass Settings:\n    table: str\n    window: int\n    seed: int\n',
        },
      },
    ],
  },
  async run(context) {
    const { side, graph } = await context.model(boundaries);
    if (graph.size === 0) return 'not-applicable';
    const all = await context.model(contracts);
    const consumers = all.filter(({ path }) => side(path) === 'service');
    const producers = all.filter(({ path }) => side(path) === 'pipeline');
    return consumers.flatMap((consumer) => {
      const twins = producers.filter((producer) => producer.name === consumer.name);
      const producer = twins.find((twin) => overlap(consumer, twin) >= SAME);
      return producer ? [draft(consumer, producer)] : [];
    });
  },
});

const draft = (consumer: Contract, producer: Contract): FindingDraft => ({
  location: { path: consumer.path, startLine: consumer.line, endLine: consumer.line },
  message: `\`${consumer.name}\` is defined here and in ${producer.path}; define it once in shared code.`,
  consequence:
    'The copies drift apart without a failing test, and the service reads defaults where the pipeline wrote values.',
  evidence: `${consumer.name}: ${[...consumer.fields].sort().join(', ')}`,
  trace: [{ path: producer.path, line: producer.line, label: `the pipeline's ${producer.name}` }],
});
