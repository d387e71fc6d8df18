/** The App itself, as `npm start` runs it: a process of its own, told by its environment where GitHub is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { World } from './local-github/index.js';

export interface AppProcess {
  readonly port: number;
  /** What it logged, newest last. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

const STARTUP_MS = 90_000;
const SHUTDOWN_MS = 15_000;
const KEPT_LINES = 500;

export async function startApp(world: World): Promise<AppProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../bin/server.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      APP_ID: String(world.app.id),
      PRIVATE_KEY: world.privateKey,
      WEBHOOK_SECRET: world.webhookSecret,
      GHE_HOST: new URL(world.server.url).host,
      GHE_PROTOCOL: 'http',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
      REDIS_URL: '',
      DIALECTIC_ROLE: 'all',
      DIALECTIC_SWEEP_MINUTES: '0',
    },
  });
  const log: string[] = [];
  const port = await portOf(child, log).catch(async (error: unknown) => {
    await end(child);
    throw error;
  });
  world.github.webhooks.target = { url: `http://127.0.0.1:${port}/api/github/webhooks`, secret: world.webhookSecret };
  return { port, log, close: () => end(child) };
}

/** The port that the App says it listens on, in its log. */
function portOf(child: ChildProcess, log: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the App ${why}\n${log.slice(-20).join('\n')}`));
    const late = setTimeout(() => fail(`was not ready after ${STARTUP_MS / 1000} s`), STARTUP_MS);
    const read = (line: string): void => {
      log.push(line);
      if (log.length > KEPT_LINES) log.shift();
      const port = readyPort(line);
      if (port !== undefined) resolve(port);
    };
    if (child.stdout) createInterface({ input: child.stdout }).on('line', read);
    if (child.stderr) createInterface({ input: child.stderr }).on('line', read);
    child.once('error', reject);
    child.once('exit', (code) => fail(`ended with code ${code ?? 'none'}`));
    void Promise.resolve().then(() => child.once('exit', () => clearTimeout(late)));
    late.unref();
  });
}

function readyPort(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as { msg?: string; port?: number };
    return entry.msg === 'ready' ? entry.port : undefined;
  } catch {
    return undefined;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), SHUTDOWN_MS);
  await ended;
  clearTimeout(late);
}
