import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Bounds {
  /** The program is killed after this. */
  readonly timeoutMs: number;
  /** And when it grows beyond this. */
  readonly maxResidentBytes: number;
  readonly maxOutputBytes: number;
}

export type Said =
  | { readonly kind: 'done'; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly missing: boolean };

const WATCH_EVERY_MS = 200;
const SHOWN = 300;

/** Runs a program to its end, or to the first bound. Its whole group is killed with it. Nothing of this process's environment is handed on. */
export function run(
  [program = '', ...words]: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>>,
  bounds: Bounds,
): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd: directory,
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const out: Buffer[] = [];
    let size = 0;
    let complaint = '';
    const end = (reason: string, missing = false): void => {
      killGroup(child.pid);
      resolve({ kind: 'failed', reason, missing });
    };
    const deadline = setTimeout(
      () => end(`helm took longer than ${String(bounds.timeoutMs / 1000)} s`),
      bounds.timeoutMs,
    );
    const watch = setInterval(() => {
      if (residentBytes(child.pid) > bounds.maxResidentBytes) end('helm needed too much memory');
    }, WATCH_EVERY_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > bounds.maxOutputBytes) end('the rendered chart is too long');
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString('utf8')}`.slice(-4_000)));
    child.on('error', (error: NodeJS.ErrnoException) => end(error.message, error.code === 'ENOENT'));
    child.on('close', (code) => {
      clearTimeout(deadline);
      clearInterval(watch);
      killGroup(child.pid);
      resolve(
        code === 0
          ? { kind: 'done', output: Buffer.concat(out).toString('utf8') }
          : { kind: 'failed', reason: lastLine(complaint) ?? `helm ended with ${String(code)}`, missing: false },
      );
    });
  });
}

/** The line that says what is wrong; warnings come before it. */
function lastLine(text: string): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => /^Error:/i.test(one)) ?? lines.at(-1);
  return line?.replace(/^Error:\s*/i, '').slice(0, SHOWN);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Of the process and of what it started, from Linux's /proc; elsewhere 0, and only the deadline bounds it. */
function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  let sum = 0;
  try {
    for (const name of [String(pid), ...childrenOf(pid)]) {
      const pages = readFileSync(`/proc/${name}/statm`, 'utf8').split(' ')[1];
      sum += Number(pages) * 4096;
    }
  } catch {
    return sum;
  }
  return sum;
}

const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean),
  );
