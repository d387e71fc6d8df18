import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { addedDependencies, type AddedDependency } from '../../models/versions/dependencies.js';
import { misspelled } from '../../models/versions/popular.js';

/** Asked about in one review; what is beyond is named as not asked. */
const MOST = 200;

export const unknownLibrary = defineCheck({
  id: 'dev/unknown-library',
  task: 'LEAD-DEV-01-02',
  reference: 'principal_architect_protocol',
  severity: 'warn',
  flags:
    'Flags an added Python dependency that the package index does not know, or that looks like a misspelling of a well-known one (only with `development.packageIndex`).',
  why: `A library name that somebody, or a coding assistant, made up fails the next build; worse, whoever registers the name gets to
run code in it. A name one typing mistake from a well-known one (\`reqeusts\`) is how malicious packages are installed.

\`development.packageIndex\` is the base address of a simple index (PEP 503), for example \`https://pypi.org/simple\`, and is read from the base
branch only. Asked is for each name that the change adds to requirements, pyproject.toml, setup.cfg, setup.py, Pipfile, conda's
\`pip:\` list or an install command. Not asked: direct references, the repository's own packages, files that name an index of
their own. A misspelling counts where the index does not know the name or shows only a handful of files for it.

An index that is slow or fails leaves the question open: the review says so and the verdict does not wait for it. Answers are kept (a day; ten
minutes for an unknown name). The server refuses an index on its own network unless its operator allows it (docs/github.md).

Sources: [PEP 503](https://peps.python.org/pep-0503/), [PEP 691](https://peps.python.org/pep-0691/).`,
  external: true,
  examples: {
    bad: [
      {
        title: 'a name that nobody has registered',
        settings: { development: { packageIndex: 'https://pypi.org/simple' } },
        packages: { pandas: { kind: 'known', established: true }, 'h2o-mojo-toolkit': { kind: 'unknown' } },
        files: { 'requirements.txt': 'pandas==2.2.3\nh2o-mojo-toolkit==1.0.0\n' },
      },
      {
        title: 'two letters swapped',
        settings: { development: { packageIndex: 'https://pypi.org/simple' } },
        packages: { reqeusts: { kind: 'known', established: false } },
        files: { Dockerfile: 'FROM python:3.12-slim\nRUN pip install --no-cache-dir reqeusts==2.32.0\n' },
      },
    ],
    good: [
      {
        title: 'known names',
        settings: { development: { packageIndex: 'https://pypi.org/simple' } },
        packages: {
          pandas: { kind: 'known', established: true },
          'acme-scoring': { kind: 'known', established: false },
        },
        files: { 'requirements.txt': 'pandas==2.2.3\nacme-scoring==0.1.0\n' },
      },
      {
        title: 'an index that does not answer: the question stays open',
        settings: { development: { packageIndex: 'https://pypi.org/simple' } },
        packages: { pandas: { kind: 'failed', reason: 'it did not answer in time' } },
        files: { 'requirements.txt': 'pandas==2.2.3\n' },
      },
    ],
  },
  async run(context) {
    const { packageIndex: index } = context.settings.development;
    if (index === undefined) return 'not-applicable';
    const added = await context.model(addedDependencies);
    if (added.length === 0) return 'not-applicable';
    if (!context.packageIndex) {
      context.inconclusive('nobody here asks a package index');
      return [];
    }
    const asked = added.slice(0, MOST);
    const answers = await context.packageIndex({ index, names: asked.map(({ name }) => name) });
    const failures = new Set<string>();
    const findings = asked.flatMap((dependency) => {
      const answer = answers[dependency.name] ?? { kind: 'failed', reason: 'it gave no answer' };
      if (answer.kind === 'failed') failures.add(answer.reason);
      const meant = misspelled(dependency.name);
      if (answer.kind === 'unknown') return [unknown(dependency, index, meant)];
      return answer.kind === 'known' && !answer.established && meant !== undefined ? [mistyped(dependency, meant)] : [];
    });
    for (const reason of failures) context.inconclusive(`the package index was not heard: ${reason}`);
    if (added.length > MOST)
      context.inconclusive(`${String(added.length - MOST)} added dependencies were not asked for`);
    return findings;
  },
});

const at = ({ path, requirement: { line, endLine } }: AddedDependency): FindingDraft['location'] => ({
  path,
  startLine: line,
  endLine,
});

function unknown(dependency: AddedDependency, index: string, meant: string | undefined): FindingDraft {
  const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
  return {
    location: at(dependency),
    message: `No package \`${dependency.name}\` is known to ${new URL(index).host}.${hint}`,
    consequence: 'The next build fails, or, once somebody registers the name, installs and runs what they put there.',
    evidence: `unknown: ${dependency.name}`,
  };
}

const mistyped = (dependency: AddedDependency, meant: string): FindingDraft => ({
  location: at(dependency),
  message: `\`${dependency.name}\` is one typing mistake from \`${meant}\` and has hardly a release; did you mean that?`,
  consequence: 'Names like this are registered to run code on the machines of those who mistype.',
  evidence: `misspelling: ${dependency.name}`,
});
