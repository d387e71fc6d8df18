import type { Reviewer } from './reviewer.js';

/** Artifacts, versions and boundaries: LEAD-DEV-01. */
export const developmentReviewer: Reviewer = {
  view: 'dev',
  title: 'Development view',
  superpower: 'Artifact Integrity Scanner',
};
