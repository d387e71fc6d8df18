import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';

/** A JVM dependency with the version that will be used, as far as the file says. */
export interface JvmDependency {
  readonly group: string;
  readonly artifact: string;
  /** Undefined when another file decides (a parent, a bill of materials, a variable). */
  readonly version: string | undefined;
  /** The line of the version, else of the artifact. */
  readonly line: number;
}

const BLOCK = /<dependency>([\s\S]{0,4000}?)<\/dependency>/g;
const PROPERTY = /<([A-Za-z][\w.-]{0,100})>\s*([^<>\s]{1,100})\s*<\/\1>/g;

/** The dependencies of a `pom.xml`, with properties of the same file resolved. Comments are blanked, so that lines hold. */
export const mavenExtractor: Extractor<readonly JvmDependency[]> = {
  name: 'maven',
  version: 1,
  extract(bytes) {
    const text = decodeText(bytes).replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '));
    const properties = new Map([...text.matchAll(PROPERTY)].map((match) => [match[1] ?? '', match[2] ?? '']));
    const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
    const facts = [...text.matchAll(BLOCK)].map((match) => {
      const block = match[1] ?? '';
      const tag = (name: string): string | undefined =>
        new RegExp(`<${name}>\\s*([^<>\\s]{1,200})\\s*</${name}>`).exec(block)?.[1];
      const mark = block.includes('<version>') ? '<version>' : '<artifactId>';
      return {
        group: tag('groupId') ?? '',
        artifact: tag('artifactId') ?? '',
        version: resolved(tag('version'), properties),
        line: lineOf(match.index + '<dependency>'.length + Math.max(0, block.indexOf(mark))),
      };
    });
    return { facts };
  },
};

function resolved(version: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  const name = /^\$\{([^}]+)\}$/.exec(version ?? '')?.[1];
  const value = name === undefined ? version : properties.get(name);
  return value?.includes('$') ? undefined : value;
}
