import type { Reviewer } from './reviewer.js';

/** Schemas, history and Mage blocks: LEAD-LOG-01. */
export const logicalReviewer: Reviewer = {
  view: 'log',
  title: 'Logical view',
  superpower: 'Schema Drift Detector',
};
