import type { Extractor } from '../../core/facts.js';
import { isSettled, type BuildFile, type JvmDependency } from '../maven/build-file.js';
import { decodeText } from '../text.js';
import { JAVA, tokens, type Token } from '../tokens/lexer.js';

/**
 * Dependencies of an sbt build (`build.sbt`, `project/Dependencies.scala`): `"group" % "artifact" % version`, the version a string
 * or a name (`h2oV`, `Versions.h2o`), which another file of the build may give its value.
 */
export const sbtExtractor: Extractor<BuildFile> = {
  name: 'sbt',
  version: 1,
  extract(bytes) {
    const all = [...tokens(decodeText(bytes), JAVA)].filter(({ kind }) => kind !== 'comment');
    const values: Record<string, string> = {};
    const dependencies = all.flatMap((token, index): JvmDependency[] => {
      const value = valueAt(all, index);
      if (value !== undefined) values[token.text] = value;
      return token.kind === 'string' ? dependencyAt(all, index) : [];
    });
    const own = dependencies.map((dependency) => {
      const known = values[dependency.open?.slice(1).split('.').at(-1) ?? ''];
      return known === undefined ? dependency : withVersion(dependency, known);
    });
    return { facts: { dependencies: own, values } };
  },
};

/** `val h2oV = "3.22.0.1"`, `h2oVersion := "…"`. */
function valueAt(all: readonly Token[], index: number): string | undefined {
  if (all[index]?.kind !== 'name') return undefined;
  let at = index + 1;
  // `val h2oV: String = …`
  if (all[at]?.text === ':' && all[at + 1]?.text === 'String') at += 2;
  if (all[at]?.text === ':') at++;
  return all[at]?.text === '=' && all[at + 1]?.kind === 'string' ? all[at + 1]?.text : undefined;
}

function dependencyAt(all: readonly Token[], index: number): JvmDependency[] {
  const artifact = afterPercent(all, index + 1);
  const version = artifact !== undefined ? afterPercent(all, artifact + 1) : undefined;
  const [group, name, given] = [all[index], all[artifact ?? -1], all[version ?? -1]];
  if (name?.kind !== 'string' || !group || !given) return [];
  const place = { group: group.text, artifact: name.text, line: given.line };
  if (given.kind === 'string') return [withVersion({ ...place, version: undefined }, given.text)];
  return given.kind === 'name' ? [{ ...place, version: undefined, open: `$${dotted(all, version ?? 0)}` }] : [];
}

const withVersion = ({ group, artifact, line }: JvmDependency, version: string): JvmDependency =>
  isSettled(version) ? { group, artifact, line, version } : { group, artifact, line, version: undefined };

/** Behind `%`, `%%` or `%%%`. */
function afterPercent(all: readonly Token[], from: number): number | undefined {
  let at = from;
  while (all[at]?.text === '%' && all[at]?.kind === 'symbol') at++;
  return at > from && at < all.length ? at : undefined;
}

function dotted(all: readonly Token[], from: number): string {
  let name = all[from]?.text ?? '';
  for (let at = from + 1; all[at]?.text === '.' && all[at + 1]?.kind === 'name'; at += 2)
    name += `.${all[at + 1]?.text ?? ''}`;
  return name;
}
