import type { Workspace } from '../../core/workspace.js';
import { effectiveCommand } from '../workloads/effective-command.js';
import type { BuiltImage, Container, Workload } from '../workloads/index.js';
import { directoryOf, within } from '../workloads/paths.js';
import { jvmImage } from './images.js';
import type { OptionFile } from './launch.js';
import type { ArgumentFile, StartScript } from './start.js';

/** The file of the repository that an image built here starts: `ENTRYPOINT ["./start.sh"]` with `COPY start.sh .`. */
export async function startScript(workspace: Workspace, container: Container): Promise<StartScript | undefined> {
  const { built } = container;
  if (built === undefined) return undefined;
  const { words } = effectiveCommand(container);
  const names = words.flatMap((word) => word.split(/\s+/)).filter((word) => /\.(?:sh|bash)$|entrypoint$/.test(word));
  for (const name of names) {
    const path = inBuild(workspace, built, name.slice(name.lastIndexOf('/') + 1));
    const text = path === undefined ? undefined : await workspace.text(path);
    if (path !== undefined && text !== undefined) return { path, text };
  }
  return undefined;
}

/** Files of JVM options that are mounted where a known image reads them. */
export async function optionFiles(
  workspace: Workspace,
  workload: Workload,
  container: Container,
): Promise<OptionFile[]> {
  const pattern = jvmImage(container.built?.base ?? container.image?.value ?? '')?.optionFiles;
  if (pattern === undefined) return [];
  const files: OptionFile[] = [];
  for (const { kind, source, target } of container.mounts.filter((mount) => pattern.test(mount.target))) {
    const local = kind === 'bind' ? within(workload.compose?.project.directory ?? '', source ?? '/') : undefined;
    const paths =
      local === undefined
        ? []
        : workspace.files.map(({ path }) => path).filter((path) => path === local || isOptionFile(path, local));
    for (const path of paths) files.push({ path, text: await workspace.text(path) });
    if (paths.length === 0) files.push({ path: target, text: undefined });
  }
  return files;
}

const isOptionFile = (path: string, folder: string): boolean =>
  path.startsWith(`${folder}/`) && /(?:^|\/)(?:jvm\.config|[^/]+\.options)$/.test(path);

/** The argument files that the command line names, as far as they are mounted or copied from the repository. */
export async function argumentFiles(
  workspace: Workspace,
  workload: Workload,
  container: Container,
): Promise<ArgumentFile[]> {
  const words = effectiveCommand(container).words.flatMap((word) => word.split(/\s+/));
  const files: ArgumentFile[] = [];
  for (const word of new Set(words.filter((one) => one.startsWith('@') && one.length > 1))) {
    const path = mounted(workload, container, word.slice(1)) ?? copied(workspace, container, word.slice(1));
    const text = path === undefined || workspace.file(path) === undefined ? undefined : await workspace.text(path);
    if (path !== undefined && text !== undefined) files.push({ word, path, text });
  }
  return files;
}

/** The file behind a path in the container, when a bind mount of a Compose service brings it. */
function mounted({ compose }: Workload, { mounts }: Container, wanted: string): string | undefined {
  const mount = mounts.find(
    ({ kind, target }) => kind === 'bind' && (target === wanted || wanted.startsWith(`${target.replace(/\/$/, '')}/`)),
  );
  const local = compose && mount && within(compose.project.directory, mount.source ?? '/');
  if (mount === undefined || local === undefined) return undefined;
  return within(local, wanted.slice(mount.target.replace(/\/$/, '').length).replace(/^\//, '') || '.');
}

/** The file of that name in the build context, when COPY or ADD names it or all of the context. */
function copied(workspace: Workspace, { built }: Container, wanted: string): string | undefined {
  const file = wanted.slice(wanted.lastIndexOf('/') + 1);
  const brought = built?.steps.some(
    ({ keyword, text }) => keyword !== 'RUN' && text.split(/[\s/]+/).some((part) => part === file || part === '.'),
  );
  return built !== undefined && brought === true ? inBuild(workspace, built, file) : undefined;
}

/** The one file of a name in the build context; of several the one beside the Dockerfile. */
function inBuild(workspace: Workspace, built: BuiltImage, file: string): string | undefined {
  const inContext = workspace.files
    .map(({ path }) => path)
    .filter((path) => path.endsWith(`/${file}`) || path === file)
    .filter((path) => built.context === '' || path.startsWith(`${built.context}/`));
  const nearest = within(directoryOf(built.dockerfile), file);
  return inContext.find((path) => path === nearest) ?? (inContext.length === 1 ? inContext[0] : undefined);
}
