import { defineCheck } from '../../core/check.js';
import { touchedLine } from '../../models/scenarios/changes.js';
import { databaseTests } from '../../models/tests/database.js';

export const noContainerTest = defineCheck({
  id: 'dev/no-container-test',
  task: 'LEAD-DEV-01',
  reference: 'project_structure',
  severity: 'note',
  flags: 'Flags a change of database code in a repository where no test runs against a real database.',
  why: `A mock of the driver repeats what its author believes about the database, and SQLite has neither JSONB nor \`timestamptz\`, GIN or
row locks. A migration that PostgreSQL refuses, a query that cannot use its index, a type that comes back as text: all of it passes such
tests and fails in production. A container per test run costs seconds.

Database code is a migration, or a Python module that imports a driver or an ORM, in a repository that speaks to a database server.
Accepted are Testcontainers (Python, Java, Go, JavaScript), pytest-postgresql, pytest-docker and their kind, a test that connects to anything
but a literal SQLite address, a database among the CI's services, and a Compose file for tests.

Sources: [Testcontainers for Python](https://testcontainers-python.readthedocs.io/),
[GitHub: PostgreSQL service containers](https://docs.github.com/en/actions/using-containerized-services/creating-postgresql-service-containers).`,
  subject: 'change',
  examples: {
    bad: [
      {
        title: 'tests that put SQLite in the place of PostgreSQL',
        files: {
          'requirements.txt': 'asyncpg==0.30.0\nsqlalchemy==2.0.36\n',
          'app/store.py':
            'import asyncpg\n\n\nasync def features(pool: asyncpg.Pool, key: int):\n    return await pool.fetchval("SELECT payload FROM features WHERE id = $1", key)\n',
          'tests/conftest.py':
            'import pytest\nfrom sqlalchemy import create_engine\n\n\n@pytest.fixture\ndef engine():\n    return create_engine("sqlite:///:memory:")\n',
        },
      },
    ],
    good: [
      {
        title: 'a container for the tests',
        files: {
          'requirements.txt': 'asyncpg==0.30.0\n',
          'app/store.py':
            'import asyncpg\n\n\nasync def features(pool: asyncpg.Pool, key: int):\n    return await pool.fetchval("SELECT payload FROM features WHERE id = $1", key)\n',
          'tests/conftest.py':
            'import pytest\nfrom testcontainers.postgres import PostgresContainer\n\n\n@pytest.fixture(scope="session")\ndef url():\n    with PostgresContainer("postgres:16") as postgres:\n        yield postgres.get_connection_url()\n',
        },
      },
      {
        title: 'a service of the workflow',
        files: {
          'migrations/001_features.sql': 'CREATE TABLE features (id bigint PRIMARY KEY, payload jsonb NOT NULL);\n',
          '.github/workflows/test.yml':
            'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    services:\n      db:\n        image: postgres:16\n    steps:\n      - run: pytest\n',
        },
      },
      {
        title: 'a program that keeps its data in SQLite',
        files: {
          'app/store.py': 'from sqlalchemy import create_engine\n\nengine = create_engine("sqlite:///notes.db")\n',
        },
      },
    ],
  },
  async run(context) {
    const { code, real, substitutes } = await context.model(databaseTests);
    if (code.length === 0) return 'not-applicable';
    if (real.length > 0) return [];
    for (const { path, what } of code) {
      const line = await touchedLine(context, path);
      if (line === undefined) continue;
      const [instead] = substitutes;
      const how = instead ? `; ${instead.path} uses SQLite instead` : '';
      return [
        {
          location: { path, startLine: line, endLine: line },
          message: `This is database code (${what}), and no test here runs against a real database${how}.`,
          consequence: 'Whether the database accepts it, and how it answers, is found out after the deployment.',
          evidence: 'no test with a real database',
          ...(instead ? { trace: [{ path: instead.path, line: instead.line, label: instead.what }] } : {}),
          snippet: { language: 'python', code: CONTAINER },
        },
      ];
    }
    return [];
  },
});

const CONTAINER = `@pytest.fixture(scope="session")
def database_url():
    with PostgresContainer("postgres:16") as postgres:  # from testcontainers.postgres
        yield postgres.get_connection_url()`;
