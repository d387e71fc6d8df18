import type { Workspace } from '../../core/workspace.js';
import {
  DOCKERFILE_GLOBS,
  dockerfileExtractor,
  type DockerfileFacts,
  type Instruction,
} from '../../languages/dockerfile/index.js';
import { shellCommands } from '../../languages/shell/index.js';
import { buildDependencies, type DeclaredInBuild } from './builds.js';
import { DEPENDENCY_GLOBS } from './globs.js';
import { h2oImages } from './images.js';
import { filledIn, steps } from './variables.js';

/** Where an H2O release runs or is read on the JVM. */
export interface JarUse {
  readonly path: string;
  readonly line: number;
  readonly version: string;
  /** `h2o-genmodel-3.46.0.6.jar`, `ai.h2o:h2o-genmodel`, an image. */
  readonly what: string;
}

const RELEASE =
  /\b(h2o(?:-(?:app|genmodel|core|genmodel-ext-xgboost|ext-xgboost|steam))?)[-/](\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,5})\b/g;
/** Folders of the release server: `rel-3.46.0/6`. */
const RELEASE_FOLDER = /\/h2o\/rel-(?:[a-z]+|\d{1,3}\.\d{1,3}\.\d{1,3})\/(\d{1,5})\//;

/** JARs and servers of H2O in Dockerfiles, Maven, Gradle and its catalogs, sbt, shell scripts, images, and committed JAR files. */
export async function h2oJars(workspace: Workspace): Promise<JarUse[]> {
  const found: JarUse[] = [];
  for (const path of await workspace.mentioning(workspace.glob(...DOCKERFILE_GLOBS), ['h2o'])) {
    const facts = await workspace.facts(dockerfileExtractor, path);
    if (facts) found.push(...inDockerfile(facts).map((use) => ({ ...use, path })));
  }
  found.push(...(await buildDependencies(workspace, ['ai.h2o'])).flatMap(ofH2o));
  for (const path of await workspace.mentioning(workspace.glob(...DEPENDENCY_GLOBS.shell), ['h2o-', 'h2o_'])) {
    const text = await workspace.text(path);
    if (text !== undefined) found.push(...inScript(text).map((use) => ({ ...use, path })));
  }
  for (const { path, line, image } of await h2oImages(workspace)) {
    const version = /:(\d+\.\d+\.\d+\.\d+)(?:[-@]|$)/.exec(image)?.[1];
    if (version !== undefined && /\/h2o(?:-3|-open-source)/.test(image))
      found.push({ path, line, version, what: image });
  }
  for (const path of workspace.glob('**/h2o*.jar')) {
    found.push(...releasesIn(path.slice(path.lastIndexOf('/') + 1), 1).map((use) => ({ ...use, path })));
  }
  return found;
}

const ofH2o = ({ path, group, artifact, version, line }: DeclaredInBuild): JarUse[] =>
  group === 'ai.h2o' && /^h2o-(?:genmodel|app|core)/.test(artifact) && version !== undefined
    ? [{ path, line, version, what: `${group}:${artifact}` }]
    : [];

/** JARs that a build adds, copies or downloads, each on its own line. */
function inDockerfile(facts: DockerfileFacts): Omit<JarUse, 'path'>[] {
  return steps(facts).flatMap(({ instruction, variables }) =>
    /^(?:ADD|COPY|RUN|ENV|ARG)$/.test(instruction.keyword)
      ? linesOf(instruction).flatMap(({ text, line }) => releasesIn(filledIn(text, variables), line))
      : [],
  );
}

const linesOf = ({ text, starts }: Instruction): { text: string; line: number }[] =>
  starts.map(([from, line], index) => ({ text: text.slice(from, starts[index + 1]?.[0]), line }));

/** JARs that a script downloads or starts: its own literal assignments are filled in. */
function inScript(text: string): Omit<JarUse, 'path'>[] {
  const variables = new Map<string, string>();
  return shellCommands(text).flatMap(({ words, assignments }) => {
    for (const { name, value } of assignments) variables.set(name, filledIn(value.text, variables));
    return words.flatMap((word) => {
      if (/^(?:echo|printf)$/.test(words[0]?.text ?? '')) return [];
      const line = text.slice(0, word.start).split('\n').length;
      return /\.jar\b|\/h2o\/rel-/.test(word.text) ? releasesIn(filledIn(word.text, variables), line) : [];
    });
  });
}

/** Releases of JARs and of the server named in a text; the Python client's own packages are no JARs. */
function releasesIn(text: string, line: number): Omit<JarUse, 'path'>[] {
  if (/\.whl\b|\bpip[\d.]*\s+install\b|\/Python\b/.test(text)) return [];
  const named = new Map([...text.matchAll(RELEASE)].map(([, name = '', version = '']) => [version, name]));
  const base = /rel-(\d{1,3}\.\d{1,3}\.\d{1,3})\//.exec(text)?.[1];
  const build = RELEASE_FOLDER.exec(text)?.[1];
  if (named.size === 0 && base !== undefined && build !== undefined) named.set(`${base}.${build}`, 'h2o');
  return [...named].map(([version, name]) => ({ line, version, what: `${name}-${version}` }));
}
