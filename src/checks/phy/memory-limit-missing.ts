import { defineCheck } from '../../core/check.js';
import type { FindingDraft } from '../../core/types.js';
import { jvmMemory, type JvmMemory } from '../../models/jvm/index.js';
import { inferenceEvidence } from '../../models/workloads/inference.js';
import { humanBytes, workloads, type Container, type Workload } from '../../models/workloads/index.js';
import { Findings, locationOf, missingEverywhere, step, titleOf, traceOf } from './support/places.js';

export const memoryLimitMissing = defineCheck({
  id: 'phy/memory-limit-missing',
  task: 'LEAD-PHY-01-01',
  severity: 'block',
  flags: 'Flags JVM and inference workloads that run without a memory limit.',
  why: `A JVM sizes itself by the memory it sees. Without a limit that is the whole host: the default heap is a quarter of it, every JVM on the host thinks so, and the garbage
collector has no reason to hurry. When memory runs out the kernel picks a victim, often the database beside it. Native memory (XGBoost, ONNX, torch) has no bound of its own at all.

Compose: \`mem_limit\` or \`deploy.resources.limits.memory\`. Kubernetes: \`resources.limits.memory\`, or a LimitRange of the namespace. A request alone is no limit. A limit that another
production file adds (\`docker-compose.prod.yml\`, a Kustomize patch) counts.

An inference workload is known by its image (Triton, vLLM, …), its command (\`mlflow models serve\`), its name (\`churn-scorer\`), or by the code it runs: a web application that loads a model. An
image without \`build\` is that of the one Dockerfile in a folder of its name.

Sources: [Compose, resources](https://docs.docker.com/reference/compose-file/deploy/#resources), [Kubernetes, managing resources](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/),
[JDK container support](https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html).`,
  reference: 'jvm_memory',
  examples: {
    bad: [
      {
        title: 'an H2O service without a limit',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx4g -jar /opt/h2o.jar\n    ports:\n      - "54321:54321"\n',
        },
      },
      {
        title: 'a request is no limit',
        files: {
          'k8s/scorer.yaml':
            'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: scorer\nspec:\n  selector:\n    matchLabels: {app: scorer}\n  template:\n    metadata:\n      labels: {app: scorer}\n    spec:\n      containers:\n        - name: scorer\n          image: nvcr.io/nvidia/tritonserver:24.08-py3\n          resources:\n            requests:\n              memory: 4Gi\n',
        },
      },
    ],
    good: [
      {
        title: 'a limit under either name',
        files: {
          'docker-compose.yml':
            'services:\n  h2o:\n    image: eclipse-temurin:17-jre\n    command: java -Xmx4g -jar /opt/h2o.jar\n    mem_limit: 6g\n  scorer:\n    image: nvcr.io/nvidia/tritonserver:24.08-py3\n    deploy:\n      resources:\n        limits:\n          memory: 8G\n',
        },
      },
    ],
  },
  async run(context) {
    const all = await context.model(workloads);
    const memory = await context.model(jvmMemory);
    const servesModel = await context.model(inferenceEvidence);
    const findings = new Findings();
    let applies = false;
    for (const workload of all) {
      for (const container of workload.containers) {
        const jvm = memory.find((found) => found.container === container);
        const because = jvm?.launch.because ?? servesModel(workload, container);
        if (because === undefined) continue;
        applies = true;
        if (missingEverywhere(workload, (variant) => hasNoLimit(variant, container.name)))
          findings.add(workload, describe(workload, container, because, jvm));
      }
    }
    return applies ? findings.list : 'not-applicable';
  },
});

const hasNoLimit = (workload: Workload, name: string): boolean =>
  workload.containers.some((container) => container.name === name && container.limit === undefined);

function describe(workload: Workload, container: Container, because: string, jvm: JvmMemory | undefined): FindingDraft {
  const { request } = container;
  const location = locationOf({ ...container.at, endLine: container.at.line });
  const what = jvm === undefined ? 'serves a model' : 'runs a JVM';
  const heap = jvm?.heap.configured.by === 'size' ? jvm.heap.configured.bytes : undefined;
  return {
    location,
    message: `${titleOf(workload, container)} ${what} (${because}) and has no memory limit${request ? `, only a request of ${request.text}` : ''}.`,
    consequence:
      jvm === undefined
        ? 'Its native memory can take the whole host, and the kernel then kills whatever is largest, often the database beside it.'
        : `The JVM sees the whole host${heap === undefined ? ' and takes a quarter of it for the heap' : ''}; native memory has no bound. When memory runs out the kernel kills whatever is largest, often the database beside it.`,
    evidence: `${container.name} without memory limit`,
    ...traceOf(location, request ? [step(request.at, `request: ${request.text}`)] : []),
    snippet: { language: 'yaml', code: limitFor(workload, heap, jvm?.allowed ?? 0.7) },
  };
}

/** The lines to add, with room for the heap where one is set. */
function limitFor(workload: Workload, heap: number | undefined, allowed: number): string {
  const gibibytes = heap === undefined ? undefined : Math.ceil((heap / allowed / 1024 ** 3) * 2) / 2;
  const comment = heap === undefined ? '' : ` # heap ${humanBytes(heap)} at ${Math.round(allowed * 100)} %`;
  const size = gibibytes ?? 4;
  const amount = Number.isInteger(size) ? `${size}G` : `${size * 1024}M`;
  if (workload.platform === 'kubernetes') return `resources:\n  limits:\n    memory: ${amount}i${comment}\n`;
  return `deploy:\n  resources:\n    limits:\n      memory: ${amount}${comment}\n`;
}
