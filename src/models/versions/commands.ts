import type { Workspace } from '../../core/workspace.js';
import { DOCKERFILE_GLOBS, dockerfileExtractor, lineAt, type Instruction } from '../../languages/dockerfile/index.js';
import type { Requirement } from '../../languages/requirements/index.js';
import { notebookCommands } from '../../languages/notebook/commands.js';
import { installation, shellCommands, type Installation } from '../../languages/shell/index.js';
import { yamlDocuments, type YamlNode } from '../../languages/yaml/index.js';
import type { Declared } from './declared.js';
import { DEPENDENCY_GLOBS } from './globs.js';
import { filledIn, steps, type Variables } from './variables.js';

export interface Installed extends Installation {
  readonly path: string;
  readonly source: Extract<Declared['source'], 'Dockerfile' | 'CI' | 'shell' | 'notebook'>;
}

/** Every install command in Dockerfiles, CI definitions, shell scripts and notebooks that mention one of the needles. */
export async function installCommands(workspace: Workspace, needles: readonly string[]): Promise<Installed[]> {
  const found: Installed[] = [];
  for (const path of await workspace.mentioning(workspace.glob(...DOCKERFILE_GLOBS), needles)) {
    found.push(...(await fromDockerfile(workspace, path)));
  }
  for (const path of await workspace.mentioning(workspace.glob(...DEPENDENCY_GLOBS.ci), needles)) {
    for (const document of (await yamlDocuments(workspace, path)) ?? []) {
      for (const { text, lineOf } of scripts(document)) found.push(...installs(text, lineOf, { path, source: 'CI' }));
    }
  }
  for (const path of await workspace.mentioning(workspace.glob(...DEPENDENCY_GLOBS.shell), needles)) {
    const text = await workspace.text(path);
    if (text !== undefined) found.push(...installs(text, lineCounter(text, 1), { path, source: 'shell' }));
  }
  for (const path of await workspace.mentioning(workspace.glob('**/*.ipynb'), needles)) {
    if ((await workspace.mentioning([path], ['install'])).length === 0) continue;
    for (const { text, line } of (await workspace.facts(notebookCommands, path)) ?? []) {
      found.push(...installs(text, () => line, { path, source: 'notebook' }));
    }
  }
  return found;
}

async function fromDockerfile(workspace: Workspace, path: string): Promise<Installed[]> {
  const facts = await workspace.facts(dockerfileExtractor, path);
  return facts
    ? steps(facts)
        .filter(({ instruction }) => instruction.keyword === 'RUN')
        .flatMap(({ instruction, variables }) =>
          installs(runText(instruction), (offset) => lineAt(instruction, offset), { path, source: 'Dockerfile' }).map(
            (one) => ({
              ...one,
              requirements: one.requirements.map((requirement) => withVersion(requirement, variables)),
            }),
          ),
        )
    : [];
}

/** `h2o==${H2O_VERSION}` where ARG or ENV says what that is. An unknown variable stays as written. */
const withVersion = (requirement: Requirement, variables: Variables): Requirement => ({
  ...requirement,
  clauses: requirement.clauses.map(({ operator, version }) => ({ operator, version: filledIn(version, variables) })),
});

/** The JSON form has no shell: its words are the command. Of a here-document alone the body is the script; offsets stay. */
function runText({ exec, text }: Instruction): string {
  if (exec) return exec.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const opening = /^<<-?(["']?)\w+\1[ \t]*\n(?!#!(?!.*sh\b))/.exec(text)?.[0];
  return opening === undefined ? text : opening.replace(/[^\n]/g, ' ') + text.slice(opening.length);
}

const SHELL = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|z|a)?sh$/;

function installs(
  text: string,
  lineOf: (offset: number) => number,
  place: Pick<Installed, 'path' | 'source'>,
): Installed[] {
  return shellCommands(text).flatMap((command) => {
    const { input, words } = command;
    if (input && SHELL.test(words[0]?.text ?? ''))
      return installs(input.text, (offset) => lineOf(input.start + offset), place);
    const found = installation(command, lineOf);
    return found ? [{ ...found, ...place }] : [];
  });
}

/** Scalars that may hold a command, with the file's line of each offset. */
function* scripts(node: YamlNode): Generator<{ text: string; lineOf: (offset: number) => number }> {
  const stack = [node];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (current.kind === 'scalar') {
      const text = current.text ?? '';
      const block = current.style === 'literal' || current.style === 'folded';
      if (/\binstall\b|\badd\b/.test(text)) yield { text, lineOf: lineCounter(text, current.line + (block ? 1 : 0)) };
    } else stack.push(...current.items(), ...current.entries().map(({ value }) => value));
  }
}

function lineCounter(text: string, first: number): (offset: number) => number {
  return (offset) => {
    let line = first;
    for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
    return line;
  };
}
