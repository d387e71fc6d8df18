import { posix } from 'node:path';
import type { Workspace } from '../../../core/workspace.js';
import { javascriptModule } from '../../../languages/javascript/extract.js';
import type { ScriptScope } from '../../../languages/script/evaluate.js';
import type { ScriptFacts } from '../../../languages/script/facts.js';

/** A load test's options are spread over two or three files; beyond this a script is an application. */
const MOST_MODULES = 30;

/** A script with the modules and JSON files that it takes in, all read beforehand: evaluating them needs no waiting. */
export class ScriptModules {
  private constructor(
    private readonly facts: ReadonlyMap<string, ScriptFacts>,
    private readonly documents: ReadonlyMap<string, unknown>,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async load(
    workspace: Workspace,
    entry: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<ScriptModules> {
    const facts = new Map<string, ScriptFacts>();
    const documents = new Map<string, unknown>();
    const waiting = [entry];
    for (let path = waiting.pop(); path !== undefined && facts.size < MOST_MODULES; path = waiting.pop()) {
      const read = facts.has(path) ? undefined : await workspace.facts(javascriptModule, path);
      if (!read) continue;
      facts.set(path, read);
      for (const { from } of read.imports) {
        const target = resolved(workspace, path, from);
        if (target?.endsWith('.json')) documents.set(target, await json(workspace, target));
        else if (target !== undefined) waiting.push(target);
      }
      for (const opened of openedFiles(read)) {
        const target = posix.join(posix.dirname(path), opened);
        if (workspace.file(target)) documents.set(target, await json(workspace, target));
      }
    }
    return new ScriptModules(facts, documents, environment);
  }

  scope(path: string): ScriptScope | undefined {
    const facts = this.facts.get(path);
    if (!facts) return undefined;
    const known = (target: string): boolean => this.facts.has(target);
    return {
      facts,
      environment: this.environment,
      module: (from) => {
        const target = candidates(path, from).find(known);
        return target === undefined ? undefined : this.scope(target);
      },
      json: (name) => this.documents.get(posix.join(posix.dirname(path), name)),
    };
  }
}

function candidates(path: string, from: string): string[] {
  if (!from.startsWith('.')) return [];
  const base = posix.join(posix.dirname(path), from);
  return [
    base,
    ...['.js', '.ts', '.mjs', '.json', '/index.js', '/index.ts'].map((ending) => base + ending),
    base.replace(/\.js$/, '.ts'),
  ];
}

const resolved = (workspace: Workspace, path: string, from: string): string | undefined =>
  candidates(path, from).find((one) => workspace.file(one) !== undefined);

/** `open('./options.json')`. */
const openedFiles = ({ calls }: ScriptFacts): string[] =>
  calls.flatMap(({ callee, args: [first] }) =>
    callee === 'open' && first?.kind === 'value' && typeof first.value === 'string' && first.value.endsWith('.json')
      ? [first.value]
      : [],
  );

async function json(workspace: Workspace, path: string): Promise<unknown> {
  if ((workspace.file(path)?.size ?? 0) > 1_000_000) return undefined;
  try {
    return JSON.parse((await workspace.text(path)) ?? '') as unknown;
  } catch {
    return undefined;
  }
}
