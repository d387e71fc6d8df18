/**
 * What could steer a terminal or hide text: control characters, and everything that Unicode means not to be seen
 * (bidirectional marks, zero-width characters, tags). The selectors between text and emoji stay.
 */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is meant
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufff9-\ufffb]|(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/gu;

/** The text without what is hidden in it, and without halves of characters. Tabs and line breaks stay. */
export const printable = (text: string): string => wellFormed(text.replace(HIDDEN, ''));

/** Halves of characters come from texts that were cut; encoders refuse them. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** One line, control characters gone, cut to a length without splitting a character. */
export function oneLine(text: string, limit = 300): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join('')}…`;
}

/** A path for people, on one line whatever its name holds: a name with a line break must not look like two lines of ours. */
export const pathText = (path: string): string => oneLine(path, 500);

/** JSON in which every value is whole, and nothing steers the terminal that it is printed on. */
export const jsonText = (value: unknown): string => safeJson(JSON.stringify(value, null, 2));

/** The same for JSON that is text already. */
export const safeJson = (json: string): string =>
  json.replace(HIDDEN, (hidden) =>
    Array.from({ length: hidden.length }, (_, at) => `\\u${hidden.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
