import { defineModel, type Workspace } from '../../core/workspace.js';
import { mojos } from '../artifacts/mojos.js';
import { projectOf } from '../artifacts/projects.js';
import { h2oPins } from './h2o.js';
import { h2oJars } from './jars.js';

/** One place that says which H2O release is meant. */
export interface Corner {
  readonly kind: 'jar' | 'client' | 'artifact';
  readonly path: string;
  readonly line: number;
  readonly version: string;
  /** As a person would name it: `h2o==3.46.0.6`, `h2o_version in churn.zip`. */
  readonly what: string;
}

/** A set of corners that must agree and do not. */
export interface Disagreement {
  readonly corners: readonly Corner[];
  /** The corner that stands alone, or of two the one that is easiest to change. */
  readonly odd: Corner;
}

/** `3.46.0.99999` is what H2O's own development builds call themselves. */
const RELEASED = /^\d+\.\d+\.\d+\.(?!99999$)\d+$/;

export const versionTriangle = defineModel('h2o-versions', async (workspace): Promise<readonly Corner[]> => {
  const { pins } = await workspace.model(h2oPins);
  const clients = pins.flatMap(({ path, source, requirement, version, settledBy, library }) =>
    version === undefined || library || source === 'notebook'
      ? []
      : [
          {
            kind: 'client' as const,
            path: settledBy?.path ?? path,
            line: settledBy?.line ?? requirement.line,
            version,
            what: requirement.text,
          },
        ],
  );
  const jars = (await h2oJars(workspace)).map((use) => ({ kind: 'jar' as const, ...use }));
  const artifacts = (await workspace.model(mojos)).flatMap(({ path, folder, facts }) =>
    facts.model?.h2oVersion === undefined
      ? []
      : [
          {
            kind: 'artifact' as const,
            path,
            line: folder === undefined ? 1 : (facts.model.lines['h2o_version'] ?? 1),
            version: facts.model.h2oVersion,
            what: `h2o_version in ${path}`,
          },
        ],
  );
  const all: Corner[] = [...jars, ...clients, ...artifacts];
  return unique(all.filter(({ path, version }) => RELEASED.test(version) && isProduction(workspace, path)));
});

const isProduction = (workspace: Workspace, path: string): boolean =>
  !['test', 'example', 'development', 'exploration', 'documentation'].some((role) =>
    workspace.roles(path).has(role as 'test'),
  );

const unique = (corners: readonly Corner[]): Corner[] => [
  ...new Map(corners.map((corner) => [`${corner.path}\0${corner.line}\0${corner.version}`, corner])).values(),
];

/**
 * Corners are compared within a project that has two kinds of them. Only where no project has, as when the pin, the
 * Dockerfile and the artifact each have a folder of their own, are they compared over the repository.
 */
export function disagreements(workspace: Pick<Workspace, 'glob'>, corners: readonly Corner[]): Disagreement[] {
  const project = projectOf(workspace);
  const groups = new Map<string, Corner[]>();
  for (const corner of corners) groups.set(project(corner.path), [...(groups.get(project(corner.path)) ?? []), corner]);
  const complete = [...groups.values()].filter((group) => kinds(group) > 1);
  const all = complete.length > 0 ? complete : [[...corners]];
  return all
    .flatMap((group) => byReader(workspace, group))
    .flatMap((group) => {
      if (kinds(group) < 2 || new Set(group.map(({ version }) => version)).size < 2) return [];
      const odd = oddOne(group);
      return odd ? [{ corners: group, odd }] : [];
    });
}

/**
 * A model in a JVM project is read with what that project brings along: what a sibling project of the same repository declares
 * says nothing about it. Such models are compared with the clients alone.
 */
function byReader(workspace: Pick<Workspace, 'glob'>, group: readonly Corner[]): Corner[][] {
  const builds = workspace.glob('**/{pom.xml,build.gradle,build.gradle.kts,build.sbt}').map(folderOf);
  const home = (path: string): string | undefined =>
    builds.filter((folder) => path.startsWith(folder)).sort((a, b) => b.length - a.length)[0];
  const jars = group.filter(({ kind }) => kind === 'jar');
  const isForeign = ({ kind, path }: Corner): boolean => {
    const own = kind === 'artifact' ? home(path) : undefined;
    if (own === undefined || jars.length === 0) return false;
    return jars.every((jar) => {
      const other = home(jar.path);
      return other !== undefined && !own.startsWith(other) && !other.startsWith(own);
    });
  };
  const foreign = group.filter(isForeign);
  if (foreign.length === 0) return [[...group]];
  return [group.filter((corner) => !isForeign(corner)), [...group.filter(({ kind }) => kind === 'client'), ...foreign]];
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const kinds = (corners: readonly Corner[]): number => new Set(corners.map(({ kind }) => kind)).size;

function oddOne(corners: readonly Corner[]): Corner | undefined {
  const votes = (version: string): number =>
    new Set(corners.filter((corner) => corner.version === version).map(({ path }) => path)).size;
  const order = ['jar', 'client', 'artifact'];
  const byOddness = (a: Corner, b: Corner): number =>
    votes(a.version) - votes(b.version) || order.indexOf(a.kind) - order.indexOf(b.kind);
  return [...corners].sort(byOddness)[0];
}
