const BINARY: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/** Docker's sizes (`512m`, `1.5gb`, `2GiB`, bytes without unit): every unit is binary. Undefined when it is no size. */
export function dockerBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const factor = BINARY[(match[2] ?? '').toLowerCase()];
  return factor === undefined ? undefined : Math.trunc(Number(match[1]) * factor);
}

const DECIMAL: Readonly<Record<string, number>> = { '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };

/** Kubernetes quantities: `Gi` is binary, `G` decimal, `m` a thousandth, `1e9` a number. Undefined when it is none. */
export function kubernetesBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:([kKMGTPE])i|(m|k|M|G|T|P|E)|[eE]([+-]?\d{1,2}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const number = Number(match[1]);
  if (match[2] !== undefined) return Math.ceil(number * (BINARY[match[2].toLowerCase()] ?? 1024 ** 6));
  if (match[4] !== undefined) return Math.ceil(number * 10 ** Number(match[4]));
  return Math.ceil(number * (DECIMAL[match[3] ?? ''] ?? 1));
}

/** `6.4 GiB`, `512 MiB`: for people. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
  return `${text.replace(/\.0+$/, '').replace(/(\.\d)0$/, '$1')} ${units[unit] ?? 'B'}`;
}

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
