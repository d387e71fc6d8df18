import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { JAVA, tokens } from '../tokens/lexer.js';
import type { JvmDependency } from '../maven/extractor.js';

/**
 * Dependencies of a Gradle script (Groovy or Kotlin): `"group:artifact:version"` strings, and `group: 'g', name: 'a', version: 'v'`
 * with colons or equals signs. `$name`, `${name}` and bare names are resolved from literal assignments of the same file:
 * `def h2o = '3.46.0.6'`, `ext.h2o = …`, `val h2o = …`, `h2oVersion = …`.
 */
export const gradleExtractor: Extractor<readonly JvmDependency[]> = {
  name: 'gradle',
  version: 2,
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
          found.push({ group, artifact, version: expand(version, variables), line: token.line });
          parts.clear();
        }
      }
      if (token.kind === 'string') {
        if (previous === '=' && name !== '') variables.set(name, token.text);
        const match = /^([\w.-]+):([\w.-]+):([^:@]+)(?:[:@].*)?$/.exec(token.text);
        if (match) {
          const version = expand(match[3] ?? '', variables);
          found.push({ group: match[1] ?? '', artifact: match[2] ?? '', version, line: token.line });
        }
      } else if (token.kind === 'name') name = token.text;
      previous = token.text;
    }
    return { facts: found };
  },
};

function expand(version: string, variables: ReadonlyMap<string, string>): string | undefined {
  const value = version.replace(
    /\$\{?([\w.]+)\}?/g,
    (whole, name: string) => variables.get(name.split('.').at(-1) ?? '') ?? whole,
  );
  return value.includes('$') || value.includes('+') ? undefined : value;
}
