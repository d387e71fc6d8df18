import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CHECKS } from '../../src/checks/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dialectic-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, content: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const dialectic = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dialectic.js', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};
// Colours belong to a terminal; the usual ways to ask for them must not reach a pipe, and CI sets one of them.
const dialecticInCI = (...args: string[]) =>
  spawnSync(process.execPath, ['bin/dialectic.js', ...args], {
    encoding: 'utf8',
    env: { ...process.env, CI: 'true', NO_COLOR: undefined },
  }).stdout;
const UNPINNED = 'h2o\nfastapi==0.115.0\n';

describe('dialectic review', () => {
  test('a pipe gets no colours, on a CI machine neither', () => {
    write('README.md', '# Platform\n');
    expect(dialecticInCI('review', '--all', folder)).toMatch(/^Verdict: pass/);
  });

  test('a folder with nothing of ours in it passes', () => {
    write('README.md', '# Platform\n');
    expect(dialectic('review', '--all', folder)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Verdict: pass'),
    });
  });

  test('a finding is exit 1, and JSON has the promised shape', () => {
    write('requirements.txt', UNPINNED);
    const { status, stdout } = dialectic('review', '--all', folder, '--format', 'json');
    const { verdict, findings } = JSON.parse(stdout) as { verdict: string; findings: Record<string, unknown>[] };
    expect(status).toBe(1);
    expect(verdict).toBe('fail');
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      check: 'dev/h2o-unpinned',
      view: 'dev',
      task: 'LEAD-DEV-01-02',
      severity: 'block',
      path: 'requirements.txt',
      startLine: 1,
      scope: 'changed',
      fingerprint: expect.stringMatching(/^[0-9a-f]{20}$/),
    });
  });

  test('text shows the place, the line with a caret, and no colour codes off a terminal', () => {
    write('requirements.txt', UNPINNED);
    const { stdout } = dialectic('review', '--all', folder);
    expect(stdout).toContain('dev/h2o-unpinned  requirements.txt:1');
    expect(stdout).toMatch(/1 │ h2o\n\s+│ \^\^\^/);
    expect(stdout).not.toContain('\u001b');
  });

  test('SARIF and Markdown say the same', () => {
    write('requirements.txt', UNPINNED);
    const sarif = JSON.parse(dialectic('review', '--all', folder, '--format', 'sarif').stdout) as {
      runs: { results: { ruleId: string }[] }[];
    };
    expect(sarif.runs[0]?.results.map((result) => result.ruleId)).toEqual(['dev/h2o-unpinned']);
    expect(dialectic('review', '--all', folder, '--format', 'markdown').stdout).toContain('dev/h2o-unpinned');
  });

  test('the configuration lowers a severity, and --fail-on raises the bar again', () => {
    write('requirements.txt', UNPINNED);
    write('.github/dialectic.yml', 'checks:\n  dev/h2o-unpinned: warn\n');
    expect(dialectic('review', '--all', folder).status).toBe(0);
    expect(dialectic('review', '--all', folder, '--fail-on', 'warn').status).toBe(1);
  });
});

describe('the configuration of a checkout', () => {
  test('that observes reports everything, says so, and fails nothing', () => {
    write('requirements.txt', UNPINNED);
    write('.github/dialectic.yml', 'mode: observe\n');
    const { status, stdout } = dialectic('review', '--all', folder);
    expect(status).toBe(0);
    expect(stdout).toContain('block dev/h2o-unpinned');
    expect(stdout).toContain('This repository observes (`mode: observe`)');
    expect(dialectic('verify-mojo-artifact', '--pipeline-dir', folder).status).toBe(0);
  });

  test('extends other files of the repository, and wins over them', () => {
    write('requirements.txt', UNPINNED);
    write('ci/strict.yml', 'checks:\n  dev/h2o-unpinned: warn\n  dev/mojo-invalid: off\n');
    write('.github/dialectic.yml', 'extends: ci/strict.yml\n');
    expect(dialectic('review', '--all', folder).status).toBe(0);
    write('.github/dialectic.yml', 'extends: ci/strict.yml\nchecks:\n  dev/h2o-unpinned: block\n');
    expect(dialectic('review', '--all', folder).status).toBe(1);
  });

  test('that extends another repository is used without it, and that is said', () => {
    write('requirements.txt', UNPINNED);
    write('.github/dialectic.yml', 'extends: acme/policies:dialectic.yml\n');
    const { status, stderr } = dialectic('review', '--all', folder);
    expect(status).toBe(1);
    expect(stderr).toContain('extends acme/policies:dialectic.yml; another repository is read on GitHub only');
  });
});

describe('bad input is one clear sentence and exit 2', () => {
  const oneLine = (result: ReturnType<typeof dialectic>, message: RegExp) => {
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.stdout).toBe('');
  };

  test('a path that does not exist', () =>
    oneLine(dialectic('review', '--all', join(folder, 'nowhere')), /does not exist/));
  test('a path that is a file', () => {
    write('a.txt', '');
    oneLine(dialectic('review', '--all', join(folder, 'a.txt')), /is not a folder/);
  });
  test('an empty folder', () => oneLine(dialectic('review', '--all', folder), /holds no file to review/));
  test('a service without Python, and manifests that are none', () => {
    write('README.md', '');
    oneLine(dialectic('detect-blocking-calls', '--source-dir', folder), /holds no Python file/);
    oneLine(
      dialectic('check-memory-allocation', '--manifest-dir', folder),
      /holds no manifest: no YAML and no JSON file/,
    );
    oneLine(dialectic('check-memory-allocation', '--compose-file', folder), /is a folder; name the Compose file in it/);
  });
  test('a place where nothing can be written', () =>
    oneLine(
      dialectic('new', 'plan', '--out', join(folder, 'no', 'plan.md')),
      /cannot be written \(ENOENT: the folder/,
    ));
  test('a configuration that leads nowhere', () => {
    write('a.py', '');
    mkdirSync(join(folder, '.github'));
    symlinkSync('nowhere', join(folder, '.github/dialectic.yml'));
    oneLine(dialectic('review', '--all', folder), /configuration \.github\/dialectic\.yml is a symbolic link/);
    oneLine(dialectic('graph', 'async', '--source-dir', folder), /dialectic\.yml does not exist/);
  });
  test('a configuration that is no text', () => {
    write('.github/dialectic.yml', 'mode: observe');
    writeFileSync(join(folder, '.github/dialectic.yml'), Buffer.from([0x6d, 0x3a, 0xff]));
    oneLine(dialectic('review', '--all', folder), /is not UTF-8 text/);
  });
  test('a configuration that extends what is not there, or not its own', () => {
    write('.github/dialectic.yml', 'extends: ci/no.yml\n');
    oneLine(dialectic('review', '--all', folder), /extends ci\/no\.yml, which does not exist/);
    write('.github/dialectic.yml', 'extends: ../../etc/passwd\n');
    oneLine(dialectic('graph', 'schema', '--migration-dir', folder), /leads out of the repository/);
  });
  test('a configuration that is broken, with its line', () => {
    write('.github/dialectic.yml', 'review:\n  scop: all\n');
    oneLine(
      dialectic('review', '--all', folder),
      /\.github\/dialectic\.yml:2: unknown key "scop" under review\. Did you mean "scope"\?/,
    );
  });
  test('a configuration that does not exist', () => {
    write('a.py', '');
    oneLine(dialectic('review', '--all', folder, '--config', 'no.yml'), /configuration no\.yml does not exist/);
  });
  test('an unknown command, with the nearest', () => oneLine(dialectic('revew'), /Did you mean review\?/));
  test('an unknown check, with the nearest', () =>
    oneLine(dialectic('explain', 'dev/h2o-unpined'), /Did you mean dev\/h2o-unpinned\?/));
  test('a check without its view, with its full name', () =>
    oneLine(dialectic('explain', 'h2o-unpinned'), /Did you mean dev\/h2o-unpinned\?/));
  test('a check that resembles none', () =>
    oneLine(dialectic('explain', 'nope'), /no check named "nope"\. `dialectic checks`/));
  test('a wrong option value', () =>
    oneLine(dialectic('review', folder, '--format', 'xml'), /Allowed choices are text, json, sarif, markdown/));
});

describe('the process view', () => {
  const service = () => {
    write(
      'app/main.py',
      'from fastapi import FastAPI\nfrom features import load\n\napp = FastAPI()\n\n\n@app.post("/score")\nasync def score(id: int):\n    return load(id)\n',
    );
    write(
      'app/features.py',
      'import psycopg2\n\n\ndef load(id):\n    return connect().cursor()\n\n\ndef connect():\n    return psycopg2.connect("")\n',
    );
  };

  test('detect-blocking-calls prints every chain, indented hop by hop', () => {
    service();
    const { status, stdout } = dialectic('detect-blocking-calls', '--source-dir', folder);
    expect(status).toBe(1);
    expect(stdout).toContain(
      [
        '      path  score() → load()  app/main.py:9',
        '              → load() → connect()  app/features.py:5',
        '                → connect() → psycopg2.connect  app/features.py:9',
      ].join('\n'),
    );
    expect(stdout).toContain('flowchart LR');
  });

  test('graph async draws entries and sinks in three formats', () => {
    service();
    const graph = (format: string): string =>
      dialectic('graph', 'async', '--source-dir', folder, '--format', format).stdout;
    const mermaid = graph('mermaid');
    expect(mermaid).toMatch(/^flowchart LR\n/);
    expect(mermaid).toContain('(["POST /score"]):::entry');
    expect(mermaid).toContain('{{"psycopg2.connect"}}:::sink');
    expect(graph('dot')).toMatch(/^digraph async \{[^]*psycopg2\.connect[^]*\}\n$/);
    const { nodes, edges } = JSON.parse(graph('json')) as { nodes: { kind: string }[]; edges: unknown[] };
    expect(nodes.map(({ kind }) => kind).sort()).toEqual(['entry', 'function', 'function', 'sink']);
    expect(edges).toHaveLength(3);
  });
});

describe('the catalogue', () => {
  test('lists every check', () => {
    const listed = JSON.parse(dialectic('checks', '--json').stdout) as { id: string }[];
    expect(listed.map((check) => check.id)).toEqual(CHECKS.map((check) => check.id));
  });

  test('explains one', () => {
    expect(dialectic('explain', 'dev/h2o-unpinned').stdout).toMatch(/^dev\/h2o-unpinned {2}\(block, LEAD-DEV-01-02\)/);
  });
});

describe('dialectic verify-mojo-artifact', () => {
  test('a pipeline folder: where it trains, what it exports, which releases meet, every MOJO in it', () => {
    write('requirements.txt', 'h2o==3.46.0.11\n');
    write(
      'train.py',
      'import h2o\nfrom h2o.estimators import H2OGradientBoostingEstimator\n\nmodel = H2OGradientBoostingEstimator()\nmodel.train(y="y")\nmodel.download_mojo("out", get_genmodel_jar=True)\n',
    );
    copyFileSync('test/languages/mojo/models/gbm-multinomial.zip', join(folder, 'churn.zip'));
    const { status, stdout } = dialectic('verify-mojo-artifact', '--pipeline-dir', folder);
    expect(stdout).toContain('what this pipeline does with H2O models; MOJOs in it: 1');
    expect(stdout).toMatch(/trains +model\.train \(train\.py:5\)/);
    expect(stdout).toMatch(/MOJO +model\.download_mojo \(train\.py:6\)/);
    expect(stdout).toMatch(/releases +3\.46\.0\.11: h2o==3\.46\.0\.11 \(requirements\.txt:1\)/);
    expect(stdout).toContain('churn.zip: a MOJO that h2o-genmodel can use');
    expect(status).toBe(0);
  });

  test('a folder that keeps only the binary fails, and JSON stays JSON', () => {
    write(
      'train.py',
      'import h2o\nfrom h2o.automl import H2OAutoML\n\naml = H2OAutoML()\naml.train(y="y")\nh2o.save_model(aml.leader, "out")\n',
    );
    const { status, stdout } = dialectic('verify-mojo-artifact', '--pipeline-dir', folder, '--format', 'json');
    const { findings } = JSON.parse(stdout) as { findings: { check: string }[] };
    expect(findings.map(({ check }) => check)).toEqual(['dev/mojo-not-exported']);
    expect(status).toBe(1);
  });

  test('one artifact: a folder by its own name, a POJO for what it is, and anything else is a wrong path', () => {
    const ini = '[info]\nmojo_version = 9.99\nalgorithm = K-means\nh2o_version = 3.46.0.11\n';
    write('models/churn/model.ini', ini);
    write('models/churn/domains/d000.txt', 'a\n');
    const model = dialectic('verify-mojo-artifact', join(folder, 'models/churn'));
    expect(model.stdout).toContain(`${join(folder, 'models/churn')}: NOT usable`);
    expect(model.status).toBe(1);
    write(
      'Gbm.java',
      '// AUTOGENERATED BY H2O at 2025-01-01\n@ModelPojo(name="Gbm")\npublic class Gbm extends GenModel {\n}\n',
    );
    const pojo = dialectic('verify-mojo-artifact', join(folder, 'Gbm.java'));
    expect(pojo.stdout).toContain('dev/pojo-export');
    expect(pojo.status).toBe(1);
    write('notes.zip', 'no archive at all\n');
    for (const [path, said] of [
      ['notes.zip', 'is no MOJO: neither an archive nor a folder'],
      ['missing.zip', 'does not exist'],
    ] as const) {
      const { status, stdout, stderr } = dialectic('verify-mojo-artifact', join(folder, path));
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain(said);
    }
  });
});
