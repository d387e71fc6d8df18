/** What a real PostgreSQL is asked: to apply migrations to an empty database, and to plan some queries. Plain data. */
export interface VerificationRequest {
  readonly histories: readonly VerifiedHistory[];
}

/** SQL files of one database, in the order in which they run. */
export interface VerifiedHistory {
  readonly root: string;
  readonly scripts: readonly {
    readonly path: string;
    readonly statements: readonly { readonly sql: string; readonly line: number }[];
  }[];
  /** Asked once everything is applied, with sequential scans made as dear as can be. */
  readonly probes: readonly { readonly id: string; readonly sql: string }[];
}

/** The answers, or why there are none. */
export type Verification =
  | { readonly kind: 'done'; readonly server: string; readonly histories: readonly VerifiedOutcome[] }
  | { readonly kind: 'failed'; readonly reason: string };

export interface VerifiedOutcome {
  readonly root: string;
  /** The statement at which it stopped. */
  readonly failure?: StatementFailure;
  /** What this server could not do (an extension that is not installed, a role that only production has): nothing is claimed after it. */
  readonly missing: readonly string[];
  readonly plans: Readonly<Record<string, QueryPlan>>;
}

export interface StatementFailure {
  readonly path: string;
  readonly line: number;
  /** PostgreSQL's own words. */
  readonly message: string;
  /** SQLSTATE. */
  readonly code: string;
}

export interface QueryPlan {
  /** Some node has an index condition, or takes its order from an index. */
  readonly usesIndex: boolean;
  /** `EXPLAIN`'s first lines. */
  readonly text: string;
}

export type Verify = (request: VerificationRequest) => Promise<Verification>;
