import { shellWords } from '../workloads/words.js';

export interface JavaCall {
  /** Everything between `java` and the main class or `-jar`. */
  readonly options: readonly string[];
  /** `@argfile`s among them whose content is not known. */
  readonly argumentFiles: readonly string[];
  /** What it runs: the main class, the file after `-jar`, the module after `-m`. */
  readonly program: string | undefined;
}

/** The words of an `@argfile`; undefined when its content is not known. */
export type ArgumentReader = (word: string) => readonly string[] | undefined;

/** Options whose value is the next word. */
const WITH_VALUE =
  /^(?:-cp|-classpath|--class-path|-p|--module-path|--add-modules|--add-opens|--add-exports|--add-reads|--upgrade-module-path|--limit-modules)$/;
const WRAPPERS = new Set([
  'exec',
  'nohup',
  'time',
  'tini',
  'dumb-init',
  'gosu',
  'su-exec',
  'nice',
  'command',
  'sudo',
  'ionice',
  'numactl',
]);

/** The call of the java launcher among the words of an exec form; undefined when there is none. */
export function javaCall(words: readonly string[], read: ArgumentReader = () => undefined): JavaCall | undefined {
  const start = words.findIndex(
    (word, index) => isJava(word) && words.slice(0, index).every((before, at) => isPrefix(before, words[at - 1])),
  );
  return start < 0 ? undefined : optionsAfter(words, start, read);
}

/** The first call of the java launcher in a shell's command line, which may chain commands. */
export function javaCallInShell(line: string, read: ArgumentReader = () => undefined): JavaCall | undefined {
  const words = shellWords(
    line
      .replace(/\\\r?\n/g, ' ')
      .replace(/\r?\n/g, ' ; ')
      .replace(/(&&|\|\||[;|&()])/g, ' $1 '),
  );
  for (let start = 0; start < words.length; start++) {
    const word = words[start] ?? '';
    if (isJava(word) && isCommandPosition(words, start)) return optionsAfter(words, start, read);
  }
  return undefined;
}

const isJava = (word: string): boolean => /^(?:[^\s=]*\/)?java$/.test(word);

const SEPARATOR = /^(?:&&|\|\||[;|&(){}!]|then|do|else|if|while|--)$/;

function isCommandPosition(words: readonly string[], index: number): boolean {
  for (let i = index - 1; i >= 0; i--) {
    const word = words[i] ?? '';
    if (SEPARATOR.test(word)) return true;
    if (!isPrefix(word, words[i - 1])) return false;
  }
  return true;
}

/** What may stand before `java` without being the program: wrappers, their flags and the user they switch to, assignments. */
function isPrefix(word: string, before: string | undefined): boolean {
  const name = word.slice(word.lastIndexOf('/') + 1);
  if (WRAPPERS.has(name) || word.startsWith('-') || /^[A-Za-z_]\w*=/.test(word)) return true;
  return before !== undefined && /(?:^|\/)(?:gosu|su-exec|nice|sudo)$|^-[nug]$/.test(before);
}

function optionsAfter(all: readonly string[], start: number, read: ArgumentReader): JavaCall {
  const words = all.slice(start + 1).flatMap((word) => read(word) ?? [word]);
  const options: string[] = [];
  const argumentFiles: string[] = [];
  let program: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('@')) argumentFiles.push(word);
    else if (WITH_VALUE.test(word)) i++;
    else if (!word.startsWith('-') && word !== '' && !word.startsWith('\uE000')) {
      program = word;
      break;
    } else if (word === '-jar' || word === '-m' || word === '--module') {
      program = words[i + 1];
      break;
    } else options.push(word);
  }
  return { options, argumentFiles, program };
}

/** A node of an H2O cluster: `-jar h2o.jar`, `h2o-3.46.0.6.jar`, `water.H2OApp`. The scoring library is another file. */
export const runsH2o = ({ program }: JavaCall): boolean =>
  program !== undefined &&
  /(?:^|\/)h2o(?:-?3)?(?:-\d[\w.]*)?\.jar$|^water\.H2O(?:App|Starter|ClientApp)$/i.test(program);
