import { configurationFrom } from '../config/configuration.js';
import type { Snapshot } from '../core/types.js';
import { mojoSummary } from '../languages/mojo/index.js';
import { modelCalls, type ModelCall } from '../models/artifacts/exports.js';
import { mojos } from '../models/artifacts/mojos.js';
import { pojoUses } from '../models/artifacts/pojo.js';
import { versionTriangle } from '../models/versions/triangle.js';
import { memoryFactStore } from '../reviewers/fact-store.js';
import { DEFAULT_LIMITS, SnapshotWorkspace } from '../reviewers/workspace.js';

/** A list is cut after this many places. */
const SHOWN = 8;

/** What a pipeline does with its H2O models: where it trains, what it exports, which releases meet, and every MOJO in it. */
export async function pipelineSummary(
  folder: string,
  head: Snapshot,
  inside: (path: string) => boolean,
): Promise<string> {
  const workspace = new SnapshotWorkspace(head, configurationFrom().settings, memoryFactStore(), DEFAULT_LIMITS, true);
  const calls = (await workspace.model(modelCalls)).filter(({ path }) => inside(path));
  const pojos = (await workspace.model(pojoUses)).filter(({ path }) => inside(path));
  const found = (await workspace.model(mojos)).filter(({ path }) => inside(path));
  const corners = await workspace.model(versionTriangle);
  const of = (kind: ModelCall['kind']): string[] =>
    calls.filter((call) => call.kind === kind).map(({ path, line, text }) => `${text} (${path}:${line})`);
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['trains', of('train')],
    ['MOJO', of('mojo')],
    ['POJO', pojos.map(({ path, line, text }) => `${text} (${path}:${line})`)],
    ['binary', of('binary')],
    ['loads', of('load-binary')],
    ['releases', corners.map(({ path, line, version, what }) => `${version}: ${what} (${path}:${line})`)],
  ];
  const lines = rows.map(([title, places]) => `  ${title.padEnd(10)}  ${listed(places)}`);
  const models = found.map(({ path, facts }) => mojoSummary(path, facts));
  const artifacts = found.length === 0 ? 'no MOJO lies in it' : `MOJOs in it: ${found.length}`;
  return `${[`${folder}: what this pipeline does with H2O models; ${artifacts}`, ...lines].join('\n')}\n\n${models.map((text) => `${text}\n\n`).join('')}`;
}

function listed(places: readonly string[]): string {
  if (places.length === 0) return '–';
  const more = places.length > SHOWN ? [`and ${places.length - SHOWN} more`] : [];
  return [...places.slice(0, SHOWN), ...more].join('\n              ');
}
