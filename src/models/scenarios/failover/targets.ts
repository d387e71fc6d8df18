/** Names under which commands and code may speak of a replicated datastore. */
export type Targets = ReadonlySet<string>;

const ROLES = new Set(['primary', 'master', 'leader']);
const STORES = new Set(
  (
    'postgres postgresql pg patroni spilo stolon timescale timescaledb repmgr cnpg redis valkey sentinel etcd cockroach ' +
    'cockroachdb yugabyte citus pgpool'
  ).split(' '),
);

/** `pod/feature-store-1` → feature, store, 1. */
const parts = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((part) => part.replace(/\d+$/, ''))
    .filter(Boolean);

/** Does a text name the one that leads? */
export const namesLeader = (text: string): boolean => parts(text).some((part) => ROLES.has(part));

/** Does a name or an image stand for a datastore: by what it is, by the role it has, or as one of the repository's own? */
export function namesStore(text: string, own: Targets): boolean {
  const named = text.split('/').at(-1) ?? '';
  if ([...own].some((target) => named === target || named.startsWith(`${target}-`) || named.startsWith(`${target}_`)))
    return true;
  return parts(text).some((part) => ROLES.has(part) || STORES.has(part));
}
