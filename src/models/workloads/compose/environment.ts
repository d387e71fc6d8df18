import type { Gap } from '../../../core/types.js';
import type { Workspace } from '../../../core/workspace.js';
import { dotenvExtractor } from '../../../languages/dotenv/index.js';
import { UNKNOWN } from '../model.js';
import { interpolate, type Lookup } from './interpolate.js';
import type { Value } from './tree.js';

export interface EnvironmentValue {
  /** Undefined for a bare name: the shell's value. */
  readonly value: string | undefined;
  readonly line: number;
}

/** An environment file's variables, earlier ones expanded in later ones; undefined when there is no such file. */
export async function environmentFile(
  workspace: Workspace,
  path: string,
  outer: Lookup = () => undefined,
): Promise<ReadonlyMap<string, EnvironmentValue> | undefined> {
  if (workspace.file(path) === undefined) return undefined;
  const entries = await workspace.facts(dotenvExtractor, path);
  if (entries === undefined) return undefined;
  const values = new Map<string, EnvironmentValue>();
  const lookup: Lookup = (name) => {
    const own = values.get(name)?.value;
    return own === undefined ? outer(name) : { value: own };
  };
  for (const { name, value, expands, line } of entries) {
    values.set(name, { value: value !== undefined && expands ? interpolate(value, lookup).text : value, line });
  }
  return values;
}

/** Such files are often kept out of git on purpose, so this turns no verdict: what depends on one says so itself. */
export const missingEnvironmentFile = ({ at }: Pick<Value, 'at'>, path: string): Gap => ({
  path: at.path,
  line: at.line,
  kind: 'assumed',
  about: path,
  reason: `env_file ${path.replaceAll(UNKNOWN, '?')} is not in the repository: the variables that it sets count as unknown`,
});

/** What `${NAME}` means in a project: the first file that sets it, then the lookup outside. */
export async function lookupIn(
  workspace: Workspace,
  paths: readonly string[],
  outer: Lookup = () => undefined,
): Promise<Lookup> {
  const files: { path: string; values: ReadonlyMap<string, EnvironmentValue> }[] = [];
  for (const path of paths) {
    const values = await environmentFile(workspace, path, outer);
    if (values !== undefined) files.unshift({ path, values });
  }
  return (name) => {
    const before = outer(name);
    if (before !== undefined) return before;
    for (const { path, values } of files) {
      const found = values.get(name);
      if (found?.value !== undefined)
        return { value: found.value, step: { path, line: found.line, label: `${name} is set here` } };
    }
    return undefined;
  };
}
