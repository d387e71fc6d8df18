import picomatch from 'picomatch';
import { CHECKS } from '../checks/index.js';
import type { Check, PlannedCheck } from '../core/check.js';
import type { Settings } from '../core/settings.js';
import type { Severity } from '../core/types.js';
import { DEFAULT_SETTINGS } from './defaults.js';
import type { ConfigurationFile } from './schema.js';

export interface ConfiguredWaiver {
  readonly check: string;
  /** Glob; every path when undefined. */
  readonly path: string | undefined;
  readonly reason: string;
  readonly owner: string;
  /** YYYY-MM-DD; the day after, the finding is open again. */
  readonly expires: string;
}

/** The effective configuration of one review. */
export interface Configuration {
  readonly settings: Settings;
  readonly checks: readonly PlannedCheck[];
  readonly scope: 'changed' | 'all';
  readonly approve: boolean;
  readonly mode: 'enforce' | 'observe';
  readonly suppressions: 'reviewed' | 'author';
  readonly waivers: readonly ConfiguredWaiver[];
  readonly allowAuthorWaivers: boolean;
}

/** Fills a validated file in with the defaults. Lists replace the default, except `ignore`, which adds to it. */
export function configurationFrom(file: ConfigurationFile = {}): Configuration {
  return {
    settings: settingsFrom(file),
    checks: CHECKS.map((check) => plan(check, file)),
    scope: file.review?.scope ?? 'changed',
    approve: file.review?.approve ?? false,
    mode: file.mode ?? 'enforce',
    suppressions: file.suppressions ?? 'reviewed',
    waivers: (file.waivers ?? []).map((waiver) => ({ ...waiver, path: waiver.path })),
    allowAuthorWaivers: file.allowAuthorWaivers ?? false,
  };
}

function settingsFrom(file: ConfigurationFile): Settings {
  const d = DEFAULT_SETTINGS;
  return {
    ignore: [...d.ignore, ...(file.ignore ?? [])],
    roles: defined(file.roles ?? {}),
    featureTables: over(d.featureTables, file.featureTables),
    gate: { ...over(d.gate, withoutKey(file.gate, 'exempt')), exempt: over(d.gate.exempt, file.gate?.exempt) },
    process: over(d.process, file.process),
    logical: over(d.logical, file.logical),
    development: over(d.development, file.development),
    physical: over(d.physical, file.physical),
    scenarios: {
      ...over(d.scenarios, withoutKey(file.scenarios, 'load')),
      load: over(d.scenarios.load, file.scenarios?.load),
    },
    planning: over(d.planning, file.planning),
  };
}

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Defaults with the given values on top; a key that is there but undefined does not count. */
const over = <T extends object>(defaults: T, given: Loose<T> | undefined): T => ({
  ...defaults,
  ...defined(given ?? {}),
});

const defined = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function withoutKey<T extends object, K extends keyof T>(object: T | undefined, key: K): Omit<T, K> | undefined {
  if (!object) return undefined;
  const { [key]: _, ...rest } = object;
  return rest;
}

type Entry = Severity | 'off' | ({ severity?: Severity | 'off' | undefined } & Record<string, unknown>) | undefined;

const severityOf = (entry: Entry): Severity | 'off' | undefined =>
  typeof entry === 'string' ? entry : entry?.severity;

function plan(check: Check<never>, file: ConfigurationFile): PlannedCheck {
  const entry = (file.checks as Record<string, Entry> | undefined)?.[check.id];
  const standard = severityOf(entry) ?? (check.enabled ? check.severity : 'off');
  const overrides = (file.overrides ?? []).flatMap((override) => {
    const own = severityOf((override.checks as Record<string, Entry>)[check.id]);
    return own === undefined ? [] : [{ matches: picomatch(override.paths, { dot: true }), severity: own }];
  });
  const { severity: _, ...options } = typeof entry === 'object' ? entry : { severity: undefined };
  return {
    check,
    options: check.options?.parse(defined(options)),
    severity: (path) => overrides.findLast((override) => override.matches(path))?.severity ?? standard,
    active: standard !== 'off' || overrides.some((override) => override.severity !== 'off'),
  };
}
