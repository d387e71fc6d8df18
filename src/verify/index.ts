import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Verification, VerifiedHistory, VerifiedOutcome, Verify } from '../core/verification.js';
import type { ChildAnswer, ChildTask } from './child.js';
import { runName } from './leftovers.js';

export interface VerifierOptions {
  /** `VERIFY_DATABASE_URL`; the embedded PostgreSQL when undefined. */
  readonly url: string | undefined;
  /** The child is killed after this; one child for each history. */
  readonly timeoutMs?: number;
  /** And when it grows beyond this: V8's own limits do not bound WebAssembly. */
  readonly maxResidentBytes?: number;
  /** Arguments for Node that start the child. */
  readonly command?: readonly string[];
}

const TIMEOUT_MS = 30_000;
const MAX_RESIDENT = 1.5e9;
const MAX_ANSWER = 16e6;
const MAX_HISTORIES = 8;
const WATCH_EVERY_MS = 200;

/**
 * Asks a PostgreSQL, each history in a child process of its own with bounds on time and memory. Never throws: what went
 * wrong is the answer.
 */
export function postgresVerifier(options: VerifierOptions): Verify {
  return async ({ histories }) => {
    const outcomes: VerifiedOutcome[] = [];
    let server: string | undefined;
    let reason = 'no history to verify';
    for (const [at, history] of histories.entries()) {
      const answer: ChildAnswer =
        at < MAX_HISTORIES
          ? await ask(history, options)
          : { kind: 'failed', reason: `only ${String(MAX_HISTORIES)} histories are verified in one review` };
      if (answer.kind === 'done') {
        server = answer.server;
        outcomes.push(answer.outcome);
      } else {
        reason = answer.reason;
        outcomes.push({ root: history.root, missing: [`${history.root}: ${answer.reason}`], plans: {} });
      }
    }
    return (
      server === undefined ? { kind: 'failed', reason } : { kind: 'done', server, histories: outcomes }
    ) satisfies Verification;
  };
}

async function ask(history: VerifiedHistory, options: VerifierOptions): Promise<ChildAnswer> {
  const run = runName(Date.now());
  const timeout = options.timeoutMs ?? TIMEOUT_MS;
  const task: ChildTask = { url: options.url, run, history, lifetimeMs: timeout + 5_000 };
  const answer = await runChild(task, options);
  // A killed child cannot drop its database.
  if (answer.kind === 'failed' && options.url !== undefined) {
    const cleaning = { ...options, timeoutMs: TIMEOUT_MS };
    await runChild({ ...task, history: undefined, lifetimeMs: TIMEOUT_MS }, cleaning);
  }
  return answer;
}

function runChild(task: ChildTask, options: VerifierOptions): Promise<ChildAnswer> {
  const timeout = options.timeoutMs ?? TIMEOUT_MS;
  return new Promise((resolve) => {
    const child = start(options.command ?? [fileURLToPath(new URL('./child.js', import.meta.url))], timeout);
    const out: Buffer[] = [];
    let size = 0;
    let said = '';
    const end = (reason: string): void => {
      child.kill('SIGKILL');
      resolve({ kind: 'failed', reason });
    };
    const deadline = setTimeout(() => end(`the database took longer than ${String(timeout / 1000)} s`), timeout);
    const watch = setInterval(() => {
      if (residentBytes(child.pid) > (options.maxResidentBytes ?? MAX_RESIDENT))
        end('the database needed too much memory');
    }, WATCH_EVERY_MS);
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > MAX_ANSWER) end('the answer was too long');
      else out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-500)));
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => {
      clearTimeout(deadline);
      clearInterval(watch);
      resolve(parseAnswer(Buffer.concat(out).toString('utf8'), code, said));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(JSON.stringify(task));
  });
}

/**
 * A Node that may neither write files nor start processes. The shell before it, where there is one, bounds the processor
 * time (should this process die, nobody else would end a loop in WebAssembly) and lets it write no file at all.
 */
function start(command: readonly string[], timeout: number): ChildProcess {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const args = [permission, '--allow-fs-read=*', '--no-warnings', ...command];
  // Nothing of this process's environment is the child's business; secrets least of all.
  const options = { stdio: ['pipe', 'pipe', 'pipe'], env: {} } satisfies Parameters<typeof spawn>[2];
  if (process.platform === 'win32') return spawn(process.execPath, args, options);
  const seconds = Math.ceil((timeout / 1000) * 4);
  const script = `ulimit -c 0; ulimit -f 0; ulimit -t ${String(seconds)}; exec "$0" "$@"`;
  return spawn('/bin/sh', ['-c', script, process.execPath, ...args], options);
}

function parseAnswer(text: string, code: number | null, said: string): ChildAnswer {
  try {
    return JSON.parse(text) as ChildAnswer;
  } catch {
    return {
      kind: 'failed',
      reason: `the database's process ended (${String(code)}): ${said.trim().split('\n').at(-1) ?? ''}`,
    };
  }
}

/** From Linux's /proc; elsewhere 0, and only the deadline bounds it. */
function residentBytes(pid: number | undefined): number {
  try {
    const pages = readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}
