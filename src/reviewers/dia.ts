import { debatesSection } from '../models/argument/debates-section.js';
import type { Reviewer } from './reviewer.js';

/** Thesis, antithesis, synthesis: superpower 1. */
export const dialecticReviewer: Reviewer = {
  view: 'dia',
  title: 'Dialectic',
  superpower: 'Dialectical Reasoning Loop',
  // Where everything is under review nobody argues for a change.
  sections: async (workspace) => (workspace.pull || workspace.changes.length > 0 ? debatesSection(workspace) : []),
};
