/** A bare git repository, driven through the git command. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir } from 'node:fs/promises';

export interface GitObject {
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

export interface CommitInfo {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

/** Machine settings (a user's hooks, signing, default branch) must not change what the tests see. */
const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

export class GitDirectory {
  private reader: ObjectReader | undefined;

  private constructor(readonly path: string) {}

  static async create(path: string): Promise<GitDirectory> {
    await mkdir(path, { recursive: true });
    const git = new GitDirectory(path);
    await git.run(['init', '--bare', '--initial-branch=main', '--quiet', '.']);
    await git.run(['config', 'http.receivepack', 'true']);
    await git.run(['config', 'uploadpack.allowAnySHA1InWant', 'true']);
    return git;
  }

  run(args: readonly string[], input?: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        [...args],
        { cwd: this.path, env: ENVIRONMENT, encoding: 'buffer', maxBuffer: 512 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`git ${args.join(' ')}: ${stderr.toString().trim() || error.message}`));
          else resolve(stdout);
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  }

  async text(...args: string[]): Promise<string> {
    return (await this.run(args)).toString('utf8').trimEnd();
  }

  /** The object id an expression names, or undefined. */
  async resolve(expression: string): Promise<string | undefined> {
    if (expression.startsWith('-') || /\s/.test(expression)) return undefined;
    return this.text('rev-parse', '--verify', '--quiet', '--end-of-options', expression).catch(() => undefined);
  }

  /** Any object by id or expression (`main:path/to/file`); undefined when there is none. */
  async object(expression: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(expression)) return undefined;
    this.reader ??= new ObjectReader(this.path);
    return this.reader.read(expression);
  }

  async references(prefix = 'refs/'): Promise<ReadonlyMap<string, string>> {
    const listing = await this.text('for-each-ref', '--format=%(refname) %(objectname)', prefix);
    return new Map(
      listing
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ') as [string, string]),
    );
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    return this.text('merge-base', a, b).catch(() => undefined);
  }

  async commit(expression: string): Promise<CommitInfo | undefined> {
    const sha = await this.resolve(`${expression}^{commit}`);
    return sha === undefined ? undefined : (await this.log(sha, '-1'))[0];
  }

  /** Newest first, as `git log`. */
  async log(...args: string[]): Promise<CommitInfo[]> {
    const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%B'].join('%x00');
    const records = (await this.text('log', `--format=${format}%x01`, ...args)).split('\x01');
    return records
      .filter((record) => record.trim() !== '')
      .map((record) => {
        const [sha = '', tree = '', parents = '', name = '', email = '', date = '', message = ''] = record
          .replace(/^\n/, '')
          .split('\0');
        return {
          sha,
          tree,
          parents: parents.split(' ').filter(Boolean),
          author: { name, email, date },
          message: message.trimEnd(),
        };
      });
  }

  close(): void {
    this.reader?.close();
    this.reader = undefined;
  }
}

/** One `git cat-file --batch` process, so that reading a hundred blobs does not start a hundred processes. */
class ObjectReader {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (object: GitObject | undefined) => void; reject: (error: Error) => void }[] = [];
  private buffered = Buffer.alloc(0);

  constructor(path: string) {
    this.child = spawn('git', ['cat-file', '--batch'], { cwd: path, env: ENVIRONMENT });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.buffered = Buffer.concat([this.buffered, chunk]);
      while (this.takeOne());
    });
    this.child.on('close', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('git cat-file ended'));
    });
    this.child.stdin.on('error', () => undefined);
  }

  read(expression: string): Promise<GitObject | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${expression}\n`);
    });
  }

  /** Takes one complete answer off the buffer; false when there is none yet. */
  private takeOne(): boolean {
    const end = this.buffered.indexOf(0x0a);
    const next = this.waiting[0];
    if (end < 0 || next === undefined) return false;
    const header = this.buffered.subarray(0, end).toString('utf8');
    const found = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(header);
    const size = found ? Number(found[3]) + 1 : 0;
    if (this.buffered.length < end + 1 + size) return false;
    const content = Buffer.from(this.buffered.subarray(end + 1, end + size));
    this.buffered = this.buffered.subarray(end + 1 + size);
    this.waiting.shift();
    next.resolve(found ? { oid: found[1] ?? '', type: found[2] as GitObject['type'], content } : undefined);
    return true;
  }

  close(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}
