import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../core/errors.js';

const run = promisify(execFile);

/** Settings of the user or of the repository must neither run programs nor change what git prints. */
const SAFE = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'diff.external=',
  '-c',
  'core.hooksPath=/dev/null',
];

/** Output of a git command, as bytes. @throws Error with git's own message */
export async function git(folder: string, ...args: string[]): Promise<Buffer> {
  const options = { cwd: folder, encoding: 'buffer' as const, maxBuffer: 1 << 30 };
  const { stdout } = await run('git', [...SAFE, '--no-optional-locks', ...args], options);
  return stdout;
}

export const gitText = async (folder: string, ...args: string[]): Promise<string> =>
  (await git(folder, ...args)).toString('utf8').trim();

/** The commit that a name stands for. @throws UsageError when there is none */
export async function commitOf(folder: string, ref: string): Promise<string> {
  try {
    return await gitText(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  } catch {
    throw new UsageError(
      `no commit named "${ref}" in ${folder}. Fetch it first, or name another with --base or --head.`,
    );
  }
}

/** Blobs by id through one long-lived `git cat-file --batch`, so that a thousand reads cost one process. */
export class BlobReader {
  #process: ChildProcessWithoutNullStreams | undefined;
  #waiting: { resolve: (bytes: Buffer) => void; reject: (error: Error) => void }[] = [];
  #pending: Buffer[] = [];
  #length = 0;

  constructor(private readonly folder: string) {}

  read(blob: string): Promise<Buffer> {
    const child = (this.#process ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      child.stdin.write(`${blob}\n`);
    });
  }

  close(): void {
    this.#process?.stdin.end();
    this.#process = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', [...SAFE, 'cat-file', '--batch'], { cwd: this.folder });
    child.stdout.on('data', (chunk: Buffer) => {
      this.#pending.push(chunk);
      this.#length += chunk.length;
      this.#drain();
    });
    const fail = (error: Error): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    child.on('error', fail);
    child.on('close', () => fail(new Error('git cat-file ended')));
    return child;
  }

  /** Hands out every answer that has arrived whole: `<id> <type> <size>\n<bytes>\n`, or `<id> missing\n`. */
  #drain(): void {
    while (this.#waiting.length > 0) {
      const head = this.#headerLine();
      if (head === undefined) return;
      const size = / (\d+)$/.exec(head)?.[1];
      const skip = Buffer.byteLength(head) + 1;
      if (size === undefined) {
        this.#take(skip);
        this.#waiting.shift()?.reject(new Error(`git: ${head}`));
        continue;
      }
      if (this.#length < skip + Number(size) + 1) return;
      const whole = this.#take(skip + Number(size) + 1);
      this.#waiting.shift()?.resolve(whole.subarray(skip, skip + Number(size)));
    }
  }

  #headerLine(): string | undefined {
    const first = this.#pending[0];
    if (!first) return undefined;
    const end = first.indexOf(10);
    if (end >= 0) return first.toString('latin1', 0, end);
    if (this.#pending.length === 1) return undefined;
    this.#pending = [Buffer.concat(this.#pending)];
    return this.#headerLine();
  }

  #take(count: number): Buffer {
    const all = this.#pending.length === 1 && this.#pending[0] ? this.#pending[0] : Buffer.concat(this.#pending);
    this.#pending = all.length > count ? [all.subarray(count)] : [];
    this.#length -= count;
    return all.subarray(0, count);
  }
}
