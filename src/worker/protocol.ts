import type { MessagePort } from 'node:worker_threads';
import type { ConfigurationFile } from '../config/schema.js';
import type { PackageAnswers, PackageQuestion } from '../core/package-index.js';
import type { Review } from '../core/review.js';
import type { Snapshot, View } from '../core/types.js';
import type { Rendering, RenderRequest } from '../core/rendering.js';
import type { Verification, VerificationRequest } from '../core/verification.js';
import type { Waiver } from '../reviewers/excuses.js';
import type { Limits } from '../reviewers/workspace.js';

/** A snapshot without its reader: what crosses the thread boundary. */
export type Listing = Omit<Snapshot, 'read' | 'prefetch'>;

/** One review as the thread gets it. Plain data, and a port over which content is asked for. */
export interface ReviewTask {
  readonly head: Listing;
  readonly base: Listing | undefined;
  readonly configuration: ConfigurationFile;
  readonly waivers: readonly Waiver[];
  readonly views: readonly View[] | undefined;
  readonly previous: Review | undefined;
  readonly limits: Limits | undefined;
  readonly today: string;
  /** Threads of its own that it may start to parse in. */
  readonly parserThreads: number;
  readonly port: MessagePort;
}

export type Side = 'head' | 'base';

/** Thread → main. */
export type Request =
  | { readonly kind: 'read'; readonly id: number; readonly side: Side; readonly path: string }
  | { readonly kind: 'prefetch'; readonly id: number; readonly side: Side; readonly paths: readonly string[] }
  | { readonly kind: 'verify'; readonly id: number; readonly request: VerificationRequest }
  | { readonly kind: 'render'; readonly id: number; readonly request: RenderRequest }
  | { readonly kind: 'packages'; readonly id: number; readonly question: PackageQuestion }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly check: string };

/** Main → thread. `unreadable` is the reason. */
export type Answer = {
  readonly id: number;
  readonly bytes?: Uint8Array;
  readonly unreadable?: string;
  readonly verification?: Verification;
  readonly rendering?: Rendering;
  readonly packages?: PackageAnswers;
};
