/** Check suites and check runs, and the artifacts of workflow runs. */
import { ApiError, unprocessable } from '../errors.js';
import * as show from '../represent.js';
import type { Annotation, App, Artifact, CheckRun, CheckSuite, Repository } from '../store.js';
import {
  type Answer,
  type Call,
  created,
  type Endpoints,
  ok,
  type Operations,
  page,
  present,
  serve,
} from './operation.js';

type Checks = Endpoints['checks'];
type Actions = Endpoints['actions'];
/** The body of a creation or an update: Octokit types the two as unions by status. */
interface Asked {
  readonly name?: string;
  readonly head_sha?: string;
  readonly details_url?: string;
  readonly external_id?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly output?: {
    readonly title?: string;
    readonly summary: string;
    readonly text?: string;
    readonly annotations?: readonly Annotation[];
  };
  readonly actions?: CheckRun['actions'];
}
const LARGEST_MESSAGE = 64 * 1024;

function askingApp(call: Call): App {
  if (call.actor.kind !== 'installation') throw new ApiError(403, 'You must authenticate via a GitHub App.');
  return call.actor.installation.app;
}

function apply(call: Call, run: CheckRun, asked: Asked): void {
  const { output } = asked;
  for (const annotation of output?.annotations ?? []) checkAnnotation(annotation);
  const now = call.github.timestamp();
  run.name = asked.name ?? run.name;
  run.detailsUrl = asked.details_url ?? run.detailsUrl;
  run.externalId = asked.external_id ?? run.externalId;
  run.startedAt = asked.started_at ?? run.startedAt;
  run.actions = asked.actions ?? run.actions;
  if (asked.conclusion !== undefined || asked.status === 'completed') {
    if (asked.conclusion === undefined)
      throw unprocessable('Invalid request.\n\nMissing conclusion: required when status is completed.');
    run.status = 'completed';
    run.conclusion = asked.conclusion;
    run.completedAt = asked.completed_at ?? now;
    run.history.push(asked.conclusion);
  } else if (asked.status !== undefined && run.status !== 'completed') {
    // What has ended does not begin again.
    run.status = asked.status as CheckRun['status'];
    run.conclusion = null;
    run.completedAt = null;
  }
  if (output !== undefined) {
    run.output = {
      title: output.title ?? run.output.title,
      summary: output.summary,
      text: output.text ?? run.output.text,
    };
    run.annotations.push(...(output.annotations ?? []));
  }
}

function checkAnnotation(annotation: Annotation): void {
  const {
    start_line: start,
    end_line: end,
    start_column: column,
    message,
    raw_details: details = '',
    title = '',
  } = annotation;
  const wrong = (field: string): ApiError =>
    unprocessable('Invalid request.', [{ resource: 'CheckAnnotation', code: 'invalid', field }]);
  if (start < 1 || end < start) throw wrong('end_line');
  if (column !== undefined && start !== end) throw wrong('start_column');
  if (Buffer.byteLength(message) > LARGEST_MESSAGE || message === '') throw wrong('message');
  if (Buffer.byteLength(details) > LARGEST_MESSAGE) throw wrong('raw_details');
  if (title.length > 255) throw wrong('title');
}

async function createRun(call: Call<Asked>): Promise<Answer> {
  const { github, repository, input } = call;
  const app = askingApp(call);
  const sha = input.head_sha ?? '';
  if (!/^[0-9a-f]{40}$/.test(sha) || (await repository.git.commit(sha)) === undefined)
    throw unprocessable(`No commit found for SHA: ${sha}`);
  const suite = github.suiteFor(repository, app, sha);
  const run: CheckRun = {
    id: github.ids.next(),
    suite,
    name: input.name ?? '',
    headSha: sha,
    status: 'queued',
    conclusion: null,
    detailsUrl: app.slug,
    externalId: '',
    startedAt: github.timestamp(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
    history: [],
  };
  run.detailsUrl = github.addresses.web;
  apply(call, run, input);
  repository.runs.push(run);
  github.announceRun(repository, run, 'created');
  if (run.status === 'completed') github.announceRun(repository, run, 'completed');
  return created(show.checkRun(github.addresses, repository, run));
}

function findRun(call: Call<{ check_run_id: number }>): CheckRun {
  return present(call.repository.runs.find(({ id }) => id === call.input.check_run_id));
}

function updateRun(call: Call<Asked & { check_run_id: number }>): Answer {
  const run = findRun(call);
  const app = askingApp(call);
  if (run.suite.app !== app)
    throw new ApiError(
      403,
      `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  const before = run.status;
  apply(call, run, call.input);
  if (before !== 'completed' && run.status === 'completed') call.github.announceRun(call.repository, run, 'completed');
  return ok(show.checkRun(call.github.addresses, call.repository, run));
}

interface RunFilter {
  readonly check_name?: string | undefined;
  readonly status?: string | undefined;
  readonly filter?: string | undefined;
  readonly app_id?: number | undefined;
}

function chosen(runs: readonly CheckRun[], { check_name: name, status, filter, app_id: appId }: RunFilter): CheckRun[] {
  const newestFirst = runs.toReversed();
  // By default only the newest run of a name is listed, app by app.
  const latest =
    filter === 'all'
      ? newestFirst
      : newestFirst.filter(
          (run, index) =>
            newestFirst.findIndex((other) => other.name === run.name && other.suite === run.suite) === index,
        );
  return latest.filter(
    (run) =>
      (name === undefined || run.name === name) &&
      (status === undefined || run.status === status) &&
      (appId === undefined || run.suite.app.id === appId),
  );
}

async function suiteJson(call: Call, suite: CheckSuite): Promise<unknown> {
  const { github, repository } = call;
  return show.checkSuite(github.addresses, repository, suite, await github.headCommit(repository, suite.headSha));
}

function artifactJson(call: Call, artifact: Artifact): unknown {
  const url = `${call.github.addresses.api}/repos/${show.fullName(call.repository)}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id,
    node_id: '',
    name: artifact.name,
    size_in_bytes: artifact.zip.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    created_at: artifact.createdAt,
    expires_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    digest: null,
    workflow_run: {
      id: artifact.run.id,
      repository_id: call.repository.id,
      head_repository_id: call.repository.id,
      head_branch: artifact.run.headBranch,
      head_sha: artifact.run.headSha,
    },
  };
}

function findArtifact(call: Call<{ artifact_id: number }>): Artifact {
  return present(call.repository.artifacts.find(({ id }) => id === call.input.artifact_id));
}

const requireCommit = async (repository: Repository, ref: string): Promise<string> => {
  const sha = await repository.git.resolve(`${ref}^{commit}`);
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${ref}`);
  return sha;
};

export const checkOperations: Operations = {
  'checks/create': serve('checks:write', createRun),
  'checks/update': serve('checks:write', updateRun),
  'checks/get': serve<Checks['get']['parameters']>('checks:read', (call) =>
    ok(show.checkRun(call.github.addresses, call.repository, findRun(call))),
  ),
  'checks/list-annotations': serve<Checks['listAnnotations']['parameters']>('checks:read', (call) => {
    const run = findRun(call);
    const href = `${call.github.addresses.web}/${show.fullName(call.repository)}/blob/${run.headSha}`;
    return page(call, run.annotations, (annotation) => ({
      start_column: null,
      end_column: null,
      title: null,
      raw_details: null,
      ...annotation,
      blob_href: `${href}/${annotation.path}`,
    }));
  }),
  'checks/list-for-ref': serve<Checks['listForRef']['parameters']>('checks:read', async (call) => {
    const sha = await requireCommit(call.repository, call.input.ref);
    const runs = call.repository.runs.filter(({ headSha }) => headSha === sha);
    return page(
      call,
      chosen(runs, call.input),
      (run) => show.checkRun(call.github.addresses, call.repository, run),
      'check_runs',
    );
  }),
  'checks/list-for-suite': serve<Checks['listForSuite']['parameters']>('checks:read', (call) => {
    const runs = call.repository.runs.filter(({ suite }) => suite.id === call.input.check_suite_id);
    return page(
      call,
      chosen(runs, call.input),
      (run) => show.checkRun(call.github.addresses, call.repository, run),
      'check_runs',
    );
  }),
  'checks/list-suites-for-ref': serve<Checks['listSuitesForRef']['parameters']>('checks:read', async (call) => {
    const sha = await requireCommit(call.repository, call.input.ref);
    const suites = call.repository.suites.filter(
      ({ headSha, app }) => headSha === sha && (call.input.app_id === undefined || call.input.app_id === app.id),
    );
    const shown = new Map(
      await Promise.all(suites.map(async (suite) => [suite, await suiteJson(call, suite)] as const)),
    );
    return page(call, suites, (suite) => shown.get(suite), 'check_suites');
  }),
  'checks/get-suite': serve<Checks['getSuite']['parameters']>('checks:read', async (call) =>
    ok(await suiteJson(call, present(call.repository.suites.find(({ id }) => id === call.input.check_suite_id)))),
  ),
  'checks/rerequest-run': serve<Checks['rerequestRun']['parameters']>('checks:write', (call) => {
    call.github.rerequestRun(call.repository, findRun(call));
    return created({});
  }),
  'actions/list-workflow-run-artifacts': serve<Actions['listWorkflowRunArtifacts']['parameters']>(
    'actions:read',
    (call) => {
      const found = call.repository.artifacts.filter(
        ({ run, name }) => run.id === call.input.run_id && (call.input.name === undefined || call.input.name === name),
      );
      return page(call, found, (artifact) => artifactJson(call, artifact), 'artifacts');
    },
  ),
  'actions/get-artifact': serve<Actions['getArtifact']['parameters']>('actions:read', (call) =>
    ok(artifactJson(call, findArtifact(call))),
  ),
  'actions/download-artifact': serve<Actions['downloadArtifact']['parameters']>('actions:read', (call) => {
    const artifact = findArtifact(call);
    if (artifact.expired) throw new ApiError(410, 'Artifact has expired');
    return {
      status: 302,
      headers: { location: call.github.storage.offer('application/zip', async () => artifact.zip) },
      raw: { type: 'text/plain', content: '' },
    };
  }),
  'actions/list-workflow-runs-for-repo': serve<Actions['listWorkflowRunsForRepo']['parameters']>(
    'actions:read',
    (call) => {
      const { head_sha: sha, event, branch } = call.input;
      const runs = call.repository.workflowRuns.filter(
        (run) =>
          (sha ?? run.headSha) === run.headSha &&
          (event ?? run.event) === run.event &&
          (branch ?? run.headBranch) === run.headBranch,
      );
      return page(
        call,
        runs.toReversed(),
        (run) => show.workflowRun(call.github.addresses, call.repository, run),
        'workflow_runs',
      );
    },
  ),
  'actions/get-workflow-run': serve<Actions['getWorkflowRun']['parameters']>('actions:read', (call) =>
    ok(
      show.workflowRun(
        call.github.addresses,
        call.repository,
        present(call.repository.workflowRuns.find(({ id }) => id === call.input.run_id)),
      ),
    ),
  ),
};
