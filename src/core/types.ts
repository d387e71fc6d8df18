import type { Render } from './rendering.js';
import type { AskPackageIndex } from './package-index.js';
import type { Verify } from './verification.js';

/** The 4+1 views, plus the dialectical gate (`dia`) and the architectural planner (`plan`). */
export const VIEWS = ['log', 'proc', 'dev', 'phy', 'scn', 'dia', 'plan'] as const;
export type View = (typeof VIEWS)[number];

/** Worst first. GitHub's annotation levels for them are failure, warning and notice. */
export const SEVERITIES = ['block', 'warn', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `<view>/<defect>`; the check lives in `src/checks/<view>/<defect>.ts`. */
export type CheckId = `${View}/${string}`;

/** 1-based line numbers, both ends included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** One entry of a tree listing. `path` uses `/` and never starts with one. */
export interface FileEntry {
  readonly path: string;
  /** Git blob id: it names the content for ever, so it is the cache key of everything derived from the content. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
  /** Git's mode, by what it means. Only `file` and `executable` have text of their own. Left out means `file`. */
  readonly kind?: 'file' | 'executable' | 'symlink' | 'submodule';
  /** Not committed, but unpacked from an artifact of a workflow run on the commit. Set by an adapter alone. */
  readonly artifact?: true;
}

export interface FileChange {
  /** Path at head (for a removed file: the path it had). */
  readonly path: string;
  /** Path at the merge base, when renamed or copied. */
  readonly previousPath?: string;
  readonly status: 'added' | 'modified' | 'removed' | 'renamed' | 'copied';
  /** Lines at head that the change added or rewrote. Empty for removed, binary and pure renames. */
  readonly added: readonly LineRange[];
  /** Lines at head that the diff's hunks show, context included: where GitHub accepts an inline comment. */
  readonly hunks: readonly LineRange[];
  /** Set when the changed lines could not be found out (too large, unreadable): then nothing may be concluded from `added`. */
  readonly unknown?: string;
}

/** What a pull request says about itself. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly authorIsBot: boolean;
  readonly draft: boolean;
  readonly baseSha: string;
  readonly labels?: readonly string[];
  /** Login of every commit's author and committer, when known. Dependency bots are exempt only while every commit is theirs. */
  readonly commitAuthors?: readonly string[];
}

/** The repository at one commit: a listing with blob ids, and content on demand. Plain enough to record and replay. */
export interface Snapshot {
  readonly headSha: string;
  readonly files: readonly FileEntry[];
  /** What the adapter looked for and could not list. */
  readonly gaps?: readonly Gap[];
  /** @throws Unreadable — never returns a partial file. */
  read(path: string): Promise<Uint8Array>;
  /** A hint that these files are about to be read, so that an adapter can fetch them in batches. */
  prefetch?(paths: readonly string[]): Promise<void>;
  /** Asks a real PostgreSQL. Absent where none may be used. */
  readonly verify?: Verify;
  /** Renders Helm charts. Absent where nobody offers it. */
  readonly render?: Render;
  /** Asks a package index. Absent where none may be asked. */
  readonly packageIndex?: AskPackageIndex;
  /** Against the merge base; empty when everything is under review (`--all`). */
  readonly changes: readonly FileChange[];
  readonly pull?: PullRequest;
}

export interface Location {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** One hop on the way to a defect: "async endpoint → helper → requests.get". */
export interface TraceStep {
  readonly path: string;
  readonly line: number;
  readonly label: string;
}

/** Replaces whole lines `startLine..endLine` of the finding's file. Published as a one-click suggestion, so it must be safe. */
export interface Fix {
  readonly startLine: number;
  readonly endLine: number;
  /** Without the final line break. */
  readonly replacement: string;
}

export interface Finding {
  readonly check: CheckId;
  readonly severity: Severity;
  readonly location: Location;
  /** One sentence: what is wrong here. */
  readonly message: string;
  /** What it does in production. */
  readonly consequence: string;
  /** The text seen. With check and path it makes the fingerprint, so it holds no line number and nothing that moves. */
  readonly evidence: string;
  readonly trace?: readonly TraceStep[];
  readonly fix?: Fix;
  /** Code to paste elsewhere (a new migration, a new test) when no line of this file can be replaced. */
  readonly snippet?: { readonly language: string; readonly code: string };
}

/** What a check returns: the engine adds the id and, unless the check lowers it, the severity. */
export type FindingDraft = Omit<Finding, 'check' | 'severity'> & { readonly severity?: Severity };

export type Outcome = { readonly check: CheckId } & (
  | { readonly kind: 'done'; readonly findings: readonly Finding[] }
  | { readonly kind: 'not-applicable'; readonly reason?: string }
  /** `findings` are those that stand all the same. */
  | { readonly kind: 'inconclusive' | 'crashed'; readonly reason: string; readonly findings: readonly Finding[] }
);

/**
 * Something that could not be read or judged.
 * `unread`: it should have been (broken encoding, syntax error, too large). `unsupported`: known not to be ours
 * (Helm template, another database's SQL, a notebook magic line). `assumed`: everything was judged, on an assumption that
 * the reason names; no answer is known to hang on it (docs/adr/0010).
 */
export interface Gap {
  readonly path: string;
  readonly reason: string;
  readonly kind: 'unread' | 'unsupported' | 'assumed';
  readonly line?: number;
  /** Another path that the line speaks of: a file that is named and not there. */
  readonly about?: string;
}

/** Where a file belongs; a path may have several roles. Detected from the layout, or set in the configuration. */
export type Role =
  | 'service'
  | 'pipeline'
  | 'shared'
  | 'test'
  | 'example'
  | 'development' // docker-compose.override/dev/test/ci, CI services
  | 'migration'
  | 'script'
  | 'exploration' // notebooks marked exploratory
  | 'documentation';

/** A part of the review body that is not a finding: a flow, a table of splits, the debates. Plain text in every cell. */
export interface Section {
  readonly view: View;
  readonly title: string;
  readonly paragraphs?: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly code?: { readonly language: string; readonly text: string };
}
