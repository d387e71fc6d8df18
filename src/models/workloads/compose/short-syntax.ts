import { UNKNOWN } from '../model.js';
import type { Value } from './tree.js';
import { child, text } from './tree.js';

export interface Port {
  /** First and last port in the container; undefined when it is not known. */
  readonly target: readonly [number, number] | undefined;
  /** Undefined when the host port is Docker's choice. */
  readonly published: string | undefined;
  readonly hostIp: string | undefined;
  readonly protocol: string;
  readonly text: string;
  /** Equal for entries that Compose takes for the same. */
  readonly key: string;
}

/** `8080`, `80:8080`, `127.0.0.1:80:8080/udp`, `[::1]:80:8080`, `3000-3005:3000-3005`, `${P}:5432`, and the long form. */
export function parsePort(item: Value): Port | undefined {
  const short = text(item);
  if (short !== undefined) return shortPort(short);
  const target = text(child(item, 'target'));
  if (target === undefined) return undefined;
  const published = text(child(item, 'published'));
  return port(
    text(child(item, 'host_ip')),
    published === '' ? undefined : published,
    target,
    text(child(item, 'protocol')),
    `target ${target}`,
  );
}

function shortPort(written: string): Port | undefined {
  const [ports = '', protocol] = written.split('/', 2);
  const bracket = /^\[([^\]]*)\]:(.*)$/.exec(ports);
  if (bracket !== null) {
    const [published, target] = cut(bracket[2] ?? '');
    return port(bracket[1], published, target, protocol, written);
  }
  const parts = ports.split(':');
  const target = parts.pop() ?? '';
  const published = parts.pop();
  const hostIp = parts.length === 0 ? undefined : parts.join(':');
  return port(hostIp, published === '' ? undefined : published, target, protocol, written);
}

function cut(rest: string): [string | undefined, string] {
  const colon = rest.lastIndexOf(':');
  return colon < 0 ? [undefined, rest] : [rest.slice(0, colon) || undefined, rest.slice(colon + 1)];
}

function port(
  hostIp: string | undefined,
  published: string | undefined,
  target: string,
  protocol: string | undefined,
  written: string,
): Port | undefined {
  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(target);
  if (range === null && !target.includes(UNKNOWN)) return undefined;
  const first = Number(range?.[1]);
  const proto = protocol ?? 'tcp';
  return {
    target: range === null ? undefined : [first, Number(range[2] ?? first)],
    published,
    hostIp,
    protocol: proto,
    text: written,
    key: `${hostIp ?? '0.0.0.0'}:${published ?? ''}:${target}/${proto}`,
  };
}

export interface Volume {
  readonly type: 'volume' | 'bind' | 'tmpfs' | 'other';
  /** Undefined for an anonymous volume. */
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
}

/** `data:/var/lib/x:ro`, `./here:/there`, `/only/target`, `C:\here:/there`, and the long form. */
export function parseVolume(item: Value): Volume | undefined {
  const short = text(item);
  if (short !== undefined) return shortVolume(short);
  const target = text(child(item, 'target'));
  if (target === undefined) return undefined;
  const type = text(child(item, 'type')) ?? 'volume';
  return {
    type: type === 'volume' || type === 'bind' || type === 'tmpfs' ? type : 'other',
    source: text(child(item, 'source')),
    target,
    readOnly: text(child(item, 'read_only')) === 'true',
  };
}

function shortVolume(written: string): Volume | undefined {
  const parts = written.split(/(?<!^[A-Za-z]):(?!\\)|:(?=[A-Za-z]:\\)/);
  if (parts.length === 1) return { type: 'volume', source: undefined, target: written, readOnly: false };
  const [source = '', target = '', options = ''] = parts;
  if (target === '') return undefined;
  const isPath = /^(?:[./~]|[A-Za-z]:\\)/.test(source);
  return {
    type: source.startsWith(UNKNOWN) ? 'other' : isPath ? 'bind' : 'volume',
    source,
    target,
    readOnly: options.split(',').includes('ro'),
  };
}
