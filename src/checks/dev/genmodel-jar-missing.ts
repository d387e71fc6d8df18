import { defineCheck } from '../../core/check.js';
import type { FindingDraft, Fix } from '../../core/types.js';
import type { Workspace } from '../../core/workspace.js';
import { modelCalls, type ModelCall } from '../../models/artifacts/exports.js';

export const genmodelJarMissing = defineCheck({
  id: 'dev/genmodel-jar-missing',
  task: 'LEAD-DEV-01-01',
  reference: 'mojo_vs_pojo',
  severity: 'block',
  flags: 'Flags `download_mojo(…)` that does not bring the genmodel JAR of the same H2O release.',
  why: `A MOJO is read by \`h2o-genmodel.jar\`. With \`get_genmodel_jar=True\` H2O writes the JAR of its own release next to the
archive, so that model and reader cannot drift apart; without it the service keeps whatever JAR it was built with, and a
MOJO with a newer \`mojo_version\` is refused when it is loaded. The second positional argument counts, a value that is
computed is left alone, and so is a \`download_mojo\` that the file defines itself. R's \`h2o.download_mojo\` counts too (third argument).

Sources: [\`download_mojo\`](https://docs.h2o.ai/h2o/latest-stable/h2o-py/docs/model_categories.html),
[MOJO quick start](https://docs.h2o.ai/h2o/latest-stable/h2o-docs/mojo-quickstart.html).`,
  examples: {
    bad: [
      {
        title: 'the MOJO alone',
        files: {
          'pipeline/export.py':
            'import h2o\n\n\ndef export(model, folder):\n    return model.download_mojo(path=folder)\n',
        },
      },
    ],
    good: [
      {
        title: 'by keyword or position',
        files: {
          'pipeline/export.py':
            'import h2o\n\n\ndef export(model, folder):\n    model.download_mojo(folder, True)\n    return model.download_mojo(path=folder, get_genmodel_jar=True)\n',
        },
      },
    ],
  },
  async run(context) {
    const exports = (await context.model(modelCalls)).filter(({ text }) => text.endsWith('download_mojo'));
    if (exports.length === 0) return 'not-applicable';
    const findings: FindingDraft[] = [];
    for (const call of exports.filter(({ jar }) => jar === false)) {
      const fix = await withJar(context, call);
      findings.push({ ...draft(call), ...(fix ? { fix } : {}) });
    }
    return findings;
  },
});

const draft = ({ path, line, endLine, text }: ModelCall): FindingDraft => ({
  // A notebook shows how it is done; what it writes is rarely what is served.
  ...(/\.(?:ipynb|[RrQq]md)$/.test(path) ? { severity: 'note' as const } : {}),
  location: { path, startLine: line, endLine },
  message: `\`${text}\` leaves the genmodel JAR behind; pass \`get_genmodel_jar=${/\.[rR]$|md$/.test(path) ? 'TRUE' : 'True'}\`.`,
  consequence:
    'Model and reader can come from different H2O releases; a JAR that is too old refuses the model when the service loads it.',
  evidence: text,
});

/** Only for a call that is closed on its line and gives no `get_genmodel_jar` yet. */
async function withJar(workspace: Workspace, { path, line, endLine }: ModelCall): Promise<Fix | undefined> {
  if (line !== endLine || !path.endsWith('.py')) return undefined;
  const text = (await workspace.text(path))?.split('\n')[line - 1]?.replace(/\r$/, '') ?? '';
  const call = /^(.*\.download_mojo\()([^()#"']*|[^()#]*["'][^()#"']*["'][^()#"']*)(\).*)$/.exec(text);
  if (!call || text.includes('get_genmodel_jar') || text.split('download_mojo').length !== 2) return undefined;
  const given = (call[2] ?? '').trim().replace(/,$/, '');
  const replacement = `${call[1] ?? ''}${given === '' ? '' : `${given}, `}get_genmodel_jar=True${call[3] ?? ''}`;
  return { startLine: line, endLine: line, replacement };
}
