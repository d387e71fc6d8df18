import type { Reviewer } from './reviewer.js';

/** Plans and requirement documents: the architectural planner. */
export const planReviewer: Reviewer = {
  view: 'plan',
  title: 'Plan',
  superpower: 'Structured Brainstorming Protocol',
};
