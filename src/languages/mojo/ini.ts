import type { Violation } from './facts.js';

/** `model.ini` as the reader takes it in. */
export interface ModelIni {
  readonly info: ReadonlyMap<string, string>;
  /** Line of each key of `[info]`. */
  readonly lines: ReadonlyMap<string, number>;
  readonly columns: readonly string[];
  readonly domains: readonly Domain[];
}

export interface Domain {
  readonly column: number;
  readonly count: number;
  readonly file: string;
  readonly line: number;
}

/** Everything the reader's own parser would throw for is a violation. */
export function parseIni(text: string, file: string): { ini: ModelIni; violations: Violation[] } {
  const info = new Map<string, string>();
  const lines = new Map<string, number>();
  const columns: string[] = [];
  const domains: Domain[] = [];
  const violations: Violation[] = [];
  const wrong = (line: number, expected: string, found: string): void => {
    violations.push({ file, line, expected, found: found.slice(0, 120) });
  };
  let section = '';
  let sawDomains = false;
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const line = raw.trim();
    const number = index + 1;
    if (line === '' || line.startsWith('#')) return;
    if (line === '[info]' || line === '[columns]' || line === '[domains]') {
      section = line;
      if (line === '[columns]' && !info.has('n_columns')) wrong(number, '`n_columns` before [columns]', 'no such key');
      sawDomains ||= line === '[domains]';
    } else if (section === '[info]') {
      const at = line.search(/\s*=/);
      if (at < 0) wrong(number, '`key = value`', line);
      else {
        const key = line.slice(0, at);
        info.set(key, line.slice(at).replace(/^\s*=\s*/, ''));
        lines.set(key, number);
      }
    } else if (section === '[columns]') columns.push(line);
    else if (section === '[domains]') {
      const match = /^(\d{1,9}):\s*(\d{1,9}) (.+)$/.exec(line);
      if (!match) wrong(number, '`index: count file`', line);
      else domains.push({ column: Number(match[1]), count: Number(match[2]), file: match[3] ?? '', line: number });
    }
  });
  if (!sawDomains) violations.push({ file, expected: 'a [domains] section', found: 'none' });
  if (!lines.has('n_columns') && !/^\[columns\]$/m.test(text)) {
    violations.push({ file, expected: 'a [columns] section', found: 'none' });
  }
  return { ini: { info, lines, columns, domains }, violations };
}
