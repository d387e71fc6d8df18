import { defineCheck } from '../../core/check.js';
import type { FindingDraft, Location } from '../../core/types.js';
import { chains, through, type Judgement } from '../../models/imports/chains.js';
import { importGraph, type ImportEdge } from '../../models/imports/graph.js';
import { layerOf, type Layer } from '../../models/imports/layers.js';

const LAYERS = { layers: [{ name: 'shared', paths: ['lib'] }, { name: 'pipeline', paths: ['pipelines'] }, { name: 'service', paths: ['app'] }] }; // prettier-ignore

export const importAgainstLayers = defineCheck({
  id: 'dev/import-against-layers',
  task: 'LEAD-DEV-01-03',
  reference: 'project_structure',
  severity: 'block',
  flags: 'Flags an import from a lower layer into a higher one, where the configuration declares layers.',
  why: `\`development.layers\` names the layers of the code from the lowest to the highest; a file may import from its own layer
and from lower ones. An import that goes up makes the lower layer depend on everything the higher one needs, and sooner or later
the two import each other in a circle.

\`\`\`yaml
development:
  layers:
    - { name: shared, paths: ['lib/**'] }
    - { name: features, paths: ['features/**'] }
    - { name: service, paths: ['app/**'] }
\`\`\`

Imports through files that are in no layer are followed, and the chain is shown. Imports under \`if TYPE_CHECKING\` are a warning;
tests are left alone. Only Python is read. Without declared layers there is nothing to check.`,
  examples: {
    bad: [
      {
        title: 'shared code imports the service',
        settings: { development: LAYERS },
        files: {
          'lib/audit.py': 'from app.settings import URL\n\n\ndef audit(row):\n    return URL, row\n',
          'app/settings.py': 'URL = "http://audit"\n',
        },
      },
    ],
    good: [
      {
        title: 'the service imports shared code',
        settings: { development: LAYERS },
        files: {
          'app/main.py': 'from lib.audit import audit\n\naudit({})\n',
          'lib/audit.py': 'def audit(row):\n    return row\n',
        },
      },
    ],
  },
  async run(context) {
    const { layers } = context.settings.development;
    if (layers.length === 0) return 'not-applicable';
    const graph = await context.model(importGraph);
    const layer = layerOf(layers);
    return [...graph.keys()].flatMap((path) => {
      const own = layer(path);
      if (!own || context.roles(path).has('test')) return [];
      const judge = (to: string): Judgement => {
        const there = layer(to);
        return !there ? 'followed' : there.height > own.height ? 'forbidden' : 'left';
      };
      return chains(graph, path, judge).map((chain) => draft(chain, own, layer(chain.at(-1)?.to ?? '')));
    });
  },
});

function draft(chain: readonly ImportEdge[], own: Layer, there: Layer | undefined): FindingDraft {
  const [first] = chain;
  const line = first?.line ?? 1;
  const location: Location = { path: first?.from ?? '', startLine: line, endLine: line };
  return {
    ...(chain.some(({ typesOnly }) => typesOnly) ? { severity: 'warn' as const } : {}),
    location,
    message: `Layer \`${own.name}\` imports from \`${there?.name ?? ''}\`, which is above it: \`${first?.text ?? ''}\` reaches ${chain.at(-1)?.to ?? ''}${through(chain)}.`,
    consequence:
      'The lower layer cannot be used, tested or deployed without the higher one; move what both need down, or pass it in.',
    evidence: chain.map(({ text }) => text).join(' → '),
    trace: chain.map((edge) => ({ path: edge.from, line: edge.line, label: edge.text })),
  };
}
