import { defineCheck } from '../../core/check.js';
import { modelCalls } from '../../models/artifacts/exports.js';
import { pojoUses } from '../../models/artifacts/pojo.js';
import { h2oPins } from '../../models/versions/h2o.js';

/** The last release whose export needs no licence. */
const LAST_FREE = [3, 46, 0, 11] as const;

export const h2oMojoGated = defineCheck({
  id: 'dev/h2o-mojo-gated',
  task: 'LEAD-DEV-01-02',
  reference: 'mojo_vs_pojo',
  severity: 'note',
  flags: 'Flags an H2O release above 3.46.0.11 in a project that exports MOJOs or POJOs.',
  why: `H2O-3 releases after 3.46.0.11 put the export of MOJOs and POJOs behind a licence: the call that worked in training raises
an error after the upgrade, and no artifact is written. Stay at 3.46.0.11 or below, or have the licence in place before the pin moves.

Sources: [h2oai/h2o-3 issue 16903](https://github.com/h2oai/h2o-3/issues/16903),
[issue 16930](https://github.com/h2oai/h2o-3/issues/16930).`,
  examples: {
    bad: [
      {
        title: 'a newer pin',
        files: {
          'requirements.txt': 'h2o==3.46.0.12\n',
          'export.py': 'import h2o\n\n\ndef export(model):\n    model.download_mojo("out", get_genmodel_jar=True)\n',
        },
      },
    ],
    good: [
      {
        title: 'the last release without the gate',
        files: {
          'requirements.txt': 'h2o==3.46.0.11\n',
          'export.py': 'import h2o\n\n\ndef export(model):\n    model.download_mojo("out", get_genmodel_jar=True)\n',
        },
      },
    ],
  },
  async run(context) {
    const calls = (await context.model(modelCalls)).filter(({ kind }) => kind === 'mojo');
    const [first] = [...calls, ...(await context.model(pojoUses)).filter(({ kind }) => kind === 'export')];
    const { pins } = await context.model(h2oPins);
    if (!first || pins.length === 0) return 'not-applicable';
    return pins
      .filter(({ version }) => version !== undefined && isLater(version))
      .map(({ path, requirement, version }) => ({
        location: { path, startLine: requirement.line, endLine: requirement.endLine },
        message: `H2O ${version ?? ''} exports models only with a licence; ${first.path}:${first.line} exports one.`,
        consequence: 'The export raises an error and the pipeline ships no new model.',
        evidence: requirement.text,
        trace: [{ path: first.path, line: first.line, label: `exports a model: ${first.text}` }],
      }));
  },
});

function isLater(version: string): boolean {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (let index = 0; index < LAST_FREE.length; index++) {
    const difference = (parts[index] ?? 0) - (LAST_FREE[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
