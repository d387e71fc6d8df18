import { defineCheck, type CheckContext } from '../../core/check.js';
import type { FindingDraft, Fix } from '../../core/types.js';
import { fittingHeap, jvmMemory, type JvmMemory } from '../../models/jvm/index.js';
import { inferenceEvidence } from '../../models/workloads/inference.js';
import { humanBytes, percent } from '../../models/workloads/index.js';
import { Findings, locationOf, step, titleOf, traceOf } from './support/places.js';
import { replaceOnLine } from './support/replace.js';

/** Sizes written in whole megabytes miss a share by a little. */
const TOLERANCE = 0.001;
/** Below it H2O and scoring services waste the memory they reserve. */
const LOW = 0.6;

export const heapOverLimitShare = defineCheck({
  id: 'phy/heap-over-limit-share',
  task: 'LEAD-PHY-01-01',
  severity: 'block',
  flags:
    "Flags JVMs whose heap takes more than 70 % of their container's memory limit (two thirds where H2O trains XGBoost in the same process).",
  why: `The limit counts everything the process touches: heap, metaspace, code cache, thread stacks, direct buffers, and what native libraries such as XGBoost allocate
with \`malloc\`. A heap that takes nearly all of it works until the heap is really used; then the kernel kills the container (exit code 137), with no OutOfMemoryError and no heap dump.

The heap is worked out as the JVM does it: \`_JAVA_OPTIONS\` beats the command line, which beats \`JDK_JAVA_OPTIONS\`, which beats \`JAVA_TOOL_OPTIONS\`; the last \`-Xmx\` wins and beats
\`MaxRAMPercentage\`; \`-Xms\` above the default raises the maximum; on at most about 250 MB \`MinRAMPercentage\` (50 %) decides and \`MaxRAMPercentage\` is ignored. \`JAVA_OPTS\` counts
only where the entry point or the image's start script expands it. Limit and heap may stand in different files: Dockerfile, Compose file, override, \`.env\`, ConfigMap.

An H2O or scoring workload whose heap takes less than 60 % gets a note: the rest of its reservation is idle.

Sources: [the java command](https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html), [H2O on Docker and memory](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/faq/general-troubleshooting.html),
[Kubernetes, memory limits](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/).`,
  reference: 'jvm_memory',
  examples: {
    bad: [
      {
        title: '7 GiB of heap in a container of 8 GiB',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx7g -jar /opt/h2o.jar\n    mem_limit: 8g\n',
        },
      },
      {
        title: 'a percentage in the pod, the limit beside it',
        files: {
          'k8s/scorer.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: scorer\nspec:\n  selector:\n    matchLabels: {app: scorer}\n  template:\n    metadata:\n      labels: {app: scorer}\n    spec:\n      containers:\n        - name: scorer\n          image: registry.example.com/scorer:1.4.2\n          env:\n            - name: JAVA_TOOL_OPTIONS\n              value: "-XX:MaxRAMPercentage=85"\n          resources:\n            limits:\n              memory: 4Gi\n',
        },
      },
    ],
    good: [
      {
        title: '5 GiB of 8: three stay for everything else',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx5g -jar /opt/h2o.jar\n    mem_limit: 8g\n',
        },
      },
    ],
  },
  async run(context) {
    const containers = await context.model(jvmMemory);
    if (containers.length === 0) return 'not-applicable';
    const evidence = await context.model(inferenceEvidence);
    const serves = (...of: Parameters<typeof evidence>): boolean => evidence(...of) !== undefined;
    const findings = new Findings();
    for (const memory of containers) {
      if (memory.share === undefined) continue;
      if (memory.share > memory.allowed + TOLERANCE)
        findings.add(memory.workload, await tooLarge(memory, memory.share, context));
      else if (isUnderused(memory, memory.share, serves(memory.workload, memory.container)))
        findings.add(memory.workload, underused(memory, memory.share));
    }
    return findings.list;
  },
});

/** Stores want the rest for the page cache: only H2O and what serves models is meant. */
const isUnderused = ({ launch, decidedBy }: JvmMemory, share: number, serves: boolean): boolean =>
  (launch.kind === 'h2o' || (serves && launch.kind !== 'self-sizing')) &&
  decidedBy !== undefined &&
  !decidedBy.byImage &&
  share < LOW;

async function tooLarge(memory: JvmMemory, share: number, context: CheckContext): Promise<FindingDraft> {
  const { workload, container, limit, decidedBy, allowed, heap } = memory;
  const total = limit?.bytes ?? 0;
  const size = Math.round(total * share);
  // A default of the image stands nowhere: then the limit is the line to change.
  const place = decidedBy === undefined || decidedBy.byImage ? (limit?.at ?? container.at) : decidedBy.at;
  const location = locationOf(place);
  const asked =
    decidedBy === undefined
      ? 'the JVM default'
      : decidedBy.byImage
        ? `${decidedBy.source}, ${decidedBy.option.text}`
        : decidedBy.option.text;
  const fix = await smaller(memory, context);
  return {
    location,
    message: `${titleOf(workload, container)}: the heap takes ${percent(share)} of the memory limit (${asked} = ${humanBytes(size)} of ${limit?.text ?? ''} = ${humanBytes(total)}); at most ${percent(allowed)} leaves room for the rest.`,
    consequence: `${humanBytes(Math.max(0, total - size))} remain for metaspace, threads, direct buffers and native libraries such as XGBoost. Once the heap fills up, the kernel kills the container (exit code 137). ${humanBytes(fittingHeap(total, allowed))} (-Xmx${fittingHeap(total, allowed) / 1024 ** 2}m) would fit.`,
    evidence: `${container.name}: ${heap.configured.by === 'default' ? 'default heap' : heap.configured.text} of ${limit?.text ?? ''}`,
    ...traceOf(location, [
      ...(decidedBy && !decidedBy.byImage
        ? [step(decidedBy.at, `heap: ${decidedBy.option.text} (${decidedBy.source})`), ...decidedBy.via]
        : []),
      ...(limit ? [step(limit.at, `limit: ${limit.text}`), ...(limit.via ?? [])] : []),
    ]),
    ...(fix ? { fix } : {}),
  };
}

/** The same option with a value that fits, where it is literally on its line and nothing else stands in the way. */
async function smaller(
  { decidedBy, limit, allowed, launch }: JvmMemory,
  context: CheckContext,
): Promise<Fix | undefined> {
  if (decidedBy === undefined || decidedBy.byImage || limit?.bytes === undefined) return undefined;
  const { option, at } = decidedBy;
  const fitting = fittingHeap(limit.bytes, allowed);
  if (option.kind === 'maxPercent') {
    const value = `-XX:MaxRAMPercentage=${Math.floor(allowed * 100)}${option.text.includes('.') ? '.0' : ''}`;
    return replaceOnLine(context, at.path, at.line, [[option.text, value]]);
  }
  if (option.kind !== 'max' || !option.text.startsWith('-Xmx')) return undefined;
  const initial = launch.options.filter(
    (other) => other.option.kind === 'initial' && 'bytes' in other.option && other.option.bytes > fitting,
  );
  // A first size above the maximum keeps the JVM from starting.
  if (initial.some((other) => other.at.line !== at.line || !other.option.text.startsWith('-Xms'))) return undefined;
  const changes = [option, ...initial.map((other) => other.option)].map(
    ({ text }) => [text, `${text.slice(0, 4)}${fitting / 1024 ** 2}m`] as const,
  );
  return replaceOnLine(context, at.path, at.line, changes);
}

function underused({ workload, container, limit, decidedBy, launch }: JvmMemory, share: number): FindingDraft {
  const location = locationOf(decidedBy?.at ?? container.at);
  return {
    severity: 'note',
    location,
    message: `${titleOf(workload, container)}: the heap takes only ${percent(share)} of the memory limit (${decidedBy?.option.text ?? ''} of ${limit?.text ?? ''}); 60 to 70 % is the aim.`,
    consequence:
      launch.kind === 'h2o'
        ? 'The rest is reserved and stays idle, while H2O swaps or refuses larger frames. Raise the heap or lower the limit.'
        : 'The rest is reserved and stays idle, unless native libraries need it. Raise the heap or lower the limit.',
    evidence: `${container.name}: ${decidedBy?.option.text ?? ''} of ${limit?.text ?? ''}`,
    ...traceOf(location, limit ? [step(limit.at, `limit: ${limit.text}`)] : []),
  };
}
