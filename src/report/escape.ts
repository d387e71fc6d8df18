/** Removes what could steer a terminal or hide text: control characters, bidirectional overrides, zero-width marks. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is meant
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '');

/** One line, control characters gone, cut to a length without splitting a character. */
export function oneLine(text: string, limit = 300): string {
  const flat = printable(text).replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join('')}…`;
}
