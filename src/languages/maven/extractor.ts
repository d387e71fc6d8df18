import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { isSettled, settled, type BuildFile, type JvmDependency } from './build-file.js';

const BLOCK = /<dependency>([\s\S]{0,4000}?)<\/dependency>/g;
const PROPERTY = /<([A-Za-z][\w.-]{0,100})>\s*([^<>\s]{1,100})\s*<\/\1>/g;

/** The dependencies of a `pom.xml`, with properties of the same file resolved. Comments are blanked, so that lines hold. */
export const mavenExtractor: Extractor<BuildFile> = {
  name: 'maven',
  version: 2,
  extract(bytes) {
    const text = decodeText(bytes).replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '));
    const properties = new Map([...text.matchAll(PROPERTY)].map((match) => [match[1] ?? '', match[2] ?? '']));
    const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
    const dependencies = [...text.matchAll(BLOCK)].map((match): JvmDependency => {
      const block = match[1] ?? '';
      const tag = (name: string): string | undefined =>
        new RegExp(`<${name}>\\s*([^<>\\s]{1,200})\\s*</${name}>`).exec(block)?.[1];
      const mark = block.includes('<version>') ? '<version>' : '<artifactId>';
      const line = lineOf(match.index + '<dependency>'.length + Math.max(0, block.indexOf(mark)));
      const place = { group: tag('groupId') ?? '', artifact: tag('artifactId') ?? '', line };
      const written = tag('version');
      if (written === undefined) return { ...place, version: undefined };
      const version = settled(written, (name) => properties.get(name));
      return isSettled(version) ? { ...place, version } : { ...place, version: undefined, open: version };
    });
    return { facts: { dependencies, values: Object.fromEntries(properties) } };
  },
};
