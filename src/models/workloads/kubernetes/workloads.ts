import type { NamedBuilds } from '../linked.js';
import type { Workload } from '../model.js';
import { customWorkloads } from './custom.js';
import type { Build } from './kustomize.js';
import type { Manifest } from './manifests.js';
import { podWorkload } from './pod.js';

/** Every workload among the objects. One that several Kustomize builds have is judged as production has it. */
export function kubernetesWorkloads(objects: readonly Manifest[], builds: NamedBuilds): Workload[] {
  const plain: Workload[] = [];
  const byBuild = new Map<Build | undefined, Manifest[]>();
  for (const manifest of objects) {
    const together = byBuild.get(manifest.build);
    if (together === undefined) byBuild.set(manifest.build, [manifest]);
    else together.push(manifest);
  }
  const byOrigin = new Map<string, { workload: Workload; manifest: Manifest }[]>();
  for (const manifest of objects) {
    const pod = podWorkload(manifest, byBuild.get(manifest.build) ?? [], builds);
    for (const workload of pod === undefined ? customWorkloads(manifest) : [pod]) {
      if (manifest.build === undefined) plain.push(workload);
      else {
        const key = `${workload.at.path}:${workload.at.line}:${workload.name}`;
        byOrigin.set(key, [...(byOrigin.get(key) ?? []), { workload, manifest }]);
      }
    }
  }
  return [...plain, ...[...byOrigin.values()].flatMap(versions)];
}

const DEVELOPMENT = /(?:^|\/)(?:dev|develop|development|local|test|tests|testing|ci|kind|minikube|sandbox|e2e)(?:\/|$)/;

/** The build that stands for the workload, with the other production builds as variants; then the others, each for its own files. */
function versions(all: readonly { workload: Workload; manifest: Manifest }[]): Workload[] {
  const directory = ({ manifest }: { manifest: Manifest }): string => manifest.build?.directory ?? '';
  const production = all.filter((one) => !DEVELOPMENT.test(directory(one)));
  const main = production.find((one) => directory(one).includes('prod')) ?? production[0] ?? all[0];
  if (main === undefined) return [];
  const others = all
    .filter((one) => one !== main)
    .map((one) => {
      const { workload, manifest } = one;
      const files = (manifest.build?.files ?? []).filter((file) => main.manifest.build?.files.includes(file) !== true);
      const development = DEVELOPMENT.test(directory(one));
      return { one, workload: { ...workload, overlayFiles: files, development } satisfies Workload };
    });
  const variants = others.filter(({ one }) => production.includes(one)).map(({ workload }) => workload);
  // A base that only development takes in may well be production’s elsewhere.
  const development = DEVELOPMENT.test(directory(main)) && DEVELOPMENT.test(main.workload.at.path);
  return [{ ...main.workload, variants, development }, ...others.map(({ workload }) => workload)];
}
