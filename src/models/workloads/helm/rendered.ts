import type { RenderedTemplate } from '../../../core/rendering.js';
import { defineModel, type Workspace } from '../../../core/workspace.js';
import { parseYaml } from '../../../languages/yaml/index.js';
import { fromYaml, type Value } from '../compose/tree.js';
import type { Build } from '../kubernetes/kustomize.js';
import { directoryOf } from '../paths.js';
import { sourceLines } from './source-lines.js';

const MAX_CHARTS = 20;
const MAX_DOCUMENTS = 2_000;
const PRODUCTION = /^values[-_.](?:prod|production|live)\.ya?ml$/;

export interface RenderedChart extends Build {
  /** The chart's files that need no reading by themselves any more. */
  readonly covers: (path: string) => boolean;
}

/** The charts that `helm template` renders; none unless the configuration says `physical.helm: render`. What cannot be rendered is on record. */
export const renderedCharts = defineModel('rendered-charts', async (workspace): Promise<readonly RenderedChart[]> => {
  const { render } = workspace;
  if (workspace.settings.physical.helm !== 'render') return [];
  const charts = outermost(workspace.glob('**/Chart.yaml').map(directoryOf));
  const rendered: RenderedChart[] = [];
  for (const directory of charts.slice(0, MAX_CHARTS)) {
    const files = await filesOf(workspace, directory);
    const isLibrary = /^type:\s*["']?library\b/m.test((await workspace.text(join(directory, 'Chart.yaml'))) ?? '');
    if (isLibrary) continue;
    const values = files.map(({ path }) => path).filter((path) => PRODUCTION.test(path));
    const answer = (await render?.({ files, values })) ?? {
      kind: 'failed' as const,
      reason: 'no helm program is offered here',
    };
    if (answer.kind === 'failed') gap(workspace, directory, `the chart is not rendered: ${answer.reason}`);
    else rendered.push(await chartOf(workspace, directory, answer.templates));
  }
  for (const directory of charts.slice(MAX_CHARTS))
    gap(workspace, directory, `not rendered: more than ${String(MAX_CHARTS)} charts in one review`);
  return rendered;
});

const gap = (workspace: Workspace, directory: string, reason: string): void =>
  workspace.gap({ path: join(directory, 'Chart.yaml'), kind: 'unsupported', reason });

const join = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`);

/** A chart below another one's `charts/` is rendered with it. */
const outermost = (directories: readonly string[]): string[] =>
  directories.filter((directory) => !directories.some((other) => directory.startsWith(join(other, 'charts/'))));

async function filesOf(workspace: Workspace, directory: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const files: { path: string; bytes: Uint8Array }[] = [];
  // Symbolic links and submodules are none of these.
  for (const path of workspace.glob(join(escaped(directory), '**'))) {
    const bytes = await workspace.bytes(path);
    if (bytes !== undefined) files.push({ path: directory === '' ? path : path.slice(directory.length + 1), bytes });
  }
  return files;
}

const escaped = (directory: string): string => directory.replace(/[[\]{}()*?!+@\\]/g, '\\$&');

async function chartOf(
  workspace: Workspace,
  directory: string,
  templates: readonly RenderedTemplate[],
): Promise<RenderedChart> {
  const objects: Value[] = [];
  const files = new Set<string>();
  for (const template of templates) {
    if (objects.length >= MAX_DOCUMENTS) break;
    const written = join(directory, template.path);
    // A packed chart's templates are not in the repository.
    const path = workspace.file(written) === undefined ? join(directory, 'Chart.yaml') : written;
    files.add(path);
    const lines = sourceLines((await workspace.text(path)) ?? '', template.text);
    objects.push(...parsed(workspace, path, template).map((value) => moved(value, lines)));
  }
  const prefix = join(directory, 'templates/');
  const below = join(directory, 'charts/');
  return {
    directory,
    files: [...files],
    objects,
    covers: (path) => path.startsWith(prefix) || path.startsWith(below),
  };
}

function parsed(workspace: Workspace, path: string, { text }: RenderedTemplate): Value[] {
  try {
    return parseYaml(text).documents.map((root) => fromYaml(root, path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    workspace.gap({
      path,
      kind: 'unsupported',
      reason: `what the template renders to is not read: ${reason.slice(0, 200)}`,
    });
    return [];
  }
}

/** Every place on the template's own line. */
function moved(value: Value, lines: (rendered: number) => number): Value {
  const place = <P extends { line: number; endLine: number }>(at: P): P => {
    const line = lines(at.line);
    return { ...at, line, endLine: Math.max(line, lines(at.endLine)) };
  };
  if (value.kind === 'leaf') return { ...value, at: place(value.at) };
  if (value.kind === 'list')
    return { ...value, at: place(value.at), items: value.items.map((item) => moved(item, lines)) };
  const entries = new Map(
    [...value.entries].map(([key, entry]) => [key, { key: place(entry.key), value: moved(entry.value, lines) }]),
  );
  return { ...value, at: place(value.at), entries };
}
