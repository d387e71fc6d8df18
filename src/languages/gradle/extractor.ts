import type { Extractor } from '../../core/facts.js';
import { decodeText, splitLines } from '../text.js';
import { JAVA, tokens } from '../tokens/lexer.js';
import { isSettled, settled, type BuildFile, type JvmDependency } from '../maven/build-file.js';

/**
 * Dependencies of a Gradle script (Groovy or Kotlin): `"group:artifact:version"` strings, and `group: 'g', name: 'a', version: 'v'`
 * with colons or equals signs. `$name`, `${name}` and bare names are resolved from literal assignments of the same file:
 * `def h2o = '3.46.0.6'`, `ext.h2o = …`, `val h2o = …`, `h2oVersion = …`.
 */
export const gradleExtractor: Extractor<BuildFile> = {
  name: 'gradle',
  version: 3,
  extract(bytes) {
    const variables = new Map<string, string>();
    const found: JvmDependency[] = [];
    /** The parts of a dependency that is written out, as far as they were read. */
    const parts = new Map<string, string>();
    let name = '';
    let previous = '';
    for (const token of tokens(decodeText(bytes), JAVA)) {
      if (token.kind === 'comment') continue;
      const isValue = (previous === '=' || previous === ':') && token.kind !== 'symbol';
      if (isValue && /^(?:group|name|version)$/.test(name)) {
        if (name === 'group') parts.clear();
        parts.set(name, token.kind === 'string' ? token.text : `$${token.text}`);
        const [group, artifact, version] = ['group', 'name', 'version'].map((part) => parts.get(part));
        if (group !== undefined && artifact !== undefined && version !== undefined) {
          found.push({ group, artifact, ...versionOf(version, variables), line: token.line });
          parts.clear();
        }
      }
      if (token.kind === 'string') {
        if (previous === '=' && name !== '') variables.set(name, token.text);
        const match = /^([\w.-]+):([\w.-]+):([^:@]+)(?:[:@].*)?$/.exec(token.text);
        if (match) {
          const version = versionOf(match[3] ?? '', variables);
          found.push({ group: match[1] ?? '', artifact: match[2] ?? '', ...version, line: token.line });
        }
      } else if (token.kind === 'name') name = token.text;
      previous = token.text;
    }
    return { facts: { dependencies: found, values: Object.fromEntries(variables) } };
  },
};

/** `gradle.properties`, which settles names for every script of the build. */
export const gradlePropertiesExtractor: Extractor<Readonly<Record<string, string>>> = {
  name: 'gradle-properties',
  version: 1,
  extract: (bytes) => ({
    facts: Object.fromEntries(
      splitLines(decodeText(bytes)).flatMap((line) => {
        const entry = /^\s*([\w.-]{1,100})\s*[=:]\s*(\S{1,200})\s*$/.exec(line);
        return entry ? [[entry[1] ?? '', entry[2] ?? ''] as const] : [];
      }),
    ),
  }),
};

function versionOf(
  written: string,
  variables: ReadonlyMap<string, string>,
): Pick<JvmDependency, 'version'> & { readonly open?: string } {
  const version = settled(written, (name) => variables.get(name));
  return isSettled(version) ? { version } : { version: undefined, open: version };
}
