import { developmentReviewer } from './dev.js';
import { dialecticReviewer } from './dia.js';
import { logicalReviewer } from './log.js';
import { physicalReviewer } from './phy.js';
import { planReviewer } from './plan.js';
import { processReviewer } from './proc.js';
import type { Reviewer } from './reviewer.js';
import { scenariosReviewer } from './scn.js';

/** In the order in which a review shows them. */
export const REVIEWERS: readonly Reviewer[] = [
  logicalReviewer,
  processReviewer,
  developmentReviewer,
  physicalReviewer,
  scenariosReviewer,
  dialecticReviewer,
  planReviewer,
];
