/** Reading a repository: trees, blobs, contents, commits, branches, comparisons, archives. */
import { changedFiles, type ChangedFile } from '../diff.js';
import { ApiError, notFound, unprocessable } from '../errors.js';
import type { CommitInfo } from '../git.js';
import type { LocalGitHub } from '../github.js';
import * as show from '../represent.js';
import { nodeId, type Repository } from '../store.js';
import { type Answer, type Call, type Endpoints, ok, type Operations, page, present, serve } from './operation.js';

type Git = Endpoints['git'];
type Repos = Endpoints['repos'];

const COMPARED_FILES = 300;

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
}

async function listTree(
  repository: Repository,
  tree: string,
  options: readonly string[],
  ...paths: readonly string[]
): Promise<TreeEntry[]> {
  const listing = await repository.git.run(['ls-tree', '-z', '--long', '--full-tree', ...options, tree, ...paths]);
  return listing
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
      return { path: line.slice(tab + 1), mode, type, sha, ...(size === '-' ? {} : { size: Number(size) }) };
    });
}

async function getTree(call: Call<Git['getTree']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const sha = present(await repository.git.resolve(`${input.tree_sha}^{tree}`));
  // GitHub takes any value of `recursive`, "0" and "false" too, as yes.
  const recursive = input.recursive !== undefined;
  const url = (kind: string, id: string): string =>
    `${github.addresses.api}/repos/${show.fullName(repository)}/git/${kind}s/${id}`;
  const entries = (await listTree(repository, sha, recursive ? ['-r', '-t'] : [])).map((entry) =>
    entry.type === 'commit' ? entry : { ...entry, url: url(entry.type, entry.sha) },
  );
  const limit = github.settings.treeEntries;
  return ok({
    sha,
    url: url('tree', sha),
    tree: entries.slice(0, limit),
    truncated: recursive && entries.length > limit,
  });
}

async function getBlob(call: Call<Git['getBlob']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  if (!/^[0-9a-f]{40}$/.test(input.file_sha))
    throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  const blob = present(await repository.git.object(input.file_sha));
  if (blob.type !== 'blob') throw notFound();
  if (blob.content.length > github.settings.blobBytes) {
    throw new ApiError(
      403,
      'This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API, but you can always clone the repository via Git.',
      { errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }] },
    );
  }
  if (call.accept.includes('raw'))
    return { status: 200, raw: { type: 'application/vnd.github.raw; charset=utf-8', content: blob.content } };
  const url = `${github.addresses.api}/repos/${show.fullName(repository)}/git/blobs/${blob.oid}`;
  return ok({
    sha: blob.oid,
    node_id: nodeId('Blob', 0),
    size: blob.content.length,
    url,
    content: wrapped(blob.content),
    encoding: 'base64',
  });
}

/** GitHub breaks base64 into lines of 60. */
function wrapped(content: Buffer): string {
  return content.toString('base64').replace(/(.{60})/g, '$1\n');
}

async function getContent(call: Call<Repos['getContent']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const ref = input.ref ?? repository.defaultBranch;
  const commit = await repository.git.resolve(`${ref}^{commit}`);
  if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = input.path.replace(/^\/+|\/+$/g, '');
  const found = path === '' ? undefined : (await listTree(repository, commit, [], path))[0];
  if (path !== '' && found === undefined) throw notFound();
  const self = (entry: TreeEntry): Record<string, unknown> => {
    const api = `${github.addresses.api}/repos/${show.fullName(repository)}`;
    const url = `${api}/contents/${entry.path}?ref=${ref}`;
    const html = `${github.addresses.web}/${show.fullName(repository)}/${entry.type === 'tree' ? 'tree' : 'blob'}/${ref}/${entry.path}`;
    const git = `${api}/git/${entry.type}s/${entry.sha}`;
    const type =
      entry.type === 'tree'
        ? 'dir'
        : entry.type === 'commit'
          ? 'submodule'
          : entry.mode === '120000'
            ? 'symlink'
            : 'file';
    return {
      name: entry.path.split('/').at(-1),
      path: entry.path,
      sha: entry.sha,
      size: entry.size ?? 0,
      url,
      html_url: html,
      git_url: git,
      download_url: null,
      type,
      _links: { self: url, git, html },
    };
  };
  if (found === undefined || found.type === 'tree') {
    const entries = await listTree(repository, found?.sha ?? commit, []);
    const prefix = path === '' ? '' : `${path}/`;
    return ok(entries.slice(0, 1000).map((entry) => self({ ...entry, path: `${prefix}${entry.path}` })));
  }
  if (found.type === 'commit') return ok({ ...self(found), submodule_git_url: null });
  const blob = present(await repository.git.object(found.sha));
  if (blob.content.length > github.settings.blobBytes)
    throw new ApiError(403, 'This API returns blobs up to 100 MB in size.', {
      errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }],
    });
  if (call.accept.includes('raw'))
    return { status: 200, raw: { type: 'application/vnd.github.raw+json; charset=utf-8', content: blob.content } };
  const small = blob.content.length <= 1024 * 1024;
  return ok({
    ...self(found),
    ...(small ? { encoding: 'base64', content: wrapped(blob.content) } : { encoding: 'none', content: '' }),
  });
}

/** A commit as the repository API shows it (the Git API's is its `commit` part). */
export function commitJson(github: LocalGitHub, repository: Repository, commit: CommitInfo): Record<string, unknown> {
  const api = `${github.addresses.api}/repos/${show.fullName(repository)}`;
  const html = `${github.addresses.web}/${show.fullName(repository)}/commit/${commit.sha}`;
  const author = github.userByEmail(commit.author.email);
  const shown = author ? show.user(github.addresses, author) : null;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', 0),
    commit: {
      author: commit.author,
      committer: commit.author,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: html,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: shown,
    committer: shown,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: html.replace(commit.sha, sha),
    })),
  };
}

export function fileJson(
  github: LocalGitHub,
  repository: Repository,
  file: ChangedFile,
  head: string,
): Record<string, unknown> {
  const web = `${github.addresses.web}/${show.fullName(repository)}`;
  const contents = `${github.addresses.api}/repos/${show.fullName(repository)}/contents/${encodeURIComponent(file.filename)}?ref=${head}`;
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${web}/blob/${head}/${encodeURIComponent(file.filename)}`,
    raw_url: `${web}/raw/${head}/${encodeURIComponent(file.filename)}`,
    contents_url: contents,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousFilename === undefined ? {} : { previous_filename: file.previousFilename }),
  };
}

async function compare(call: Call<Repos['compareCommitsWithBasehead']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const [baseName = '', headName = ''] = input.basehead.split('...').map((name) => name.replace(/^[^:/]+:/, ''));
  const base = present(await repository.git.commit(baseName));
  const head = present(await repository.git.commit(headName));
  const baseSha = await repository.git.mergeBase(base.sha, head.sha);
  if (baseSha === undefined) throw new ApiError(404, `No common ancestor between ${baseName} and ${headName}.`);
  const mergeBase = present(await repository.git.commit(baseSha));
  const ahead = await repository.git.log('--reverse', `${base.sha}..${head.sha}`);
  const behind = (await repository.git.log(`${head.sha}..${base.sha}`)).length;
  const paged = page({ ...call, input: { per_page: 100, ...input } }, ahead, (commit) =>
    commitJson(github, repository, commit),
  );
  const files = github.visible(await changedFiles(repository.git, mergeBase.sha, head.sha)).slice(0, COMPARED_FILES);
  const firstPage = (input.page ?? 1) === 1;
  const status =
    ahead.length > 0 && behind > 0 ? 'diverged' : ahead.length > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical';
  const url = `${github.addresses.api}/repos/${show.fullName(repository)}/compare/${input.basehead}`;
  const web = `${github.addresses.web}/${show.fullName(repository)}/compare/${input.basehead}`;
  return {
    ...paged,
    body: {
      url,
      html_url: web,
      permalink_url: web,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      base_commit: commitJson(github, repository, base),
      merge_base_commit: commitJson(github, repository, mergeBase),
      status,
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      commits: paged.body,
      ...(firstPage ? { files: files.map((file) => fileJson(github, repository, file, head.sha)) } : {}),
    },
  };
}

async function branch(call: Call<{ branch: string }>): Promise<Answer> {
  const { github, repository, input } = call;
  const commit = await repository.git.commit(`refs/heads/${input.branch}`);
  if (commit === undefined) throw new ApiError(404, 'Branch not found');
  const url = `${github.addresses.api}/repos/${show.fullName(repository)}/branches/${input.branch}`;
  const rules = repository.rules.get(input.branch) ?? [];
  // Rulesets are not shown here: only what branch protection requires.
  const checks = repository.protections.get(input.branch) ?? [];
  const contexts = checks.map(({ context }) => context);
  const protection = {
    enabled: checks.length > 0,
    required_status_checks: { enforcement_level: checks.length > 0 ? 'non_admins' : 'off', contexts, checks },
  };
  return ok({
    name: input.branch,
    commit: commitJson(github, repository, commit),
    _links: { html: url, self: url },
    protected: rules.length > 0 || checks.length > 0,
    protection,
    protection_url: `${url}/protection`,
  });
}

async function reference(github: LocalGitHub, repository: Repository, ref: string, oid: string): Promise<unknown> {
  const type = (await repository.git.object(oid))?.type ?? 'commit';
  const api = `${github.addresses.api}/repos/${show.fullName(repository)}/git`;
  return {
    ref,
    node_id: nodeId('Ref', 0),
    url: `${api}/${ref}`,
    object: { type, sha: oid, url: `${api}/${type}s/${oid}` },
  };
}

async function commitList(call: Call<Repos['listCommits']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const from = present(await repository.git.resolve(`${input.sha ?? repository.defaultBranch}^{commit}`));
  const path = input.path === undefined ? [] : ['--', input.path];
  const commits = await repository.git.log('-1000', from, ...path);
  return page(call, commits, (commit) => commitJson(github, repository, commit));
}

async function tarball(call: Call<Repos['downloadTarballArchive']['parameters']>): Promise<Answer> {
  const { github, repository, input } = call;
  const sha = present(await repository.git.resolve(`${input.ref || repository.defaultBranch}^{commit}`));
  const name = `${repository.owner.login}-${repository.name}-${sha.slice(0, 7)}`;
  const location = github.storage.offer('application/x-gzip', () =>
    repository.git.run(['archive', '--format=tar.gz', `--prefix=${name}/`, sha]),
  );
  return { status: 302, headers: { location }, raw: { type: 'text/plain', content: '' } };
}

export const contentOperations: Operations = {
  'git/get-tree': serve('contents:read', getTree),
  'git/get-blob': serve('contents:read', getBlob),
  'git/get-commit': serve<Git['getCommit']['parameters']>('contents:read', async (call) => {
    const found = present(await call.repository.git.commit(call.input.commit_sha));
    const { commit, ...outer } = commitJson(call.github, call.repository, found) as {
      commit: Record<string, unknown>;
      [key: string]: unknown;
    };
    const { author: _author, committer: _committer, comments_url: _comments, ...rest } = outer;
    return ok({ ...commit, ...rest });
  }),
  'git/get-ref': serve<Git['getRef']['parameters']>('contents:read', async (call) => {
    const name = `refs/${call.input.ref.replace(/^refs\//, '')}`;
    return ok(
      await reference(
        call.github,
        call.repository,
        name,
        present((await call.repository.git.references(name)).get(name)),
      ),
    );
  }),
  'git/list-matching-refs': serve<Git['listMatchingRefs']['parameters']>('contents:read', async (call) => {
    const prefix = `refs/${call.input.ref}`;
    const found = [...(await call.repository.git.references())].filter(([name]) => name.startsWith(prefix));
    return ok(await Promise.all(found.map(([name, oid]) => reference(call.github, call.repository, name, oid))));
  }),
  'repos/get-content': serve('contents:read', getContent),
  'repos/get-commit': serve<Repos['getCommit']['parameters']>('contents:read', async (call) => {
    const { github, repository, input } = call;
    const commit = await repository.git.commit(input.ref);
    if (commit === undefined) throw unprocessable(`No commit found for SHA: ${input.ref}`);
    if (call.accept.includes('sha'))
      return { status: 200, raw: { type: 'application/vnd.github.sha; charset=utf-8', content: commit.sha } };
    const parent = commit.parents[0] ?? (await repository.git.text('hash-object', '-t', 'tree', '-w', '--stdin'));
    const files = github.visible(await changedFiles(repository.git, parent, commit.sha));
    const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
    const stats = {
      additions: sum('additions'),
      deletions: sum('deletions'),
      total: sum('additions') + sum('deletions'),
    };
    return ok({
      ...commitJson(github, repository, commit),
      stats,
      files: files.slice(0, COMPARED_FILES).map((file) => fileJson(github, repository, file, commit.sha)),
    });
  }),
  'repos/list-commits': serve('contents:read', commitList),
  'repos/compare-commits-with-basehead': serve('contents:read', compare),
  'repos/get-branch': serve('contents:read', branch),
  'repos/list-branches': serve<Repos['listBranches']['parameters']>('contents:read', async (call) => {
    const heads = [...(await call.repository.git.references('refs/heads/'))];
    return page(call, heads, ([name, sha]) => {
      const short = name.replace('refs/heads/', '');
      return {
        name: short,
        commit: { sha, url: `${call.github.addresses.api}/repos/${show.fullName(call.repository)}/commits/${sha}` },
        protected: call.repository.rules.has(short),
      };
    });
  }),
  'repos/download-tarball-archive': serve('contents:read', tarball),
  'repos/get-branch-rules': serve<Repos['getBranchRules']['parameters']>('metadata:read', (call) =>
    page(call, call.repository.rules.get(call.input.branch) ?? [], (rule) => ({
      ...rule,
      ruleset_source_type: 'Repository',
      ruleset_source: show.fullName(call.repository),
      ruleset_id: 1,
    })),
  ),
};
