import type { Branch, Entry, List, Value } from '../compose/tree.js';
import { child, isNull, items, text } from '../compose/tree.js';

/** By which field the items of a list belong together; other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
  volumeClaimTemplates: ['metadata'],
};

/** Kubernetes' strategic merge: mappings by key, known lists by their merge key, `null` and `$patch: delete` remove. */
export function strategicMerge(base: Value, patch: Value, field = ''): Value {
  if (base.kind === 'map' && patch.kind === 'map')
    return text(child(patch, '$patch')) === 'replace' ? without(patch, '$patch') : mergeMaps(base, patch);
  if (base.kind === 'list' && patch.kind === 'list') return mergeLists(base, patch, field);
  return patch;
}

function mergeMaps(base: Branch, patch: Branch): Branch {
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of patch.entries) {
    const before = entries.get(key);
    if (isNull(entry.value) || text(child(entry.value, '$patch')) === 'delete') entries.delete(key);
    else
      entries.set(
        key,
        before === undefined ? entry : { key: before.key, value: strategicMerge(before.value, entry.value, key) },
      );
  }
  return { ...base, entries };
}

function mergeLists(base: List, patch: List, field: string): List {
  const keys = MERGE_KEYS[field];
  if (keys === undefined) return patch;
  const merged = [...base.items];
  for (const item of patch.items) {
    const index = merged.findIndex((before) => keys.some((key) => sameKey(before, item, key)));
    const deletes = text(child(item, '$patch')) === 'delete';
    const before = merged[index];
    if (before === undefined) {
      if (!deletes) merged.push(item);
    } else if (deletes) merged.splice(index, 1);
    else merged[index] = strategicMerge(before, item);
  }
  return { ...base, items: merged };
}

function sameKey(a: Value, b: Value, key: string): boolean {
  const [left, right] = [child(a, key), child(b, key)].map((value) => text(value) ?? text(child(value, 'name')));
  return left !== undefined && left === right;
}

function without(value: Branch, key: string): Branch {
  const entries = new Map(value.entries);
  entries.delete(key);
  return { ...value, entries };
}

/** RFC 6902 `add`, `replace` and `remove`; other operations and paths that lead nowhere change nothing. */
export function jsonPatch(base: Value, operations: Value): Value {
  let result = base;
  for (const operation of items(operations).slice(0, 1_000)) {
    const pointer = text(child(operation, 'path'));
    const op = text(child(operation, 'op'));
    if (pointer === undefined || (op !== 'add' && op !== 'replace' && op !== 'remove')) continue;
    const steps = pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (steps.length > 0 && steps.length < 50) result = changed(result, steps, op, child(operation, 'value'));
  }
  return result;
}

function changed(
  target: Value,
  [step = '', ...rest]: readonly string[],
  op: 'add' | 'replace' | 'remove',
  value: Value | undefined,
): Value {
  if (target.kind === 'map') {
    const entries = new Map(target.entries);
    const before = entries.get(step);
    if (rest.length > 0) {
      if (before !== undefined) entries.set(step, { ...before, value: changed(before.value, rest, op, value) });
    } else if (op === 'remove') entries.delete(step);
    else if (value !== undefined) entries.set(step, { key: value.at, value });
    return { ...target, entries };
  }
  if (target.kind !== 'list') return target;
  const list = [...target.items];
  const index = step === '-' ? list.length : Number(step);
  if (!Number.isInteger(index) || index < 0 || index > list.length) return target;
  const before = list[index];
  if (rest.length > 0) {
    if (before !== undefined) list[index] = changed(before, rest, op, value);
  } else if (op === 'remove') list.splice(index, 1);
  else if (value !== undefined) list.splice(index, op === 'replace' ? 1 : 0, value);
  return { ...target, items: list };
}
