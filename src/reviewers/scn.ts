import { scenarioSections } from '../models/scenarios/table.js';
import type { Reviewer } from './reviewer.js';

/** Evidence for drift, swap and walk-forward: LEAD-SCN-01. */
export const scenariosReviewer: Reviewer = {
  view: 'scn',
  title: 'Scenarios',
  superpower: 'Integration Verification',
  sections: scenarioSections,
};
