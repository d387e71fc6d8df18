import type { Workspace } from '../../core/workspace.js';
import { gradleCatalogExtractor } from '../../languages/gradle/catalog.js';
import { gradleExtractor, gradlePropertiesExtractor } from '../../languages/gradle/extractor.js';
import { isSettled, settled, type BuildFile, type JvmDependency } from '../../languages/maven/build-file.js';
import { mavenExtractor } from '../../languages/maven/extractor.js';
import { sbtExtractor } from '../../languages/sbt/extractor.js';

export interface DeclaredInBuild extends JvmDependency {
  readonly path: string;
}

/** Dependencies of Maven, Gradle and sbt builds that mention one of the needles, names settled across the files of a build. */
export async function buildDependencies(workspace: Workspace, needles: readonly string[]): Promise<DeclaredInBuild[]> {
  const found: DeclaredInBuild[] = [];
  for (const [globs, read, others] of BUILDS) {
    for (const path of await workspace.mentioning(workspace.glob(...globs), needles)) {
      const { dependencies } = (await read(workspace, path)) ?? { dependencies: [] };
      const near = others(path).filter((other) => other !== path && workspace.file(other) !== undefined);
      for (const dependency of dependencies) found.push(await complete(workspace, { ...dependency, path }, near, read));
    }
  }
  for (const path of await workspace.mentioning(workspace.glob('**/*.versions.toml'), needles)) {
    for (const dependency of (await workspace.facts(gradleCatalogExtractor, path)) ?? [])
      found.push({ ...dependency, path });
  }
  return found;
}

type Read = (workspace: Workspace, path: string) => Promise<BuildFile | undefined>;

const readMaven: Read = (workspace, path) => workspace.facts(mavenExtractor, path);
const readGradle: Read = async (workspace, path) =>
  path.endsWith('.properties')
    ? { dependencies: [], values: (await workspace.facts(gradlePropertiesExtractor, path)) ?? {} }
    : workspace.facts(gradleExtractor, path);
const readSbt: Read = (workspace, path) => workspace.facts(sbtExtractor, path);

/** Where a build file's names may have their values: files above it, and for sbt those beside it. */
const BUILDS: readonly (readonly [readonly string[], Read, (path: string) => readonly string[]])[] = [
  [['**/pom.xml'], readMaven, (path) => above(path).map((folder) => `${folder}pom.xml`)],
  [
    ['**/*.{gradle,gradle.kts}'],
    readGradle,
    (path) =>
      above(path).flatMap((folder) =>
        ['gradle.properties', 'build.gradle', 'build.gradle.kts'].map((name) => folder + name),
      ),
  ],
  [
    ['**/*.sbt', '**/project/*.scala'],
    readSbt,
    (path) => {
      const folder = path.replace(/(?:project\/)?[^/]*$/, '');
      const names = ['Dependencies', 'Versions', 'Version', 'Build', 'Common', 'Libs', 'Library', 'Libraries'];
      return [`${folder}build.sbt`, ...names.map((name) => `${folder}project/${name}.scala`)];
    },
  ],
];

/** The folders above a file, its own first, each with a slash at its end; the repository itself is `''`. */
function above(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return [...parts.keys(), parts.length]
    .map((length) =>
      parts
        .slice(0, length)
        .map((part) => `${part}/`)
        .join(''),
    )
    .reverse();
}

async function complete(
  workspace: Workspace,
  dependency: DeclaredInBuild,
  near: readonly string[],
  read: Read,
): Promise<DeclaredInBuild> {
  let { open } = dependency;
  if (open === undefined) return dependency;
  for (const path of near) {
    const values = new Map(Object.entries((await read(workspace, path))?.values ?? {}));
    open = settled(open, (name) => values.get(name));
    if (isSettled(open)) return { ...dependency, version: open };
  }
  return dependency;
}
