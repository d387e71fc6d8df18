import { memorySection } from '../models/jvm/index.js';
import type { Reviewer } from './reviewer.js';

/** Memory, networks, volumes and workload kinds: LEAD-PHY-01. */
export const physicalReviewer: Reviewer = {
  view: 'phy',
  title: 'Physical view',
  superpower: 'Resource Isolation Sight',
  sections: memorySection,
};
