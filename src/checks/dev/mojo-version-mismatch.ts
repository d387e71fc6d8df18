import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { disagreements, versionTriangle, type Corner, type Disagreement } from '../../models/versions/triangle.js';

export const mojoVersionMismatch = defineCheck({
  id: 'dev/mojo-version-mismatch',
  task: 'LEAD-DEV-01-02',
  reference: 'mojo_vs_pojo',
  severity: 'block',
  flags:
    'Flags H2O releases that disagree: the client that trains, the JAR or server that runs, the MOJO that is shipped.',
  why: `Three places name an H2O release: the Python client's pin, the JAR or server image (Dockerfile, Maven, Gradle, sbt, a committed
JAR), and \`h2o_version\` inside the MOJO. The rule is that they are one release. It is a policy, and stricter than the reader:
h2o-genmodel gates on \`mojo_version\` alone and usually reads older models. But a client refuses a server of another release, and
nobody tests the mixed pair that happens to load. One finding names every corner and where it is written; development builds
(\`…99999\`), tests and examples are left out.

Sources: [H2O: MOJO and genmodel versions](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/mojo-quickstart.html),
[client and server versions](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/faq/general-troubleshooting.html).`,
  examples: {
    bad: [
      {
        title: 'the Dockerfile loads another JAR',
        files: {
          'requirements.txt': 'h2o==3.46.0.6\n',
          Dockerfile:
            'FROM eclipse-temurin:17-jre\nARG H2O_VERSION=3.44.0.3\nADD https://repo1.maven.org/maven2/ai/h2o/h2o-genmodel/${H2O_VERSION}/h2o-genmodel-${H2O_VERSION}.jar /opt/genmodel.jar\n',
        },
      },
    ],
    good: [
      {
        title: 'one release',
        files: {
          'requirements.txt': 'h2o==3.46.0.6\n',
          Dockerfile:
            'FROM eclipse-temurin:17-jre\nADD https://repo1.maven.org/maven2/ai/h2o/h2o-genmodel/3.46.0.6/h2o-genmodel-3.46.0.6.jar /opt/genmodel.jar\n',
        },
      },
    ],
  },
  async run(context) {
    const corners = await context.model(versionTriangle);
    if (corners.length < 2) return 'not-applicable';
    return disagreements(context, corners).map(draft);
  },
});

function draft({ corners, odd }: Disagreement): FindingDraft {
  const sorted = [...corners].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  return {
    location: { path: odd.path, startLine: odd.line, endLine: odd.line },
    message: `H2O releases disagree: ${described(sorted)}.`,
    consequence:
      'The client and the server refuse each other, or the service scores with a reader that nobody tested with this model.',
    evidence: sorted
      .map(({ kind, version }) => `${kind} ${version}`)
      .filter((text, index, all) => all.indexOf(text) === index)
      .join(', '),
    trace: sorted.map(({ path, line, version, what }) => ({ path, line, label: `${what}: ${version}` })),
  };
}

const NAMES: Readonly<Record<Corner['kind'], string>> = {
  client: 'the client is',
  jar: 'the JAR or server is',
  artifact: 'the MOJO was written by',
};

function described(corners: readonly Corner[]): string {
  const texts = corners.map(({ kind, version, path, line }) => `${NAMES[kind]} ${version} (${path}:${line})`);
  return texts.length > 6 ? `${texts.slice(0, 6).join(', ')} and ${texts.length - 6} more` : texts.join(', ');
}
