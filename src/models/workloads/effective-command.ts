import type { Container, Place } from './model.js';

export interface EffectiveCommand {
  readonly words: readonly string[];
  readonly at: Place;
  /** For people: `the command`, `ENTRYPOINT`, `CMD`. */
  readonly source: string;
  /** One word, a command line for `/bin/sh -c`. */
  readonly shell: boolean;
}

/** Entry point and command as the container's platform puts them together. */
export function effectiveCommand(container: Container): EffectiveCommand {
  const { entrypoint, command, built } = container;
  const dockerfile = (line: number, endLine: number): Place => ({ path: built?.dockerfile ?? '', line, endLine });
  if (entrypoint !== undefined) {
    return {
      words: [...entrypoint.words, ...(command?.words ?? [])],
      at: entrypoint.at,
      source: 'the command',
      shell: false,
    };
  }
  const first = built?.entrypoint;
  if (first?.form === 'shell')
    return { words: first.words, at: dockerfile(first.line, first.endLine), source: 'ENTRYPOINT', shell: true };
  const rest = command ?? built?.command;
  const restPlace = command?.at ?? (built?.command ? dockerfile(built.command.line, built.command.endLine) : undefined);
  const at = restPlace ?? (first ? dockerfile(first.line, first.endLine) : container.at);
  if (first === undefined && command === undefined && built?.command?.form === 'shell') {
    return { words: built.command.words, at, source: 'CMD', shell: true };
  }
  const place = first !== undefined && command === undefined ? dockerfile(first.line, first.endLine) : at;
  return {
    words: [...(first?.words ?? []), ...(rest?.words ?? [])],
    at: place,
    source: command ? 'the command' : first ? 'ENTRYPOINT' : 'CMD',
    shell: false,
  };
}

/** `sh -c "…"` → the command line. */
export function shellArgument(words: readonly string[]): string | undefined {
  const shell = words.findIndex((word) => /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(word));
  if (shell < 0) return undefined;
  const flag = words.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word));
  return flag < 0 ? undefined : words[flag + 1];
}
