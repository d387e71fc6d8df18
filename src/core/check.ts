import type { z } from 'zod';
import type { PackageAnswers } from './package-index.js';
import type { DevelopmentSettings } from './settings.js';
import type { CheckId, FindingDraft, Severity, View } from './types.js';
import type { Verification } from './verification.js';
import type { Workspace } from './workspace.js';

/** A small repository that shows the defect, or shows it avoided. Runs as a test and stands on the documentation page. */
export interface Example {
  /** What to notice, in a few words. */
  readonly title: string;
  /** Path → content. */
  readonly files: Readonly<Record<string, string>>;
  /** The pull request's description, where the check reads it. */
  readonly body?: string;
  /** What a real PostgreSQL answers, where the check asks one. */
  readonly verification?: Verification;
  /** What the configuration says, where the check only works when told to. */
  readonly settings?: { readonly development: Partial<DevelopmentSettings> };
  /** What the package index answers, where the check asks one. */
  readonly packages?: PackageAnswers;
}

export interface CheckContext<O = unknown> extends Workspace {
  readonly options: O;
  /** Says that part of the question stays open; the findings returned still stand. */
  inconclusive(reason: string): void;
}

export interface Check<O = unknown> {
  readonly id: CheckId;
  readonly view: View;
  /** The seed's task or decision that it serves: `LEAD-LOG-01-01`, `Decision 3`, `JTBD-03`. */
  readonly task: string;
  readonly severity: Severity;
  /** One sentence that begins with "Flags". */
  readonly flags: string;
  /** Markdown: why it matters in production, what to do instead, the traps it knows, its sources. */
  readonly why: string;
  /** Page under docs/reference, without extension. */
  readonly reference: string;
  /** False for a check that runs only when the configuration gives it a severity. */
  readonly enabled: boolean;
  /** `lower` (the default): in tests, examples and development files a `block` becomes a `note`. `keep`: a place is a place. */
  readonly nonProduction: 'lower' | 'keep';
  /**
   * `repository` (the default): a defect that is there or not, so one that the merge base has too is "existing".
   * `change`: a duty of this very change (an argument, evidence), which the merge base cannot excuse.
   */
  readonly subject: 'repository' | 'change';
  /**
   * It asks a service outside of the repository. When that does not answer, the review says so, and the verdict does not
   * wait for it: an index that is down must not stop every merge.
   */
  readonly external: boolean;
  /** Schema of its own options. Typed where it is defined; the list of checks holds them side by side. */
  readonly options: z.ZodType | undefined;
  readonly examples: { readonly bad: readonly Example[]; readonly good: readonly Example[] };
  /** Returns what is wrong, or `not-applicable` when there is nothing in the repository to ask about. */
  run(context: CheckContext<O>): Promise<readonly FindingDraft[] | 'not-applicable'>;
}

type CheckDefinition<O> = Omit<Check<O>, 'view' | 'enabled' | 'nonProduction' | 'subject' | 'external' | 'options'> & {
  readonly enabled?: boolean;
  readonly nonProduction?: 'lower' | 'keep';
  readonly subject?: 'repository' | 'change';
  readonly external?: boolean;
  readonly options?: z.ZodType<O>;
};

/** Fills in what follows from the rest. The list in `src/checks/index.ts` holds what this returns. */
export function defineCheck<O = undefined>(definition: CheckDefinition<O>): Check<O> {
  const view = definition.id.slice(0, definition.id.indexOf('/')) as View;
  return {
    enabled: true,
    nonProduction: 'lower',
    subject: 'repository',
    external: false,
    ...definition,
    options: definition.options,
    view,
  };
}

/** A check as this repository's configuration wants it. */
export interface PlannedCheck {
  readonly check: Check<never>;
  /** Parsed by the check's own schema. */
  readonly options: unknown;
  /** Per path, because a monorepo's folders may differ. `off` drops what is found there. */
  readonly severity: (path: string) => Severity | 'off';
  /** False when it is off everywhere: then it does not run. */
  readonly active: boolean;
}

/** The check with its defaults: what runs where no configuration says otherwise. */
export function planByDefault(check: Check<never>): PlannedCheck {
  return {
    check,
    options: check.options?.parse({}),
    severity: () => (check.enabled ? check.severity : 'off'),
    active: check.enabled,
  };
}
