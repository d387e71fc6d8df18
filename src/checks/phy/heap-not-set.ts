import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { jvmMemory, type JvmMemory } from '../../models/jvm/index.js';
import { humanBytes, percent } from '../../models/workloads/index.js';
import { Findings, locationOf, missingEverywhere, step, titleOf, traceOf } from './support/places.js';

export const heapNotSet = defineCheck({
  id: 'phy/heap-not-set',
  task: 'LEAD-PHY-01-01',
  severity: 'block',
  flags: 'Flags H2O and other JVM workloads with neither -Xmx nor MaxRAMPercentage that takes effect.',
  why: `Unless told otherwise the JVM takes a quarter of the memory it sees: of an 8 GiB container it uses 2 GiB and leaves 6 idle; of a host without limit it takes a quarter, whatever
else runs there. With at most about 250 MB it takes half. Either way the number is nobody's decision, and it changes with the machine.

Set \`-Xmx\` or \`-XX:MaxRAMPercentage\` where the JVM reads it: on the command line, or in \`JAVA_TOOL_OPTIONS\`. \`JAVA_OPTS\` works only where a start script expands it.

\`h2o.init()\` in Python starts a JVM in the same container: there the size is \`max_mem_size\`, in the call or in the variable it reads. Which files a container runs is followed from its
command through the imports; a Mage project counts where it is mounted.

Images that size their own heap are not told to: where their rule gives a number (Kafka, Elasticsearch, Keycloak, H2O's Kubernetes image with half of the limit, …)
\`phy/heap-over-limit-share\` judges what it amounts to; where it does not (Cassandra, Flink, SonarQube, …) a note says that the share of the limit is not known.

Sources: [the java command, MaxRAMPercentage](https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html), [H2O, starting from Docker](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/welcome.html).`,
  reference: 'jvm_memory',
  examples: {
    bad: [
      {
        title: 'a limit, and no heap',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -jar /opt/h2o.jar -name churn\n    mem_limit: 8g\n',
        },
      },
      {
        title: 'a variable that the command does not expand',
        files: {
          'docker-compose.yml':
            'services:\n  scorer:\n    image: eclipse-temurin:17-jre\n    command: java -jar /opt/scorer.jar\n    environment:\n      JAVA_OPTS: -Xmx2g\n    mem_limit: 3g\n',
        },
      },
    ],
    good: [
      {
        title: 'on the command line, or where every JVM reads it',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx5g -jar /opt/h2o.jar\n    mem_limit: 8g\n  scorer:\n    image: registry.example.com/scorer:2.0.1\n    environment:\n      JAVA_TOOL_OPTIONS: -XX:MaxRAMPercentage=65\n    mem_limit: 2g\n',
        },
      },
    ],
  },
  async run(context) {
    const all = await context.model(jvmMemory);
    if (all.length === 0) return 'not-applicable';
    const findings = new Findings();
    for (const memory of all.filter(({ decidedBy }) => decidedBy === undefined)) {
      const { workload, container, launch, limit, unknown } = memory;
      const ownRule = launch.kind === 'self-sizing';
      // Without a limit there is nothing to compare; of other unknown heaps the model has put on record why.
      if (ownRule ? limit === undefined : unknown !== undefined) continue;
      const set = (name: string): boolean =>
        all.some(
          (other) =>
            other.container.name === name &&
            other.decidedBy !== undefined &&
            workload.variants.some(({ containers }) => containers.includes(other.container)),
        );
      if (missingEverywhere(workload, (variant) => variant === workload || !set(container.name)))
        findings.add(workload, ownRule ? notJudged(memory) : describe(memory));
    }
    return findings.list;
  },
});

function describe({ workload, container, launch, limit, heap }: JvmMemory): FindingDraft {
  const location = locationOf({ ...container.at, endLine: container.at.line });
  const share = heap.configured.by === 'size' ? 0 : heap.configured.share;
  const taken =
    limit?.bytes === undefined || heap.bytes === undefined
      ? `It takes ${percent(share)} of whatever memory it sees, and that differs from host to host.`
      : `It takes ${percent(share)} of ${limit.text}: ${humanBytes(heap.bytes)} of heap, and ${humanBytes(limit.bytes - heap.bytes)} stay out of its reach.`;
  const ignored = launch.ineffective.map(({ variable, reason }) => `${variable.name} has no effect here: ${reason}.`);
  return {
    location,
    message: `${titleOf(workload, container)} runs a JVM (${launch.because}) without -Xmx and MaxRAMPercentage.`,
    consequence: [taken, ...ignored].join(' '),
    evidence: `${container.name} without heap size`,
    ...traceOf(location, [
      ...launch.ineffective.map(({ variable }) => step(variable.at, `${variable.name} has no effect here`)),
      ...(limit ? [step(limit.at, `limit: ${limit.text}`)] : []),
    ]),
    snippet: { language: 'yaml', code: snippet(workload.platform) },
  };
}

function notJudged({ workload, container, launch, limit, unknown }: JvmMemory): FindingDraft {
  const location = locationOf({ ...container.at, endLine: container.at.line });
  return {
    severity: 'note',
    location,
    message: `${titleOf(workload, container)}: ${launch.image?.name ?? 'the image'} sizes its heap by itself (${unknown ?? launch.image?.rule ?? 'inside the image'}), so its share of ${limit?.text ?? 'the limit'} is not known.`,
    consequence:
      'A rule that looks at the host, or a default that is larger than the limit, shows only when the heap fills up and the kernel kills the container.',
    evidence: `${container.name} sizes its own heap`,
    ...traceOf(location, limit ? [step(limit.at, `limit: ${limit.text}`)] : []),
  };
}

const snippet = (platform: 'compose' | 'kubernetes'): string =>
  platform === 'compose'
    ? 'environment:\n  JAVA_TOOL_OPTIONS: "-XX:MaxRAMPercentage=65"\n'
    : 'env:\n  - name: JAVA_TOOL_OPTIONS\n    value: "-XX:MaxRAMPercentage=65"\n';
