import type { Section, View } from '../core/types.js';
import type { Workspace } from '../core/workspace.js';

/** One of the five views, the gate or the planner: what it is called, and what it shows beside its findings. */
export interface Reviewer {
  readonly view: View;
  /** The view's full name. */
  readonly title: string;
  /** The seed's superpower that it applies. */
  readonly superpower: string;
  /** Parts of the review body that are not findings. */
  sections?(workspace: Workspace): Promise<readonly Section[]>;
}
