import { existsSync } from 'node:fs';
import { run } from 'probot';
import { UsageError } from './core/errors.js';
import { logger, serve, type RunningServer } from './wiring/serve.js';
import { settingsFrom, type ServerSettings } from './wiring/settings.js';

/** The longest that a stop waits for reviews that run. */
const DRAIN_MS = 150_000;

if (existsSync('.env')) process.loadEnvFile('.env');
try {
  const settings = settingsFrom(process.env);
  if (settings.credentials) await start({ ...settings, credentials: settings.credentials });
  else await setUp(settings);
} catch (error) {
  const text = error instanceof UsageError || (error instanceof Error && 'code' in error) ? error.message : error;
  console.error('dialectic:', text);
  process.exit(2);
}

async function start(
  settings: ServerSettings & { credentials: NonNullable<ServerSettings['credentials']> },
): Promise<void> {
  const log = logger(settings.logLevel);
  const starting = serve({ ...settings, log });
  // Before it is ready: a signal that comes right then must not end the process as if nobody listened.
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void starting.then((server) => stop(server, signal)));
  await starting;
}

/** Ends what runs; what waits is in Redis, or is found again by the sweep at the next start. */
async function stop(server: RunningServer, signal: string): Promise<void> {
  const { log } = server.services;
  // The doors are shut as soon as this is called; the line in the log says so to whoever waits for it.
  const closed = server.close();
  log.info({ signal }, 'stopping: no new work, waiting for what runs');
  const late = setTimeout(() => {
    log.warn({}, 'stopped before everything had ended');
    process.exit(1);
  }, DRAIN_MS);
  await closed;
  clearTimeout(late);
  log.info({}, 'stopped');
  process.exit(0);
}

/** Probot's own page, which registers the App from app.yml and writes .env. */
async function setUp({ host, port }: ServerSettings): Promise<void> {
  // Probot would download a webhook relay here; a development tunnel is the user's own choice (docs/github.md).
  const SmeeClient = { createChannel: () => Promise.reject(new Error('no relay')) };
  const log = logger('error');
  await run(() => undefined, { env: { ...process.env, PORT: String(port), HOST: host }, log, SmeeClient });
  console.log(`dialectic: no App is registered yet. Open http://${host}:${port} to register it on GitHub.`);
}
