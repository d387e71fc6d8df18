import picomatch from 'picomatch';
import type { DevelopmentSettings } from '../../core/settings.js';

/** Where a file stands in the declared layers; 0 is the lowest. */
export interface Layer {
  readonly name: string;
  readonly height: number;
}

/** The layer of a path; undefined for what no layer names. A bare folder means everything below it; the first layer that matches counts. */
export function layerOf(layers: DevelopmentSettings['layers']): (path: string) => Layer | undefined {
  const declared = layers.map(({ name, paths }, height) => ({
    layer: { name, height },
    matches: picomatch(paths.flatMap(folderOrGlob), { dot: true }),
  }));
  return (path) => declared.find(({ matches }) => matches(path))?.layer;
}

const folderOrGlob = (path: string): string[] => {
  const bare = path.replace(/^\.?\//, '').replace(/\/$/, '');
  return /[*?[{]|\.py$/.test(bare) ? [bare] : [bare, `${bare}/**`];
};
