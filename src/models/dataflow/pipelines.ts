import type { Workspace } from '../../core/workspace.js';
import type { FunctionDef } from '../../languages/python/ast.js';
import { dottedName } from '../../languages/python/names.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { Interpreter } from './interpreter.js';
import { derive, isData, UNKNOWN } from './values.js';
import type { Scope, Value } from './values.js';

/** A Mage pipeline: its Python blocks in an order in which each comes after those it takes data from. */
export interface Pipeline {
  readonly path: string;
  readonly blocks: readonly Block[];
}

interface Block {
  readonly uuid: string;
  readonly path: string;
  readonly upstream: readonly string[];
}

const BLOCK = /(^|\.)(data_loader|transformer|data_exporter|custom|sensor)$/;
const MAX_BLOCKS = 200;

export async function pipelinesOf(workspace: Workspace): Promise<Pipeline[]> {
  const pipelines: Pipeline[] = [];
  for (const path of workspace.glob('**/pipelines/*/metadata.yaml')) {
    const [document] = (await yamlDocuments(workspace, path)) ?? [];
    const project = path.split('/').slice(0, -3).join('/');
    const blocks = (document?.get('blocks')?.items() ?? []).slice(0, MAX_BLOCKS).flatMap((block) => {
      const uuid = block.get('uuid')?.text;
      const file =
        uuid === undefined
          ? undefined
          : fileOf(
              workspace,
              project,
              block.get('type')?.text ?? '',
              uuid,
              block.get('configuration', 'file_path')?.text,
            );
      const upstream = (block.get('upstream_blocks')?.items() ?? []).flatMap((item) => item.text ?? []);
      return uuid === undefined || file === undefined ? [] : [{ uuid, path: file, upstream }];
    });
    if (blocks.length > 0) pipelines.push({ path, blocks: ordered(blocks) });
  }
  return pipelines;
}

function fileOf(
  workspace: Workspace,
  project: string,
  type: string,
  uuid: string,
  named: string | undefined,
): string | undefined {
  const folder = type === 'custom' ? 'custom' : `${type}s`;
  const root = project === '' ? '' : `${project}/`;
  const candidates = [`${root}${folder}/${uuid}.py`, ...(named === undefined ? [] : [`${root}${named}`, named])];
  return candidates.find((candidate) => workspace.file(candidate) !== undefined);
}

/** Upstream first; a cycle, which Mage refuses, keeps the order of the file. */
function ordered(blocks: readonly Block[]): Block[] {
  const done = new Map<string, Block>();
  let waiting = [...blocks];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ upstream }) =>
      upstream.every((uuid) => done.has(uuid) || !blocks.some((block) => block.uuid === uuid)),
    );
    for (const block of ready.length > 0 ? ready : waiting) done.set(block.uuid, block);
    waiting = ready.length > 0 ? waiting.filter((block) => !done.has(block.uuid)) : [];
  }
  return [...done.values()];
}

/** Runs the blocks one after the other, each on what those before it gave. */
export function runPipeline(
  pipeline: Pipeline,
  machine: Interpreter,
  scopeOf: (path: string) => Scope | undefined,
): void {
  const outputs = new Map<string, Value>();
  for (const block of pipeline.blocks) {
    const scope = scopeOf(block.path);
    const func = scope && blockFunction(scope);
    if (!func) continue;
    const inputs = block.upstream.map((uuid) => copied(outputs.get(uuid) ?? UNKNOWN));
    const { path } = block;
    outputs.set(block.uuid, machine.invoke(func, inputs, new Map(), { path, line: 1, endLine: 1 }));
  }
}

/** Mage writes a block's output out and reads it again: a block changes no other block's table in place. */
function copied(value: Value): Value {
  if (isData(value)) return derive(value, { name: value.name });
  return value.kind === 'list' ? { ...value, elements: value.elements.map(copied) } : value;
}

function blockFunction(scope: Scope): Value | undefined {
  return [...scope.names.values()].find(
    (value) => value.kind === 'function' && value.def.kind === 'FunctionDef' && isBlock(value.def),
  );
}

const isBlock = (def: FunctionDef): boolean =>
  def.decorators.some((one) => BLOCK.test(dottedName(one.kind === 'Call' ? one.func : one) ?? ''));
