import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../core/errors.js';

export interface Credentials {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

export interface ServerSettings {
  /** Undefined: nothing is registered yet, so the setup page is shown. */
  readonly credentials: Credentials | undefined;
  readonly port: number;
  readonly host: string;
  /** Where people see repositories. */
  readonly webUrl: string;
  readonly apiUrl: string;
  readonly redisUrl: string | undefined;
  readonly role: 'web' | 'worker' | 'all';
  readonly sweepMs: number;
  readonly deadlineMs: number;
  readonly concurrency: number;
  readonly logLevel: string;
  /** A server on which `logical.verify` makes and drops its databases; the embedded PostgreSQL when undefined. */
  readonly verifyUrl?: string;
  /** Where `helm` is looked for when a repository's `physical.helm` is `render`. */
  readonly programPath?: string;
  /** A repository's `development.packageIndex` may lie on this server's own network. */
  readonly privatePackageIndex?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a server from the environment, as .env.example lists them.
 *
 * @throws UsageError with one sentence that says what is missing or wrong
 */
export function settingsFrom(env: Environment): ServerSettings {
  const ghe = env['GHE_HOST'];
  const protocol = env['GHE_PROTOCOL'] ?? 'https';
  const role = env['DIALECTIC_ROLE'] ?? 'all';
  if (role !== 'web' && role !== 'worker' && role !== 'all')
    throw new UsageError(`DIALECTIC_ROLE is "${role}"; it can be web, worker or all.`);
  const redisUrl = env['REDIS_URL'] === '' ? undefined : env['REDIS_URL'];
  if (role !== 'all' && !redisUrl)
    throw new UsageError(`DIALECTIC_ROLE=${role} needs REDIS_URL: web and worker processes meet in its queue.`);
  return {
    credentials: credentialsFrom(env),
    port: number(env, 'PORT', 3000, 0),
    host: env['HOST'] ?? 'localhost',
    webUrl: ghe ? `${protocol}://${ghe}` : 'https://github.com',
    apiUrl: ghe ? `${protocol}://${ghe}/api/v3` : 'https://api.github.com',
    redisUrl,
    role,
    sweepMs: number(env, 'DIALECTIC_SWEEP_MINUTES', 15, 0) * 60_000,
    deadlineMs: number(env, 'DIALECTIC_DEADLINE_SECONDS', 120, 1) * 1000,
    concurrency: number(env, 'DIALECTIC_CONCURRENCY', 2, 1),
    logLevel: logLevel(env),
    ...(env['PATH'] ? { programPath: env['PATH'] } : {}),
    ...(env['VERIFY_DATABASE_URL'] ? { verifyUrl: env['VERIFY_DATABASE_URL'] } : {}),
    ...(env['DIALECTIC_PRIVATE_PACKAGE_INDEX'] === 'true' ? { privatePackageIndex: true } : {}),
  };
}

function credentialsFrom(env: Environment): Credentials | undefined {
  const appId = env['APP_ID'] ?? '';
  const privateKey = keyFrom(env);
  const development = env['NODE_ENV'] === 'development';
  if (appId === '' && privateKey === undefined) {
    if (env['NODE_ENV'] !== 'production') return undefined;
    throw new UsageError(
      'APP_ID, PRIVATE_KEY (or PRIVATE_KEY_PATH) and WEBHOOK_SECRET are not set: register the App with `npm start` outside of production, or copy .env.example to .env and fill it in.',
    );
  }
  const missing = [
    ...(appId === '' ? ['APP_ID'] : []),
    ...(privateKey === undefined ? ['PRIVATE_KEY or PRIVATE_KEY_PATH'] : []),
  ];
  const secret = env['WEBHOOK_SECRET'] ?? '';
  if (secret === '' && !development) missing.push('WEBHOOK_SECRET');
  if (missing.length > 0 || privateKey === undefined)
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set${secret === '' && missing.length === 1 && missing[0] === 'WEBHOOK_SECRET' ? '; anybody could send webhooks without it (NODE_ENV=development does without)' : ''}.`,
    );
  if (!/^\d+$/.test(appId)) throw new UsageError(`APP_ID is "${appId}"; it is the number on the App's settings page.`);
  return { appId: Number(appId), privateKey, webhookSecret: secret === '' ? 'development' : secret };
}

function keyFrom(env: Environment): string | undefined {
  const path = env['PRIVATE_KEY_PATH'] ?? '';
  const text = env['PRIVATE_KEY'] ?? '';
  if (text === '' && path === '') return undefined;
  if (text === '' && !existsSync(path)) throw new UsageError(`PRIVATE_KEY_PATH names ${path}, which does not exist.`);
  const raw = text === '' ? readFileSync(path, 'utf8') : text;
  // Line breaks get lost in many places where variables are kept; some people encode the whole key instead.
  const key = raw.includes('-----BEGIN') ? raw.replaceAll('\\n', '\n') : Buffer.from(raw, 'base64').toString('utf8');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key))
    throw new UsageError(`${text === '' ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY'} holds no PEM private key.`);
  return key;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function logLevel(env: Environment): string {
  const level = env['LOG_LEVEL'] ?? '';
  if (level !== '' && !LOG_LEVELS.includes(level))
    throw new UsageError(`LOG_LEVEL is "${level}"; it can be ${LOG_LEVELS.join(', ')}.`);
  return level === '' ? 'info' : level;
}

function number(env: Environment, name: string, standard: number, least: number): number {
  const text = env[name];
  if (text === undefined || text === '') return standard;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least)
    throw new UsageError(`${name} is "${text}"; a number of at least ${least} is expected.`);
  return value;
}
