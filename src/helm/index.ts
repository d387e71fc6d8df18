import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import type { ChartFile, Render, RenderedTemplate, Rendering, RenderRequest } from '../core/rendering.js';
import { run, type Bounds } from './child.js';

export interface RendererOptions extends Partial<Bounds> {
  /** Where programs are looked for: `PATH`. */
  readonly path: string | undefined;
}

const BOUNDS: Bounds = { timeoutMs: 20_000, maxResidentBytes: 600e6, maxOutputBytes: 8e6 };
const MAX_FILES = 2_000;
const MAX_BYTES = 20e6;
/** Below it templates may ask the DNS (`getHostByName`) unless the network is away. */
const SAFE_VERSION = [3, 11, 1] as const;

/**
 * Renders charts with the `helm` program. A chart is hostile: only its own regular files are laid out in a directory of
 * their own, `helm` gets an empty home, no plugins, no cluster, no hooks, where the system allows it no network, and bounds
 * on time, memory and output. Never throws: what went wrong is the answer.
 */
export function helmRenderer(options: RendererOptions): Render {
  const bounds = { ...BOUNDS, ...options };
  let program: Promise<Program> | undefined;
  return async (request) => {
    program ??= find(options.path ?? '', bounds);
    const found = await program;
    if (found.kind === 'failed') return found;
    const refused = refusal(request.files, found.isolated);
    if (refused !== undefined) return { kind: 'failed', reason: refused };
    try {
      return await inDirectory((directory) => template(found, request, directory, bounds));
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  };
}

type Program =
  | {
      readonly kind: 'found';
      readonly command: readonly string[];
      readonly environment: Record<string, string>;
      readonly isolated: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** `helm`, behind `unshare` where that works: then there is no network at all. */
async function find(path: string, bounds: Bounds): Promise<Program> {
  const environment = { PATH: path, KUBECONFIG: '/dev/null', HELM_NO_PLUGINS: '1', LC_ALL: 'C' };
  return inDirectory(async (home): Promise<Program> => {
    const own = { ...environment, HOME: home };
    const version = await run(['helm', 'version', '--template', '{{.Version}}'], home, own, bounds);
    if (version.kind === 'failed')
      return {
        kind: 'failed',
        reason: version.missing ? 'no helm program was found' : `helm does not start: ${version.reason}`,
      };
    const prefix = ['unshare', '--user', '--map-root-user', '--net', '--'];
    const isolated =
      (await run([...prefix, 'helm', 'version', '--template', '{{.Version}}'], home, own, bounds)).kind === 'done';
    if (!isolated && !isSafe(version.output))
      return {
        kind: 'failed',
        reason: `helm ${version.output.trim().slice(0, 40)} can ask the DNS from templates, and the network cannot be taken away here`,
      };
    return { kind: 'found', command: [...(isolated ? prefix : []), 'helm'], environment, isolated };
  });
}

function isSafe(version: string): boolean {
  const parts = /v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  const different = SAFE_VERSION.findIndex((number, index) => parts[index] !== number);
  return parts.length === 3 && (different < 0 || (parts[different] ?? 0) > (SAFE_VERSION[different] ?? 0));
}

/** What is not handed to helm at all. */
function refusal(files: readonly ChartFile[], isolated: boolean): string | undefined {
  if (files.length > MAX_FILES) return `the chart has more than ${String(MAX_FILES)} files`;
  if (files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) > MAX_BYTES)
    return `the chart has more than ${String(MAX_BYTES / 1e6)} MB`;
  // A packed chart may bring a schema with references to the network.
  if (!isolated && files.some(({ path }) => path.endsWith('.tgz')))
    return 'it holds packed charts, and the network cannot be taken away here';
  return undefined;
}

/** A schema may name others by URL, and adds nothing to what is rendered. */
const isSchema = (path: string): boolean => path === 'values.schema.json' || path.endsWith('/values.schema.json');

async function template(
  { command, environment }: Extract<Program, { kind: 'found' }>,
  { files, values }: RenderRequest,
  directory: string,
  bounds: Bounds,
): Promise<Rendering> {
  const chart = join(directory, 'chart');
  const home = join(directory, 'home');
  await mkdir(home);
  await mkdir(chart);
  for (const file of files) if (!isSchema(file.path)) await layOut(chart, file);
  const said = await run(
    [
      ...command,
      ...['template', 'release-name', chart, '--no-hooks', '--skip-tests', '--namespace', 'default'],
      ...values.flatMap((path) => ['--values', join(chart, path)]),
    ],
    home,
    { ...environment, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
    bounds,
  );
  if (said.kind === 'failed')
    return { kind: 'failed', reason: said.reason.replaceAll(`${chart}/`, '').replaceAll(chart, 'the chart') };
  return { kind: 'done', templates: separated(said.output) };
}

/** Writes one file below the directory. @throws when its path leads elsewhere */
async function layOut(directory: string, { path, bytes }: ChartFile): Promise<void> {
  const target = resolve(directory, path);
  if (!target.startsWith(directory + sep) || path.includes('\0')) throw new Error(`${path} leads out of the chart`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes, { flag: 'wx', mode: 0o600 });
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'dialectic-helm-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** `---` and `# Source: chart/templates/x.yaml` before each document; the first part is the chart's name. */
function separated(output: string): RenderedTemplate[] {
  const parts = output.split(/^---[ \t]*\r?\n# Source: ([^\r\n]+)\r?\n/m);
  const templates: RenderedTemplate[] = [];
  for (let index = 1; index < parts.length; index += 2) {
    const path = (parts[index] ?? '').trim().split('/').slice(1).join('/');
    templates.push({ path, text: parts[index + 1] ?? '' });
  }
  return templates;
}
