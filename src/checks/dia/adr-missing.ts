import { defineCheck } from '../../core/check.js';
import { changedRecords, gateModel, recordPaths } from '../../models/argument/index.js';
import { decisionAreas } from '../../models/decisions/index.js';
import { listed } from './draft.js';

/** Areas by which a pull request bears a decision that outlives it. */
const LASTING = new Set(['table', 'workload', 'datastore', 'artifact']);

export const adrMissing = defineCheck({
  id: 'dia/adr-missing',
  task: 'Superpower 1',
  severity: 'note',
  nonProduction: 'keep',
  subject: 'change',
  reference: 'dialectical_synthesis',
  flags:
    'Flags a pull request that makes a lasting decision without a decision record, in a repository that keeps such records.',
  why: `A description is read once, at review; a record is found by whoever asks later. Where the repository keeps records already, a new
table, datastore, kind of workload or model artifact belongs among them. The argument of the description can be moved there as it is.`,
  examples: {
    bad: [
      {
        title: 'a new datastore beside a log of decisions',
        files: {
          'docs/adr/0001-record-decisions.md': '# Record decisions\n\n## Status\n\nDeprecated\n',
          'compose.yml':
            'services:\n  vectors:\n    image: qdrant/qdrant:v1.15.0\n    volumes: [vectors:/qdrant/storage]\nvolumes:\n  vectors:\n',
        },
        body: 'Thesis: a vector database answers similarity search.\nAntithesis: pgvector would do without one more datastore to back up.\nSynthesis: Qdrant, until pgvector serves filters.\n',
      },
    ],
    good: [
      {
        title: 'a repository that keeps no records',
        files: { 'compose.yml': 'services:\n  vectors:\n    image: qdrant/qdrant:v1.15.0\n' },
        body: 'Thesis: a vector database answers similarity search.\nAntithesis: pgvector would do without one more datastore to back up.\nSynthesis: Qdrant, until pgvector serves filters.\n',
      },
    ],
  },
  async run(context) {
    const gate = await context.model(gateModel);
    const records = recordPaths(context);
    if (!gate || gate.exemption !== undefined || records.length === 0) return 'not-applicable';
    const changed = await context.model(changedRecords);
    if (changed.some(({ record }) => !record.status.retired)) return [];
    const areas = (await context.model(decisionAreas)).filter((area) => LASTING.has(area.kind));
    const first = areas[0];
    if (!first) return [];
    const what = [...new Set(areas.map((area) => area.what))];
    return [
      {
        location: { path: first.path, startLine: first.line, endLine: first.line },
        message: `This change decides about ${listed(what.slice(0, 4))}, and adds no record to ${folderOf(records[0] ?? '')}.`,
        consequence: 'The reasons stay in a closed pull request, where nobody looks for them.',
        evidence: what.join(', ').slice(0, 300),
        trace: areas.slice(0, 10).map((area) => ({ path: area.path, line: area.line, label: area.what })),
      },
    ];
  },
});

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.';
