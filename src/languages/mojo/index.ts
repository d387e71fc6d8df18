export { MOJO_NEEDLES, mojoExtractor, readMojo, readMojoArchive } from './extractor.js';
export { mojoSummary } from './summary.js';
export { Damaged, type Container, type MojoFacts, type MojoModel, type TreeSummary, type Violation } from './facts.js';
