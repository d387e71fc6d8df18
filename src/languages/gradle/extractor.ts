import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { JAVA, tokens } from '../tokens/lexer.js';
import type { JvmDependency } from '../maven/extractor.js';

/**
 * `"group:artifact:version"` strings of a Gradle script (Groovy or Kotlin), `$name` and `${name}` resolved from literal
 * assignments of the same file: `def h2o = '3.46.0.6'`, `ext.h2o = …`, `val h2o = …`, `h2oVersion = …`.
 */
export const gradleExtractor: Extractor<readonly JvmDependency[]> = {
  name: 'gradle',
  version: 1,
  extract(bytes) {
    const variables = new Map<string, string>();
    const found: JvmDependency[] = [];
    let name = '';
    let previous = '';
    for (const token of tokens(decodeText(bytes), JAVA)) {
      if (token.kind === 'comment') continue;
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
