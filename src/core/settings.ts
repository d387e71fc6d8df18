import type { Role } from './types.js';

/**
 * The effective configuration as checks and models see it: plain data, defaults filled in, validated. The layer
 * `src/config` makes it; each view's part is declared here so that a lower layer can name its type.
 */
export interface Settings {
  /** Paths that are never looked at. */
  readonly ignore: readonly string[];
  /** Globs that set a role, beside what the layout shows. */
  readonly roles: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly featureTables: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly gate: GateSettings;
  readonly process: ProcessSettings;
  readonly logical: LogicalSettings;
  readonly development: DevelopmentSettings;
  readonly physical: PhysicalSettings;
  readonly scenarios: ScenarioSettings;
  readonly planning: PlanningSettings;
}

export interface GateSettings {
  readonly require: 'always' | 'decisions';
  readonly exempt: {
    readonly documentation: boolean;
    /** Logins whose pull requests need no argument while every commit is theirs. */
    readonly bots: readonly string[];
    readonly reverts: boolean;
    readonly releases: boolean;
  };
  /** Words that thesis, antithesis and synthesis must hold together. */
  readonly minimumWords: number;
}

export interface ProcessSettings {
  /** Callables that block, beside the catalogue: dotted patterns, `*` for one or more segments. */
  readonly blocking: readonly string[];
  /** Callables that do not block here, whatever the catalogue says. */
  readonly allow: readonly string[];
}

export interface LogicalSettings {
  /** Prove index findings on a real PostgreSQL. */
  readonly verify: boolean;
  /** Column names accepted for event time. */
  readonly eventTime: readonly string[];
}

export interface DevelopmentSettings {
  /** Layers from lowest to highest: a path of one may import only from its own or a lower one. */
  readonly layers: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** Base address of a package index to ask for added dependencies; off when undefined. */
  readonly packageIndex: string | undefined;
}

export interface PhysicalSettings {
  /** Highest accepted share of the container limit for the JVM heap. */
  readonly heapShare: number;
  /** The same where XGBoost runs in the H2O process. */
  readonly heapShareWithXgboost: number;
  readonly helm: 'values' | 'render';
}

export interface ScenarioSettings {
  readonly load: {
    /** Requests a second, sustained. */
    readonly rate: number;
    /** Failed requests tolerated. */
    readonly failures: number;
    readonly maxLatencyMs: number;
    readonly p99Ms: number;
    readonly minDurationSec: number;
  };
  /** Workflow artifacts that hold evidence, by name glob. */
  readonly artifacts: readonly string[];
  readonly psiThreshold: number;
}

export interface PlanningSettings {
  /** Files judged as plans, beside PLAN.md. */
  readonly plans: readonly string[];
  /** Files judged as requirement documents. */
  readonly requirements: readonly string[];
  readonly triggers: boolean;
}
