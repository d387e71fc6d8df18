import { parseRequirement, type Requirement } from '../requirements/requirement.js';
import { fromMatchSpec } from '../conda/extractor.js';
import type { ShellCommand, ShellWord } from './lexer.js';

/** What an install command asks for. */
export interface Installation {
  readonly tool: 'pip' | 'conda' | 'poetry' | 'pipenv';
  readonly requirements: readonly Requirement[];
  /** `-r` and `-c` files as written. */
  readonly includes: readonly {
    readonly kind: 'requirements' | 'constraints';
    readonly path: string;
    readonly line: number;
  }[];
}

/** Options of pip, uv pip, conda and poetry that take a value as the next word. */
const WITH_VALUE = new Set(
  (
    '-i --index-url --extra-index-url -f --find-links -t --target --platform --python-version --implementation --abi ' +
    '--root --prefix --src --proxy --timeout --retries --trusted-host --cert --client-cert --cache-dir --log -e --editable ' +
    '--progress-bar --python -p --no-binary --only-binary --report --index --default-index --index-strategy --config-settings ' +
    '-n --name --channel -G --group --source --extras -E --upgrade-strategy --use-feature --exists-action --with'
  ).split(' '),
);

/**
 * Reads `pip install …`, `python -m pip install …`, `uv pip install …`, `uv add`, `uv tool run --with`, `conda install …`,
 * `poetry add …`, `pipenv install …`, `pip3.11`, `/venv/bin/pip`. Undefined for other commands.
 * @param lineOf the file's line of an offset in the text
 */
export function installation(command: ShellCommand, lineOf: (offset: number) => number): Installation | undefined {
  const words = [...command.words];
  while (/^(?:sudo|exec|env|command|nohup|-[EHn]|[A-Za-z_]\w*=.*)$/.test(words[0]?.text ?? '')) words.shift();
  const tool = installer(words);
  if (!tool) return undefined;
  const requirements: Requirement[] = [];
  const includes: Installation['includes'][number][] = [];
  const rest = words.slice(tool.skip);
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index];
    if (!word) continue;
    const file = /^(?:-r|--requirement|--requirements|-c|--constraint|--constraints)(?:=(.*))?$/.exec(word.text);
    if (file && tool.name !== 'conda') {
      const path = file[1] ?? rest[++index]?.text;
      const kind = /^(?:-r|--req)/.test(word.text) ? 'requirements' : 'constraints';
      if (path !== undefined) includes.push({ kind, path, line: lineOf(word.start) });
    } else if (WITH_VALUE.has(word.text) || (tool.name === 'conda' && word.text === '-c')) index++;
    else if (!word.text.startsWith('-')) requirements.push(...read(tool.name, word, lineOf(word.start)));
  }
  return { tool: tool.name, requirements, includes };
}

function read(tool: Installation['tool'], word: ShellWord, line: number): readonly Requirement[] {
  if (tool === 'conda') return fromMatchSpec(word.text, line);
  const at = tool === 'poetry' ? /^([A-Za-z][\w.-]*(?:\[[^\]]*\])?)@(.+)$/.exec(word.text) : null;
  const exact = at && /^\d/.test(at[2] ?? '') ? `${at[1]}==${at[2]}` : (at?.[1] ?? word.text);
  const requirement = parseRequirement(exact, line);
  return requirement && !/[$`{]/.test(requirement.name) ? [{ ...requirement, text: word.text }] : [];
}

function installer(words: readonly ShellWord[]): { name: Installation['tool']; skip: number } | undefined {
  const [first = '', second = '', third = '', fourth = ''] = words.slice(0, 4).map(({ text }) => base(text));
  if (/^[!%]?pip[\d.]*$/.test(first) && second === 'install') return { name: 'pip', skip: 2 };
  if (/^python[\d.]*$/.test(first) && second === '-m' && third.startsWith('pip') && fourth === 'install') {
    return { name: 'pip', skip: 4 };
  }
  if (first === 'uv' && second === 'pip' && third === 'install') return { name: 'pip', skip: 3 };
  if (first === 'uv' && second === 'add') return { name: 'pip', skip: 2 };
  if (/^(?:conda|mamba|micromamba)$/.test(first) && /^(?:install|create)$/.test(second))
    return { name: 'conda', skip: 2 };
  if (first === 'poetry' && second === 'add') return { name: 'poetry', skip: 2 };
  if (first === 'pipenv' && second === 'install') return { name: 'pipenv', skip: 2 };
  return undefined;
}

const base = (word: string): string => (word.startsWith('-') ? word : (word.split('/').at(-1) ?? word));
