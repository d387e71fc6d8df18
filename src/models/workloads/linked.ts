import { defineModel, type Workspace } from '../../core/workspace.js';
import { imageName, jvmImage } from '../jvm/images.js';
import { buildOf, type Build } from './built.js';
import { datastoreByImage } from './datastores.js';
import { isKnown } from './model.js';
import { directoryOf } from './paths.js';

const DOCKERFILES = ['**/Dockerfile', '**/Dockerfile.*', '**/*.Dockerfile', '**/*.dockerfile'];
const MAX_DOCKERFILES = 500;
/** Folders that hold a Dockerfile for what is around them. */
const ASIDE = /^(?:docker|build|deploy|deployment|\.docker|container|image)$/;
/** Names that say nothing about which image is meant. */
const ANYTHING =
  /^(?:app|base|image|main|latest|docker|build|dev|prod|test|ci|local|alpine|debian|ubuntu|python|node|nginx)$/;

/** The build of the one Dockerfile that is named as an image is; undefined for known public images. */
export type NamedBuilds = (reference: string) => Build | undefined;

/**
 * Connects images with Dockerfiles where nothing says who builds them: `ghcr.io/acme/scorer:1.2` with
 * `services/scorer/Dockerfile`, `docker/scorer.Dockerfile`, `scorer/docker/Dockerfile`. Only where exactly one is named so.
 */
export const namedBuilds = defineModel('named-builds', async (workspace): Promise<NamedBuilds> => {
  const byName = new Map<string, Build | undefined>();
  for (const path of workspace.glob(...DOCKERFILES).slice(0, MAX_DOCKERFILES)) {
    if (workspace.roles(path).has('test')) continue;
    const name = nameOf(path);
    if (name === undefined || ANYTHING.test(name)) continue;
    byName.set(name, byName.has(name) ? undefined : await built(workspace, path));
  }
  return (reference) => {
    const name = imageName(reference);
    if (name === undefined || !isKnown(name) || jvmImage(reference) || datastoreByImage(reference)) return undefined;
    return byName.get(name.slice(name.lastIndexOf('/') + 1));
  };
});

function nameOf(path: string): string | undefined {
  const parts = path.toLowerCase().split('/');
  const file = parts.pop() ?? '';
  if (/\.(?:md|mdx|txt|rst|j2|tmpl|tpl|template|bak|orig|dockerignore)$/.test(file)) return undefined;
  const named = /^dockerfile\.([\w-]+)$/.exec(file)?.[1] ?? /^([\w-]+)\.dockerfile$/.exec(file)?.[1];
  if (named !== undefined && !ANYTHING.test(named)) return named;
  return parts.findLast((part) => !ASIDE.test(part));
}

/** The context is not known: the folder around the Dockerfile, from which `COPY` mostly starts. */
const built = (workspace: Workspace, path: string): Promise<Build | undefined> => {
  const folder = directoryOf(path);
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  return buildOf(workspace, path, ASIDE.test(last.toLowerCase()) ? directoryOf(folder) : folder);
};
