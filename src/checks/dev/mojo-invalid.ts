import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import type { Violation } from '../../languages/mojo/index.js';
import { mojos, type Mojo } from '../../models/artifacts/mojos.js';

const INI =
  '[info]\nh2o_version = 3.46.0.6\nmojo_version = 1.00\nlicense = Apache License Version 2.0\nalgo = glm\nalgorithm = Generalized Linear Modeling\n' +
  'endianness = LITTLE_ENDIAN\ncategory = Regression\nuuid = 1\nsupervised = true\nn_features = 1\nn_classes = 1\nn_columns = 2\nn_domains = 1\n' +
  'balance_classes = false\ndefault_threshold = 0.5\nbeta = [1.0, 2.0, 0.5]\nfamily = gaussian\n\n[columns]\nplan\nvalue\n\n[domains]\n0: 3 d000.txt\n';

export const mojoInvalid = defineCheck({
  id: 'dev/mojo-invalid',
  task: 'SPK-LEAD-03',
  reference: 'mojo_vs_pojo',
  severity: 'block',
  flags: 'Flags a MOJO that h2o-genmodel refuses to load or scores wrongly, judged byte by byte without H2O.',
  why: `A damaged or incomplete MOJO is found by the service that loads it, at start or, for a single tree, on the first row
that reaches the damaged byte. This check reads an archive (or an unpacked folder) the way h2o-genmodel does:

- the container: end record, directory, checksums, sizes; hostile archives (names that lead out, duplicates, encrypted
  entries, bombs) are named, not unpacked;
- \`model.ini\`: the keys the reader dereferences, the model category, columns, every domain file's count, and the
  \`mojo_version\` gate (for GBM and DRF 1.40 is the highest that H2O 3.46 knows);
- trees of GBM, DRF, Isolation Forest, Uplift DRF and Extended Isolation Forest, node by node to the last byte, with the
  \`_aux\` records that belong to them; the files other algorithms need; models inside ensembles and pipelines;
- \`endianness\`: trees are in the writer's own byte order, the reader never looks, and a model from a big-endian machine scores
  garbage without an error.

What structure cannot show: a changed split or leaf value is still a well-formed tree (an archive's checksum catches that, a
folder has none). Most bytes of a tree are such floats.

Sources: [MOJO quick start](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/mojo-quickstart.html), h2o-genmodel's
\`ModelMojoReader\`, \`SharedTreeMojoModel\` and \`MojoReaderBackend\` in [h2oai/h2o-3](https://github.com/h2oai/h2o-3).`,
  examples: {
    bad: [
      {
        title: 'a domain file that lost a line',
        files: { 'models/value/model.ini': INI, 'models/value/domains/d000.txt': 'basic\nplus\n' },
      },
      {
        title: 'a format version that no reader knows',
        files: {
          'models/value/model.ini': INI.replace('mojo_version = 1.00', 'mojo_version = 2.00'),
          'models/value/domains/d000.txt': 'basic\nplus\npro\n',
        },
      },
    ],
    good: [
      {
        title: 'a whole model',
        files: { 'models/value/model.ini': INI, 'models/value/domains/d000.txt': 'basic\nplus\npro\n' },
      },
    ],
  },
  async run(context) {
    const found = await context.model(mojos);
    if (found.length === 0) return 'not-applicable';
    return found.flatMap((mojo) => draft(mojo, (path) => context.file(path) !== undefined));
  },
});

function draft(mojo: Mojo, exists: (path: string) => boolean): FindingDraft[] {
  const [first, ...others] = mojo.facts.violations;
  if (!first) return [];
  const inner = mojo.folder === undefined ? undefined : mojo.folder + first.file;
  const path = inner !== undefined && exists(inner) ? inner : mojo.path;
  const line = path === inner ? (first.line ?? 1) : 1;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return [
    {
      location: { path, startLine: line, endLine: line },
      message: `Not a MOJO that h2o-genmodel can use: ${described(first)}${more}.`,
      consequence: scoresGarbage(first)
        ? 'The service loads it without an error and returns wrong scores.'
        : 'Loading it fails when the service starts, or scoring fails on the first row that reaches the damage.',
      evidence: [first, ...others.slice(0, 4)]
        .map(({ file, expected, found }) => `${file}: ${expected} / ${found}`)
        .join('\n'),
    },
  ];
}

function described({ file, line, offset, expected, found }: Violation): string {
  const place = offset !== undefined ? ` at byte ${offset}` : line !== undefined ? ` line ${line}` : '';
  const where = file === '' ? `the archive${place}` : `\`${file}\`${place}`;
  return `in ${where}, expected ${expected}, found ${found}`;
}

const scoresGarbage = ({ expected }: Violation): boolean => expected.includes('LITTLE_ENDIAN');
