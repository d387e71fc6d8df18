import { Option, type Command } from 'commander';
import { scenarioRows, table } from '../models/scenarios/table.js';
import { jsonText } from '../report/escape.js';
import { tableMarkdown, inert } from '../report/markdown.js';
import { tableText } from '../report/text.js';
import { withWorkspace } from './local-workspace.js';
import { configOption } from './options.js';

export function addScenariosCommand(program: Command, done: (code: number) => void): void {
  program
    .command('scenarios')
    .description('the scenarios and failure modes, and what speaks for each')
    .argument('[path]', 'folder of the repository', '.')
    .addOption(
      new Option('--format <format>', 'how to print the result').choices(['text', 'json', 'markdown']).default('text'),
    )
    .addOption(configOption())
    .action(async (path: string, options: { format: string; config?: string }) => {
      const rows = await withWorkspace(path, options, scenarioRows);
      const { head, rows: cells } = table(rows);
      const printed = {
        text: () => tableText(head, cells, 'wrap').join('\n'),
        json: () => jsonText(rows),
        markdown: () =>
          tableMarkdown(
            head,
            cells.map((row) => row.map((cell) => inert(cell))),
          ),
      }[options.format as 'text' | 'json' | 'markdown'];
      process.stdout.write(`${printed()}\n`);
      done(0);
    });
}
