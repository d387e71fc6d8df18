export { dockerfileExtractor, extractDockerfile } from './extractor.js';
export { lineAt, type DockerfileFacts, type Instruction, type Pair, type Stage } from './facts.js';
export { resolveStage, type Command, type Resolved, type ResolvedStage } from './resolve.js';
export { expandWord, splitWords } from './words.js';

/** Globs of Dockerfiles by their usual names. */
export const DOCKERFILE_GLOBS = [
  '**/{Dockerfile,Containerfile}',
  // `Dockerfile.gpu`, `Dockerfile_1`, `Dockerfile-dev`; not what is written about one.
  '**/{Dockerfile,Containerfile}[._-]!(*(*.)@(md|mdx|rst|adoc|html|dockerignore|py|sh|json|yml|yaml|lock))',
  '**/*.{Dockerfile,dockerfile,Containerfile}',
] as const;
