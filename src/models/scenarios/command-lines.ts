import type { Workspace } from '../../core/workspace.js';
import { javascriptModule } from '../../languages/javascript/extract.js';
import { toolOfImage } from '../../languages/load-script/commands.js';
import { writtenCommands } from '../../languages/load-script/shell.js';
import type { WrittenCommand } from '../../languages/load-script/shell.js';
import type { Expr } from '../../languages/python/ast.js';
import { pythonModule } from '../../languages/python/extract.js';
import { dottedName } from '../../languages/python/names.js';
import { findAll, walk } from '../../languages/python/walk.js';
import type { ScriptCall, ScriptExpr } from '../../languages/script/facts.js';
import { yamlDocuments } from '../../languages/yaml/index.js';
import type { YamlNode } from '../../languages/yaml/index.js';

/** Commands that a file of any kind runs, in the order in which it writes them; undefined for other kinds, and for what cannot be read. */
export async function commandsWritten(workspace: Workspace, path: string): Promise<WrittenCommand[] | undefined> {
  if (/\.(?:sh|bash|zsh)$/.test(path)) return fromText(await workspace.text(path), (text) => text);
  if (/(?:^|\/)(?:Makefile|makefile|GNUmakefile|[^/]+\.mk|Justfile|justfile)$/.test(path))
    return fromText(await workspace.text(path), recipes);
  if (/\.ya?ml$/.test(path)) return fromYaml(await yamlDocuments(workspace, path));
  if (/(?:^|\/)package\.json$/.test(path)) return fromPackage(await workspace.text(path));
  if (path.endsWith('.py')) {
    const module = await workspace.facts(pythonModule, path);
    return module && findAll(module.tree, 'Call').flatMap((call) => runByPython(call));
  }
  return /\.[cm]?[jt]s$/.test(path) ? fromJavaScript(workspace, path) : undefined;
}

function fromText(text: string | undefined, prepared: (text: string) => string): WrittenCommand[] | undefined {
  if (text === undefined || text.length > 1_000_000) return undefined;
  return writtenCommands(prepared(text), lineCounter(text, 1));
}

/** Lines of recipes as shell text, all others blank, so that offsets stay true: `@` and `-` in front are make's. */
const recipes = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      /^\s/.test(line)
        ? line.replace(/^(\s+)([@+-]{1,3})/, (_, blank: string, marks: string) => blank + ' '.repeat(marks.length))
        : ' '.repeat(line.length),
    )
    .join('\n')
    .replaceAll('$$', ' $');

function lineCounter(text: string, first: number): (offset: number) => number {
  return (offset) => {
    let line = first;
    for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
    return line;
  };
}

// ── YAML: scripts of workflows, compose services, actions ──

/** Keys whose text is a command; anything else is a description or a value. */
const COMMAND_KEYS = new Set([
  'run',
  'script',
  'before_script',
  'after_script',
  'command',
  'entrypoint',
  'args',
  'cmd',
  'cmds',
  'sh',
  'inlineScript',
  'bash',
  'shell',
  'ansible.builtin.shell',
  'ansible.builtin.command',
]);

/** Keys whose list is one command, word by word; of the others each item is a command. */
const WORD_KEYS = new Set(['command', 'args', 'entrypoint', 'cmd']);

/** The items of a list without blanks in any: `["k6", "run", "score.js"]`, but not `["sh", "-c", "k6 run score.js"]`. */
function plainWords(node: YamlNode): string[] {
  const words = node.items().map(({ text }) => text ?? '');
  return words.some((word) => /\s/.test(word)) ? [] : words;
}

function fromYaml(documents: readonly YamlNode[] | undefined): WrittenCommand[] | undefined {
  if (!documents) return undefined;
  const found: WrittenCommand[] = [];
  const visit = (node: YamlNode, key: string | undefined): void => {
    if (node.kind === 'scalar') {
      if (key !== undefined && COMMAND_KEYS.has(key)) found.push(...scalarCommands(node));
      return;
    }
    if (node.kind === 'mapping') {
      const special = containerCommand(node) ?? actionCommand(node);
      if (special) found.push({ ...special, background: false });
    }
    const words = key !== undefined && WORD_KEYS.has(key) ? plainWords(node) : [];
    if (words.length > 0) found.push({ words, line: node.line, background: false });
    else for (const item of node.items()) visit(item, key);
    for (const entry of node.entries()) visit(entry.value, entry.key);
  };
  for (const document of documents) visit(document, undefined);
  return found;
}

function scalarCommands(node: YamlNode): WrittenCommand[] {
  const text = node.text ?? '';
  const block = node.style === 'literal' || node.style === 'folded';
  const lineOf = node.style === 'folded' ? () => node.line : lineCounter(text, node.line + (block ? 1 : 0));
  return writtenCommands(text, lineOf);
}

/** A container of a tool's image: what it is given as its command are the tool's words. */
function containerCommand(node: YamlNode): { words: string[]; line: number } | undefined {
  const tool = toolOfImage(node.get('image')?.text ?? '');
  const command = node.get('command') ?? node.get('args');
  if (tool === undefined || !command) return undefined;
  const words =
    command.kind === 'scalar' ? (command.text ?? '').split(/\s+/) : command.items().map((one) => one.text ?? '');
  return { words: words[0] === tool ? words : [tool, ...words], line: command.line };
}

/** `uses: grafana/run-k6-action` runs the scripts of its `path`. */
function actionCommand(node: YamlNode): { words: string[]; line: number } | undefined {
  const uses = node.get('uses');
  if (!/^(?:grafana\/(?:run-k6|k6)-action|k6io\/action)@/.test(uses?.text ?? '')) return undefined;
  const script = node.get('with', 'path')?.text ?? node.get('with', 'filename')?.text ?? '';
  const flags = (node.get('with', 'flags')?.text ?? '').split(/\s+/).filter(Boolean);
  return { words: ['k6', 'run', ...flags, script.trim()], line: uses?.line ?? node.line };
}

// ── package.json ──

function fromPackage(text: string | undefined): WrittenCommand[] | undefined {
  if (text === undefined || text.length > 1_000_000) return undefined;
  let scripts: unknown;
  try {
    scripts = (JSON.parse(text) as { scripts?: unknown }).scripts;
  } catch {
    return undefined;
  }
  if (typeof scripts !== 'object' || scripts === null) return [];
  const line = lineCounter(text, 1);
  const start = text.indexOf('"scripts"');
  return Object.entries(scripts).flatMap(([name, command]) =>
    typeof command === 'string' ? writtenCommands(command, () => line(text.indexOf(`"${name}"`, start))) : [],
  );
}

// ── Programs ──

type Call = Extract<Expr, { kind: 'Call' }>;

const RUNS =
  /^(?:subprocess\.(?:run|Popen|call|check_call|check_output)|os\.(?:system|popen)|asyncio\.create_subprocess_(?:exec|shell))$|^(?:run|Popen|check_call|check_output|system)$/;
const STARTS = /(?:^|\.)(?:Popen|create_subprocess_(?:exec|shell)|popen)$/;

/** The commands that one call of Python starts; none for other calls. */
export function runByPython(call: Call): WrittenCommand[] {
  const name = dottedName(call.func) ?? (call.func.kind === 'Attribute' ? call.func.attr : '');
  if (!RUNS.test(name)) return [];
  const { line } = call;
  const background = STARTS.test(name);
  const [first] = call.args;
  if (first?.kind === 'Str') return writtenCommands(first.value, () => line).map((one) => ({ ...one, background }));
  const listed = first?.kind === 'List' || first?.kind === 'Tuple' ? first.elements : call.args;
  return [{ words: listed.map((one) => textsIn(one).join('')), line, background }];
}

/** The strings in an expression, pieces of f-strings included. */
export function textsIn(expr: Expr): string[] {
  const found: string[] = [];
  walk(expr, {
    enter(node) {
      if (node.kind === 'Str') found.push(node.value.slice(0, 500));
      return undefined;
    },
  });
  return found;
}

async function fromJavaScript(workspace: Workspace, path: string): Promise<WrittenCommand[] | undefined> {
  const module = await workspace.facts(javascriptModule, path);
  return module?.calls.flatMap((call) => runByJavaScript(call));
}

function runByJavaScript({ callee, args: [first, second], line }: ScriptCall): WrittenCommand[] {
  if (!/(?:^|\.)(?:exec|execSync|spawn|spawnSync|execa|execFile|execFileSync)$/.test(callee)) return [];
  if (first?.kind !== 'value' || typeof first.value !== 'string') return [];
  const background = /(?:^|\.)(?:exec|spawn|execa)$/.test(callee);
  const rest = second?.kind === 'array' ? second.items.map((one) => scriptTexts(one).join('')) : [];
  if (rest.length > 0) return [{ words: [first.value, ...rest], line, background }];
  return writtenCommands(first.value, () => line).map((one) => ({ ...one, background }));
}

export function scriptTexts(expr: ScriptExpr, depth = 0): string[] {
  if (depth > 20) return [];
  if (expr.kind === 'value') return typeof expr.value === 'string' ? [expr.value.slice(0, 500)] : [];
  if (expr.kind === 'template') return expr.parts.flatMap((one) => scriptTexts(one, depth + 1));
  return expr.kind === 'binary' ? [expr.left, expr.right].flatMap((one) => scriptTexts(one, depth + 1)) : [];
}
