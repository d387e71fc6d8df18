import { describe, expect, test } from '@jest/globals';
import { settingsFrom } from '../../src/wiring/settings.js';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----';
const GIVEN = { APP_ID: '12', PRIVATE_KEY: KEY, WEBHOOK_SECRET: 's' };

describe('the settings of a server', () => {
  test('have defaults for everything but the credentials', () => {
    expect(settingsFrom(GIVEN)).toEqual({
      credentials: { appId: 12, privateKey: KEY, webhookSecret: 's' },
      port: 3000,
      host: 'localhost',
      webUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
      redisUrl: undefined,
      role: 'all',
      sweepMs: 900_000,
      deadlineMs: 120_000,
      concurrency: 2,
      logLevel: 'info',
    });
  });
  test('without any credentials: the setup page, but not in production', () => {
    expect(settingsFrom({}).credentials).toBeUndefined();
    expect(() => settingsFrom({ NODE_ENV: 'production' })).toThrow(/^APP_ID, PRIVATE_KEY .* are not set/);
  });
  test('a webhook secret is required outside of development', () => {
    const { WEBHOOK_SECRET: _, ...rest } = GIVEN;
    expect(() => settingsFrom(rest)).toThrow(/^WEBHOOK_SECRET is not set; anybody could send webhooks/);
    expect(settingsFrom({ ...rest, NODE_ENV: 'development' }).credentials?.webhookSecret).toBe('development');
  });
  test('Enterprise Server', () => {
    expect(settingsFrom({ ...GIVEN, GHE_HOST: 'git.acme.example' })).toMatchObject({
      webUrl: 'https://git.acme.example',
      apiUrl: 'https://git.acme.example/api/v3',
    });
  });
  test.each([KEY.replaceAll('\n', '\\n'), Buffer.from(KEY).toString('base64')])(
    'a key that lost its line breaks: %#',
    (key) => {
      expect(settingsFrom({ ...GIVEN, PRIVATE_KEY: key }).credentials?.privateKey).toBe(KEY);
    },
  );
  test.each<[Record<string, string>, RegExp]>([
    [{ ...GIVEN, PRIVATE_KEY: 'nonsense' }, /^PRIVATE_KEY holds no PEM private key/],
    [{ ...GIVEN, PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/nowhere.pem' }, /\/nowhere.pem, which does not exist/],
    [{ ...GIVEN, APP_ID: 'dialectic' }, /^APP_ID is "dialectic"/],
    [{ ...GIVEN, PORT: 'http' }, /^PORT is "http"/],
    [{ ...GIVEN, LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"; it can be trace/],
    [{ ...GIVEN, DIALECTIC_ROLE: 'boss' }, /^DIALECTIC_ROLE is "boss"/],
    [{ ...GIVEN, DIALECTIC_ROLE: 'web' }, /^DIALECTIC_ROLE=web needs REDIS_URL/],
    [{ APP_ID: '1' }, /^PRIVATE_KEY or PRIVATE_KEY_PATH and WEBHOOK_SECRET are not set/],
  ])('wrong ones end in one sentence: %#', (env, message) => expect(() => settingsFrom(env)).toThrow(message));
});
