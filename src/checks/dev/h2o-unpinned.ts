import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { h2oPins, type H2oPin } from '../../models/versions/h2o.js';
import { h2oImages, movingTag, type ImageUse } from '../../models/versions/images.js';

export const h2oUnpinned = defineCheck({
  id: 'dev/h2o-unpinned',
  task: 'LEAD-DEV-01-02',
  reference: 'mojo_vs_pojo',
  severity: 'block',
  flags: 'Flags an H2O client, or an `h2oai` image, that is installed without an exact version.',
  why: `The Python client, the H2O cluster it talks to, the MOJO it exports and the genmodel JAR that scores it come from one
release. A client of another version than the cluster refuses to connect
(\`H2OConnectionError: Version mismatch\`), and a MOJO with a newer \`mojo_version\` than the serving JAR knows is refused when
the service starts. With a range, the version is decided by the day the image was built.

Pin \`h2o==x.y.z.b\` in requirements, pyproject.toml, setup.cfg, Pipfile, conda environments and install commands. A lock file
(poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock, conda-lock), a requirements file compiled from it (pip-compile, uv, PDM), a
constraints file, or a constraint or override of uv and PDM that pins it is enough. Poetry's bare \`"3.46.0.6"\` is exact; \`==3.46.*\` is not. The metadata of a library
(with classifiers), development groups, and install lines of notebooks (\`!pip install h2o\`) are a note: there somebody else decides.

Sources: [H2O: downloading and installing](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/downloading.html),
[pip: repeatable installs](https://pip.pypa.io/en/stable/topics/repeatable-installs/).`,
  examples: {
    bad: [
      { title: 'a range in requirements.txt', files: { 'requirements.txt': 'pandas==2.2.3\nh2o>=3.44\n' } },
      {
        title: 'an install command in a Dockerfile',
        files: { Dockerfile: 'FROM python:3.11-slim\nRUN pip install --no-cache-dir h2o pandas==2.2.3\n' },
      },
      {
        title: 'a caret in Poetry, without a lock file',
        files: {
          'pyproject.toml':
            '[tool.poetry]\nname = "scoring"\n\n[tool.poetry.dependencies]\npython = "^3.11"\nh2o = "^3.46.0"\n',
        },
      },
    ],
    good: [
      { title: 'an exact version', files: { 'requirements.txt': 'h2o==3.46.0.6\n' } },
      {
        title: 'a range that the lock file settles',
        files: {
          'pyproject.toml': '[project]\nname = "scoring"\nversion = "0"\ndependencies = ["h2o>=3.44"]\n',
          'uv.lock': 'version = 1\n\n[[package]]\nname = "h2o"\nversion = "3.46.0.6"\n',
        },
      },
    ],
  },
  async run(context) {
    const { pins, unresolved } = await context.model(h2oPins);
    const images = await h2oImages(context);
    if (pins.length === 0 && images.length === 0) return 'not-applicable';
    const open = new Map(unresolved.map(({ pin, constraints }) => [pin, constraints]));
    for (const [pin, constraints] of open) {
      context.inconclusive(`${pin.path}: constraints in ${constraints.join(', ')}, which is not in the repository`);
    }
    const unpinned = pins.filter((pin) => pin.version === undefined && !open.has(pin));
    return [...unpinned.map(fromPin), ...images.flatMap(fromImage)];
  },
});

const CONSEQUENCE =
  'The next image build may bring another H2O release than the cluster and the genmodel JAR run: the client then refuses to connect, or the JAR refuses the new MOJO.';

function fromPin(pin: H2oPin): FindingDraft {
  const { requirement, path, source } = pin;
  return {
    ...(harmless(pin) ? { severity: 'note' } : {}),
    location: { path, startLine: requirement.line, endLine: requirement.endLine },
    message: `${described(pin)} takes ${range(pin)}; pin it with ==.`,
    consequence:
      harmless(pin) && pin.library
        ? 'Whoever installs this package gets an H2O that nobody tested it with.'
        : CONSEQUENCE,
    evidence: `${source}: ${requirement.text}`,
    ...(source === 'requirements' || source === 'pyproject'
      ? {
          snippet: {
            language: 'text',
            code: `${requirement.name}==3.46.0.6  # the version your cluster and genmodel JAR run`,
          },
        }
      : {}),
  };
}

/** What only developers, readers of a notebook or other packages' authors install. */
const harmless = ({ library, source, group, groupName }: H2oPin): boolean =>
  library ||
  source === 'notebook' ||
  group === 'build' ||
  (group === 'group' && !/^(?:prod|production|main|serving|ml)$/.test(groupName));

const described = ({ source, requirement }: H2oPin): string =>
  ['Dockerfile', 'CI', 'shell', 'notebook'].includes(source)
    ? `\`${requirement.text}\` in an install command`
    : `\`${requirement.text}\``;

function range({ requirement: { clauses, url } }: H2oPin): string {
  if (url !== undefined) return 'whatever that address serves on the day';
  if (clauses.length === 0) return 'whatever H2O release is newest on the day';
  return 'any H2O release of a range';
}

function fromImage({ path, line, image }: ImageUse): FindingDraft[] {
  const tag = movingTag(image);
  if (tag === undefined) return [];
  return [
    {
      location: { path, startLine: line, endLine: line },
      message: `Image \`${image}\` follows the moving tag \`${tag}\`; name a release.`,
      consequence: CONSEQUENCE,
      evidence: image,
    },
  ];
}
