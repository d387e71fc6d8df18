export { pyprojectExtractor, type PyprojectFacts } from './extractor.js';
