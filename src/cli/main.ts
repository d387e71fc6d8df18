import { Command, CommanderError } from 'commander';
import { UsageError } from '../core/errors.js';
import { addCatalogueCommands } from './catalogue.js';
import { addGraphCommand } from './graph-command.js';
import { addPlanCommands } from './plan-commands.js';
import { addDoctorCommand } from './doctor-command.js';
import { addReviewCommand } from './review-command.js';
import { addScenariosCommand } from './scenarios-command.js';
import { addSeedCommands } from './seed-commands.js';
import { VERSION } from './version.js';
import { printable } from '../report/escape.js';
import { ReviewAborted } from '../worker/pool.js';

/** Runs one command line. Never throws, never exits: the caller sets the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('dialectic')
    .description(
      'Reviews data and ML platforms by the 4+1 view model, and asks every change for thesis, antithesis and synthesis.',
    )
    .version(VERSION)
    .showHelpAfterError('(dialectic --help lists the commands)')
    .showSuggestionAfterError()
    .exitOverride();
  const done = (result: number): void => {
    code = result;
  };
  addReviewCommand(program, done);
  addSeedCommands(program, done);
  addScenariosCommand(program, done);
  addGraphCommand(program, done);
  addPlanCommands(program, done);
  addCatalogueCommands(program, done);
  addDoctorCommand(program, done);
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    return failed(error);
  }
}

/** Three known kinds of error print one line; anything else is a defect of ours and keeps its stack. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    // It may quote a file of the checkout.
    process.stderr.write(`dialectic: ${printable(error.message)}\n`);
    return 2;
  }
  if (error instanceof ReviewAborted) {
    process.stderr.write(
      `dialectic: ${error.why}, so nothing is known. Review a part of it: a subfolder, or one --view.\n`,
    );
    return 1;
  }
  process.stderr.write(
    `dialectic: this is a defect of Dialectic, please report it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 2;
}
