import type { Extractor } from '../../core/facts.js';
import { decodeText, splitLines } from '../text.js';

/** An option of a section, with its lines: what is indented below it continues it. */
export interface IniOption {
  readonly section: string;
  readonly key: string;
  readonly lines: { readonly text: string; readonly line: number }[];
}

/** Reads options as Python's configparser does: indented lines continue the option above. */
export function iniOptions(text: string): IniOption[] {
  const found: IniOption[] = [];
  let section = '';
  splitLines(text).forEach((raw, index) => {
    const line = index + 1;
    if (/^\s*[#;]/.test(raw) || raw.trim() === '') return;
    const header = /^\[([^\]]+)\]/.exec(raw)?.[1];
    if (header !== undefined) {
      section = header.trim();
      return;
    }
    const option = /^([A-Za-z0-9_.-]+)\s*[=:]\s*(.*)$/.exec(raw);
    if (option) found.push({ section, key: option[1] ?? '', lines: [{ text: option[2] ?? '', line }] });
    else if (/^\s/.test(raw)) found.at(-1)?.lines.push({ text: raw.trim(), line });
  });
  return found;
}

/** A file of sections and options (`.ini`, `.cfg`, `.conf`, `.properties`), inline comments taken off. */
export const iniFile: Extractor<readonly IniOption[]> = {
  name: 'ini',
  version: 1,
  extract(bytes) {
    const options = iniOptions(decodeText(bytes));
    return {
      facts: options.map((option) => ({
        ...option,
        lines: option.lines.map(({ text, line }) => ({ text: text.replace(/\s[#;].*$/, '').trim(), line })),
      })),
    };
  },
};
