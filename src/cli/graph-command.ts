import { Option, type Command } from 'commander';
import { asyncGraphOf, renderAsyncGraph, type GraphFormat } from '../models/call-graph/render.js';
import { radar } from '../models/call-graph/radar.js';
import { schemaMermaid, schemaPicture } from '../models/schema/diagram.js';
import { schemaModel } from '../models/schema/index.js';
import { jsonText, printable, safeJson } from '../report/escape.js';
import { withWorkspace } from './local-workspace.js';
import { configOption } from './options.js';

export function addGraphCommand(program: Command, done: (code: number) => void): void {
  const graph = program.command('graph').description('draw what the checks see');
  graph
    .command('async')
    .description('what runs on the event loop: where it starts, what it calls, where it blocks')
    .option('--source-dir <dir>', 'folder of the service', '.')
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['mermaid', 'dot', 'json']).default('mermaid'),
    )
    .addOption(configOption())
    .action(async (options: { sourceDir: string; format: GraphFormat; config?: string }) => {
      const found = await withWorkspace(options.sourceDir, options, (workspace) => workspace.model(radar));
      const text = renderAsyncGraph(asyncGraphOf(found), options.format);
      process.stdout.write(options.format === 'json' ? safeJson(text) : printable(text));
      done(0);
    });
  graph
    .command('schema')
    .description('the folded database schema: tables, JSONB columns, their indexes, the revision that made them')
    .option('--migration-dir <dir>', 'folder of the migrations, or of the repository', '.')
    .addOption(new Option('--format <format>', 'how to print it').choices(['mermaid', 'json']).default('mermaid'))
    .addOption(configOption())
    .action(async (options: { migrationDir: string; format: string; config?: string }) => {
      const schema = await withWorkspace(options.migrationDir, options, (workspace) => workspace.model(schemaModel));
      if (schema.tables.length === 0) process.stderr.write('dialectic: no table is made here.\n');
      process.stdout.write(
        options.format === 'json' ? `${jsonText(schemaPicture(schema))}\n` : printable(schemaMermaid(schema)),
      );
      done(0);
    });
}
