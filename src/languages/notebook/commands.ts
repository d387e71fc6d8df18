import type { Extractor } from '../../core/facts.js';
import { decodeText } from '../text.js';
import { codeCells, type SourceLine } from './cells.js';

/** A command that a notebook hands to the shell or to IPython's package magic. */
export type NotebookCommand = SourceLine;

/** `!pip install x`, `%pip install x`, `%conda install x`, IPython's bare `pip install x`, and every line of a `%%bash` or `%%sh` cell. */
export const notebookCommands: Extractor<readonly NotebookCommand[]> = {
  name: 'notebook-commands',
  version: 2,
  extract: (bytes) => ({
    facts: codeCells(decodeText(bytes)).flatMap(({ lines }) => {
      const first = lines.find(({ text }) => text.trim() !== '')?.text ?? '';
      const shell = /^%%(?:bash|sh|script)\b/.test(first);
      return lines.flatMap(({ text, line }) => {
        if (shell) return text.startsWith('%%') ? [] : [{ text, line }];
        const command = /^\s*(?:!+|%(?=pip\b|conda\b|mamba\b|uv\b)|(?=(?:pip|conda) install\s))\s*(\S.*)$/.exec(
          text,
        )?.[1];
        return command === undefined ? [] : [{ text: command, line }];
      });
    }),
  }),
};
