import type { FileEntry } from './types.js';

/**
 * Where a snapshot lists what workflow runs on its commit uploaded: `<run>/<artifact>/<path>` below this. To everything
 * that reads they are files like any other.
 */
export const ARTIFACTS = '.dialectic/artifacts/';

/** A committed file must not pass for what a workflow measured: only entries that an adapter unpacked may stand there. */
export const isForgedArtifact = ({ path, artifact }: Pick<FileEntry, 'path' | 'artifact'>): boolean =>
  artifact !== true && path.startsWith(ARTIFACTS);
