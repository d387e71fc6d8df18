import type { Workspace } from '../../../core/workspace.js';
import { javascriptModule } from '../../../languages/javascript/extract.js';
import { javaSource, scalaSource } from '../../../languages/jvm/extract.js';
import type { LoadTest } from '../../../languages/load-script/facts.js';
import { jmeterPlan, readJMeter } from '../../../languages/load-script/jmeter.js';
import { pythonModule } from '../../../languages/python/extract.js';
import type { ScriptFacts } from '../../../languages/script/facts.js';
import { isGatling, readGatling } from './gatling.js';
import { isK6, readK6 } from './k6.js';
import { readLocust } from './locust.js';
import { ScriptModules } from './modules.js';

/** The load test that a file writes down; undefined for all other files. */
export async function scriptIn(
  workspace: Workspace,
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<LoadTest | undefined> {
  if (/\.[cm]?[jt]s$/.test(path)) return fromJavaScript(workspace, path, environment);
  if (path.endsWith('.py')) {
    const module = await workspace.facts(pythonModule, path);
    return module && readLocust(module.tree);
  }
  if (path.endsWith('.java')) return onJvm(await workspace.facts(javaSource, path));
  if (path.endsWith('.scala')) return onJvm(await workspace.facts(scalaSource, path));
  if (path.endsWith('.kt')) return inKotlin(workspace, path);
  const plan = path.endsWith('.jmx') ? await workspace.facts(jmeterPlan, path) : undefined;
  return plan ? readJMeter(plan, environment) : undefined;
}

async function fromJavaScript(
  workspace: Workspace,
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<LoadTest | undefined> {
  const facts = await workspace.facts(javascriptModule, path);
  if (!facts || !(isK6(facts) || isGatling(facts))) return undefined;
  const scope = (await ScriptModules.load(workspace, path, environment)).scope(path);
  return scope && (readK6(scope) ?? readGatling(scope));
}

const onJvm = (facts: ScriptFacts | undefined): LoadTest | undefined =>
  facts && readGatling({ facts, environment: {}, module: () => undefined, json: () => undefined });

/** The one grammar of Kotlin that loads weighs 46 MB (docs/quality.md): such a simulation is seen, and what it asks for is not. */
async function inKotlin(workspace: Workspace, path: string): Promise<LoadTest | undefined> {
  if ((await workspace.mentioning([path], ['import io.gatling.'])).length === 0) return undefined;
  if ((await workspace.mentioning([path], ['setUp('])).length === 0) return undefined;
  workspace.gap({
    path,
    kind: 'unsupported',
    reason: 'a Gatling simulation in Kotlin: its rate and assertions are not read',
  });
  return { tool: 'gatling', form: 'script', line: 1, failures: 'unknown', latency: 'unknown' };
}
