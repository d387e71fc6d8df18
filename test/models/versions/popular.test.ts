import { expect, test } from '@jest/globals';
import { misspelled } from '../../../src/models/versions/popular.js';

test.each([
  ['reqeusts', 'requests'],
  ['request', 'requests'],
  ['fastpi', 'fastapi'],
  ['beautifulsoup', undefined],
  ['numpyy', 'numpy'],
  ['scikit-lern', 'scikit-learn'],
  ['python-dotevn', 'python-dotenv'],
])('%s looks like %s', (name, meant) => expect(misspelled(name)).toBe(meant));

test.each(['h2', 'h2o', 'ujson', 'ijson', 'psycopg', 'psycopg2', 'boto', 'boto3', 'pypdf2', 'acme-scoring', 'xlwt3'])(
  '%s is itself',
  (name) => expect(misspelled(name)).toBeUndefined(),
);
