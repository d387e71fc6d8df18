import { LRUCache } from 'lru-cache';
import picomatch from 'picomatch';
import { ARTIFACTS } from '../core/artifacts.js';
import type { Gap } from '../core/types.js';
import { artifactFiles, type ArtifactFile } from '../languages/evidence/artifact.js';
import { isRateLimit, messageOf, statusOf, type GitHubClient, type Repository } from './client.js';
import { download } from './download.js';

/** A workflow run that has ended. A new attempt has the same id and another time. */
export interface FinishedRun {
  readonly id: number;
  readonly updatedAt: string;
}

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly expired: boolean;
}
interface Unpacked {
  readonly files: readonly ArtifactFile[];
  readonly problem?: string;
}

/** Listings by run, contents by artifact: neither changes. */
export interface ArtifactCache {
  readonly listings: LRUCache<string, readonly Listed[]>;
  readonly contents: LRUCache<string, Unpacked>;
}

const KEPT_BYTES = 64e6;

export const artifactCache = (): ArtifactCache => ({
  listings: new LRUCache({ max: 5000 }),
  contents: new LRUCache({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ files }) => files.reduce((sum, file) => sum + file.bytes.byteLength, 100),
  }),
});

export interface Evidence {
  readonly files: readonly ArtifactFile[];
  readonly gaps: readonly Gap[];
}
export const NO_EVIDENCE: Evidence = { files: [], gaps: [] };

/** Newest first; a commit with more workflow runs than this has its evidence among these. */
const MAX_RUNS = 20;
const MAX_ARTIFACTS = 20;
const MAX_BYTES = 32e6;
/** An artifact that nobody named is opened only when it is small: results are, builds are not. */
const MAX_UNNAMED_BYTES = 2e6;
const MAX_UNPACKED_BYTES = 48e6;

/**
 * Results of load tests that workflow runs on a commit uploaded. An artifact that the configuration names (globs) gives all that
 * could be a result, and is said when it cannot be read; of any other, only files whose content is recognised come out.
 */
export async function evidenceOf(
  client: GitHubClient,
  repository: Repository,
  runs: readonly FinishedRun[],
  named: readonly string[],
  cache: ArtifactCache,
): Promise<Evidence> {
  const isNamed = named.length > 0 ? picomatch([...named], { dot: true }) : () => false;
  const newest = [...runs].sort((a, b) => b.id - a.id).slice(0, MAX_RUNS);
  const gaps: Gap[] = [];
  const wanted: { readonly run: number; readonly artifact: Listed; readonly named: boolean }[] = [];
  for (const run of newest) {
    for (const artifact of await listed(client, repository, run, cache)) {
      const one = { run: run.id, artifact, named: isNamed(artifact.name) };
      const refusal = refusalOf(artifact, one.named);
      if (refusal === undefined) wanted.push(one);
      else if (one.named) gaps.push(gapOf(run.id, artifact.name, refusal));
    }
  }
  wanted.sort((a, b) => Number(b.named) - Number(a.named));
  for (const { run, artifact } of wanted.slice(MAX_ARTIFACTS).filter((one) => one.named))
    gaps.push(gapOf(run, artifact.name, `not read: more than ${MAX_ARTIFACTS} artifacts on this commit`));
  const files: ArtifactFile[] = [];
  let bytes = 0;
  for (const one of wanted.slice(0, MAX_ARTIFACTS)) {
    const { files: found, problem } = await unpacked(client, repository, one.run, one.artifact, one.named, cache);
    const lacking = found.length === 0 ? 'nothing in it could be the result of a load test' : undefined;
    const said = problem ?? lacking;
    if (said !== undefined && one.named) gaps.push(gapOf(one.run, one.artifact.name, said));
    for (const file of found) {
      bytes += file.bytes.byteLength;
      if (bytes <= MAX_UNPACKED_BYTES) files.push(file);
      else
        gaps.push({ path: file.path, kind: 'unread', reason: 'not read: the artifacts of this commit are too large' });
    }
  }
  return { files, gaps };
}

const gapOf = (run: number, name: string, reason: string): Gap => ({
  path: `${ARTIFACTS}${run}/${name}`,
  kind: 'unread',
  reason,
});

function refusalOf({ size, expired }: Listed, named: boolean): string | undefined {
  if (expired) return 'the artifact has expired';
  if (size > (named ? MAX_BYTES : MAX_UNNAMED_BYTES)) return `the artifact is too large (${Math.round(size / 1e6)} MB)`;
  return undefined;
}

/** Workflow runs on a commit that have ended, newest first; none where this App may not see them. */
export async function listFinishedRuns(
  client: GitHubClient,
  repository: Repository,
  sha: string,
): Promise<FinishedRun[]> {
  try {
    const { data } = await client.rest.actions.listWorkflowRunsForRepo({
      ...repository,
      head_sha: sha,
      status: 'completed',
      per_page: MAX_RUNS,
    });
    return data.workflow_runs.map((run) => ({ id: run.id, updatedAt: run.updated_at }));
  } catch (error) {
    if (isRateLimit(error) || ![403, 404].includes(statusOf(error) ?? 0)) throw error;
    return [];
  }
}

async function listed(
  client: GitHubClient,
  repository: Repository,
  run: FinishedRun,
  cache: ArtifactCache,
): Promise<readonly Listed[]> {
  const key = `${repository.owner}/${repository.repo}/${run.id}@${run.updatedAt}`.toLowerCase();
  const kept = cache.listings.get(key);
  if (kept) return kept;
  const { data } = await client.rest.actions.listWorkflowRunArtifacts({ ...repository, run_id: run.id, per_page: 100 });
  const found = data.artifacts.map(({ id, name, size_in_bytes, expired }) => ({
    id,
    name,
    size: size_in_bytes,
    expired,
  }));
  cache.listings.set(key, found);
  return found;
}

async function unpacked(
  client: GitHubClient,
  repository: Repository,
  run: number,
  artifact: Listed,
  named: boolean,
  cache: ArtifactCache,
): Promise<Unpacked> {
  const key = `${repository.owner}/${repository.repo}/${artifact.id}:${named}`.toLowerCase();
  const kept = cache.contents.get(key);
  if (kept) return kept;
  let bytes: Uint8Array;
  try {
    const where = { ...repository, artifact_id: artifact.id, archive_format: 'zip' };
    const route = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
    const chunks: Buffer[] = [];
    for await (const chunk of await download(client, route, where, MAX_BYTES)) chunks.push(chunk);
    bytes = Buffer.concat(chunks);
  } catch (error) {
    if (isRateLimit(error) || (statusOf(error) ?? 0) >= 500) throw error;
    return { files: [], problem: `the artifact could not be read: ${messageOf(error)}` };
  }
  const result = await artifactFiles({ run, name: artifact.name, bytes }, named);
  cache.contents.set(key, result);
  return result;
}
