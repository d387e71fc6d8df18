export { type Area, type AreaKind } from './area.js';
export { DEBATES, debateOf, type Debate, type DebateId } from './debates.js';
export { MANDATES, type Mandate } from './mandates.js';
export { decisionAreas } from './model.js';
export { SKELETON_SENTENCES, skeletonOf } from './skeleton.js';
export { disproved, type Disproved } from './claims.js';
export { mentions } from './mentions.js';
export { standing, type ArguedText, type StandingDebate } from './standing.js';
