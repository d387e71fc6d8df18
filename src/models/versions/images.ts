import type { Workspace } from '../../core/workspace.js';
import { DOCKERFILE_GLOBS, dockerfileExtractor } from '../../languages/dockerfile/index.js';
import { resolveStage } from '../../languages/dockerfile/index.js';
import { yamlDocuments, type YamlNode } from '../../languages/yaml/index.js';

export interface ImageUse {
  readonly path: string;
  readonly line: number;
  /** As far as it is known. */
  readonly image: string;
}

/** Images of the publisher `h2oai`, in Dockerfiles, compose files and manifests. */
export async function h2oImages(workspace: Workspace): Promise<ImageUse[]> {
  const found: ImageUse[] = [];
  for (const path of await workspace.mentioning(workspace.glob(...DOCKERFILE_GLOBS), ['h2oai/'])) {
    const facts = await workspace.facts(dockerfileExtractor, path);
    facts?.stages.forEach((stage, index) => {
      const image = stage.from.includes('$') ? resolveStage(facts, String(index))?.base.value : stage.from;
      if (image !== undefined) found.push({ path, line: stage.line, image });
    });
  }
  for (const path of await workspace.mentioning(workspace.glob('**/*.{yml,yaml}'), ['h2oai/'])) {
    for (const document of (await yamlDocuments(workspace, path)) ?? []) {
      for (const node of imageNodes(document)) found.push({ path, line: node.line, image: node.text ?? '' });
    }
  }
  return found.filter(({ image }) => /(?:^|\/)h2oai\//.test(image));
}

function* imageNodes(root: YamlNode): Generator<YamlNode> {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const { key, value } of node.entries()) {
      if (key === 'image' && value.text !== undefined) yield value;
      else stack.push(value);
    }
    stack.push(...node.items());
  }
}

/** The tag of an image reference; undefined when it is pinned by digest or the tag is a variable. */
export function movingTag(image: string): string | undefined {
  if (image.includes('@')) return undefined;
  const last = image.split('/').at(-1) ?? '';
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
  return /^(?:latest|stable|nightly|master|main|edge)(?:$|-)/.test(tag) ? tag : undefined;
}
