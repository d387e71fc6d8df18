import type { Workspace } from '../../../core/workspace.js';
import { javascriptModule } from '../../../languages/javascript/extract.js';
import type { Swap } from '../../../languages/load-script/facts.js';
import { readCommands } from '../../../languages/load-script/shell.js';
import type { CommandFacts } from '../../../languages/load-script/shell.js';
import { swapsByCall } from '../../../languages/load-script/swaps.js';
import { pythonModule } from '../../../languages/python/extract.js';
import { dottedName } from '../../../languages/python/names.js';
import { findAll } from '../../../languages/python/walk.js';
import { commandsWritten, scriptTexts, textsIn } from '../command-lines.js';

/** What a file of any kind that runs commands does about load tests and models; undefined for other kinds. */
export async function commandsIn(workspace: Workspace, path: string): Promise<CommandFacts | undefined> {
  const written = await commandsWritten(workspace, path);
  if (!written) return undefined;
  const facts = readCommands(written);
  const swaps = [...facts.swaps, ...(await swapsByCode(workspace, path))];
  return { ...facts, swaps: swaps.sort((a, b) => a.line - b.line) };
}

/** Calls of a program that put another model in place without a command: a client's method, a request to a reload route. */
async function swapsByCode(workspace: Workspace, path: string): Promise<Swap[]> {
  const called: { readonly name: string; readonly texts: string[]; readonly line: number }[] = [];
  if (path.endsWith('.py')) {
    const module = await workspace.facts(pythonModule, path);
    for (const call of module ? findAll(module.tree, 'Call') : []) {
      const name = dottedName(call.func) ?? (call.func.kind === 'Attribute' ? call.func.attr : '');
      const given = [...call.args, ...call.keywords.map(({ value }) => value)];
      called.push({ name, texts: given.flatMap(textsIn), line: call.line });
    }
  } else if (/\.[cm]?[jt]s$/.test(path)) {
    const module = await workspace.facts(javascriptModule, path);
    for (const { callee, args, line } of module?.calls ?? [])
      called.push({ name: callee, texts: args.flatMap((one) => scriptTexts(one)), line });
  }
  return called
    .filter(({ name, texts }) => swapsByCall(name, texts))
    .map(({ name, texts, line }) => ({ line, text: `${name}(${texts.join(', ').slice(0, 150)})` }));
}
