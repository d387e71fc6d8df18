export { parseRequirements, requirementsExtractor, type Include, type RequirementsFacts } from './extractor.js';
export { exactVersion, parseRequirement, type Clause, type Requirement } from './requirement.js';
