import { KIND_WORDS, type Area } from './area.js';

/** Whether a text speaks of an area: by its name, or by words of its kind. */
export function mentions(text: string, area: Area): boolean {
  if (KIND_WORDS[area.kind].test(text)) return true;
  const flat = fold(text);
  return area.names.some((name) => name.length > 2 && flat.includes(fold(name)));
}

/** `feature_values`, `feature values` and `FeatureValues` are one name. */
const fold = (text: string): string => text.toLowerCase().replace(/[\s_-]+/g, '');
