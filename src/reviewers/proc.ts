import { processSections } from '../models/call-graph/sections.js';
import type { Reviewer } from './reviewer.js';

/** The event loop, pools and caches: LEAD-PROC-01. */
export const processReviewer: Reviewer = {
  view: 'proc',
  title: 'Process view',
  superpower: 'Async Non-Blocking Radar',
  sections: processSections,
};
