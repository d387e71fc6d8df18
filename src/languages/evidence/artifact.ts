import { ARTIFACTS } from '../../core/artifacts.js';
import { Damaged } from '../mojo/facts.js';
import { openZip } from '../mojo/zip.js';
import type { ZipLimits } from '../mojo/zip-directory.js';
import { loadEvidence } from './extract.js';

/** An artifact that a workflow run on the head commit uploaded: a zip, whatever is in it. */
export interface Artifact {
  readonly run: number;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file as a snapshot lists it, below `.dialectic/artifacts/<run>/<name>/`. */
export interface ArtifactFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Results are small; what is larger is a build or a data set, and none of our business. */
const ARTIFACT_LIMITS = { archiveBytes: 32 * 1024 * 1024, files: 50, fileBytes: 24 * 1024 * 1024 } as const;

const READABLE = /\.(json|csv|jtl|xml|txt|log|out)$/i;

/**
 * The results of load tests in an artifact. An archive whose name the configuration does not give is opened too, but only files
 * whose content is recognised come out; a named one (`named`) gives all that could be a result, so that a broken one is said.
 *
 * @returns nothing for an archive that is too large or damaged: `problem` says so
 */
export async function artifactFiles(
  artifact: Artifact,
  named: boolean,
  limits?: ZipLimits,
): Promise<{ files: readonly ArtifactFile[]; problem?: string }> {
  if (artifact.bytes.byteLength > ARTIFACT_LIMITS.archiveBytes)
    return { files: [], problem: 'the artifact is larger than 32 MB' };
  const files: ArtifactFile[] = [];
  try {
    const zip = await openZip(artifact.bytes, limits);
    const entries = zip.entries.filter(
      ({ name, inflatedBytes }) =>
        READABLE.test(name) && zip.names.has(name) && inflatedBytes <= ARTIFACT_LIMITS.fileBytes,
    );
    for (const { name } of entries.slice(0, ARTIFACT_LIMITS.files)) {
      const bytes = await zip.read(name);
      if (named || (await isEvidence(bytes))) files.push({ path: pathOf(artifact, name), bytes });
    }
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { files, problem: `the artifact is damaged: ${error.message.slice(0, 200)}` };
  }
  return { files };
}

async function isEvidence(bytes: Uint8Array): Promise<boolean> {
  try {
    const { facts } = await loadEvidence.extract(bytes);
    return facts.kind !== 'other';
  } catch {
    // Not a result, or not one that can be read: an artifact that nobody named is not ours to complain about.
    return false;
  }
}

/** Names from outside never climb out of the folder that is theirs. */
function pathOf(artifact: Artifact, name: string): string {
  const clean = (text: string): string =>
    text
      .split(/[\\/]/)
      .filter((part) => part !== '' && part !== '.' && part !== '..')
      .join('/');
  return `${ARTIFACTS}${artifact.run}/${clean(artifact.name) || 'artifact'}/${clean(name)}`;
}
