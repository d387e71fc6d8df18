import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/config/defaults.js';
import { rolesByPath } from '../../src/reviewers/roles.js';

const roles = rolesByPath(DEFAULT_SETTINGS);

describe('Compose files for development, by their names', () => {
  test.each([
    'docker-compose.dev.yml',
    'docker-compose-dev.yaml',
    'compose.override.yml',
    'deploy/docker-compose.multitenant-dev.yml',
    'docker-compose.search-testing.yml',
    'docker-compose.e2e.yaml',
    'docker-compose.dev.monitoring.yml',
    'kafka-docker-compose-local.yml',
  ])('%s', (path) => expect([...roles(path)]).toContain('development'));

  test.each([
    'docker-compose.yml',
    'compose.prod.yaml',
    'docker-compose.latest.yml',
    'docker-compose.device.yml',
    'docker-compose.production.yml',
    'docker-compose.attestation.yml',
  ])('not %s', (path) => expect([...roles(path)]).not.toContain('development'));
});
