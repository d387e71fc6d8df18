/** Where a string of the JSON text stands: its path from the root, and its line. */
export interface StringPlace {
  readonly path: readonly (string | number)[];
  readonly line: number;
}

interface Level {
  /** The key of the entry being read, or the number of the element. */
  at: string | number;
  readonly array: boolean;
  expectsKey: boolean;
}

/** Nesting beyond this is no notebook. */
const MAX_DEPTH = 64;

/**
 * Finds the strings at paths that `wanted` accepts, with their lines. For text that `JSON.parse` has accepted: this
 * scanner only keeps count.
 *
 * @throws RangeError when the nesting is too deep
 */
export function placesOfStrings(json: string, wanted: (path: readonly (string | number)[]) => boolean): StringPlace[] {
  const places: StringPlace[] = [];
  const levels: Level[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|\n/gy;
  let line = 1;
  for (let index = 0; index < json.length;) {
    token.lastIndex = index;
    const match = token.exec(json);
    if (!match) {
      index += 1;
      continue;
    }
    index = token.lastIndex;
    const text = match[0];
    const top = levels.at(-1);
    if (text === '\n') line += 1;
    else if (text === '{' || text === '[') {
      if (levels.length >= MAX_DEPTH) throw new RangeError('JSON nested too deep');
      levels.push({ at: text === '[' ? 0 : '', array: text === '[', expectsKey: text === '{' });
    } else if (text === '}' || text === ']') levels.pop();
    else if (text === ',' && top) {
      if (top.array) top.at = Number(top.at) + 1;
      else top.expectsKey = true;
    } else if (text === ':' && top) top.expectsKey = false;
    else if (text.startsWith('"')) {
      if (top?.expectsKey) top.at = text.slice(1, -1);
      else {
        const path = levels.map(({ at }) => at);
        if (wanted(path)) places.push({ path, line });
      }
    }
  }
  return places;
}
