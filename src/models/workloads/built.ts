import type { Workspace } from '../../core/workspace.js';
import { dockerfileExtractor, resolveStage } from '../../languages/dockerfile/index.js';
import type { DockerfileFacts, ResolvedStage, Stage } from '../../languages/dockerfile/index.js';
import type { BuiltImage, Variable } from './model.js';

export interface Build {
  readonly image: BuiltImage;
  /** `ENV` of the Dockerfile. */
  readonly environment: readonly Variable[];
}

/**
 * The image that a Dockerfile of the repository makes; undefined when there is no such file or stage.
 * @param args build arguments; null for values that are not known
 */
export async function buildOf(
  workspace: Workspace,
  dockerfile: string,
  context: string,
  target?: string,
  args: ReadonlyMap<string, string | null> = new Map(),
): Promise<Build | undefined> {
  if (workspace.file(dockerfile) === undefined) return undefined;
  const facts = await workspace.facts(dockerfileExtractor, dockerfile);
  const stage = facts && resolveStage(facts, target, args);
  return (
    facts && stage && { image: imageOf(facts, stage, dockerfile, context), environment: variablesOf(stage, dockerfile) }
  );
}

function imageOf(facts: DockerfileFacts, stage: ResolvedStage, dockerfile: string, context: string): BuiltImage {
  return {
    dockerfile,
    context,
    base: stage.base.value,
    entrypoint: stage.entrypoint,
    command: stage.command,
    volumes: stage.volumes.flatMap(({ value }) => value ?? []),
    steps: stage.chain.flatMap(stepsOf),
    copiedFrom: copySources(facts, stage.chain),
  };
}

const STEPS = new Set(['RUN', 'COPY', 'ADD']);

const stepsOf = (stage: Stage): { keyword: string; text: string; line: number }[] =>
  stage.instructions
    .filter(({ keyword }) => STEPS.has(keyword))
    .map(({ keyword, text, line }) => ({ keyword, text, line }));

/** The images that `COPY --from` names, other stages followed to what they start from. */
function copySources(facts: DockerfileFacts, chain: readonly Stage[]): string[] {
  const sources = chain.flatMap((stage) =>
    stage.instructions.flatMap(({ keyword, flags }) => (keyword === 'COPY' ? (flags['from'] ?? []) : [])),
  );
  return [...new Set(sources)].map((name) => resolveStage(facts, name)?.base.value ?? name);
}

function variablesOf(stage: ResolvedStage, dockerfile: string): Variable[] {
  return [...stage.environment].map(([name, { value, line }]) => ({
    name,
    value,
    at: { path: dockerfile, line, endLine: line },
    source: `ENV in ${dockerfile}`,
  }));
}
