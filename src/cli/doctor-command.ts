import type { Command } from 'commander';
import pc from 'picocolors';
import { printable } from '../report/escape.js';
import type { Diagnosis } from '../github/doctor.js';

const SIGN = { ok: pc.green('✓'), warn: pc.yellow('!'), fail: pc.red('✗') } as const;

/** `dialectic doctor`: the App's live settings on GitHub, and what to change. */
export function addDoctorCommand(program: Command, done: (code: number) => void): void {
  program
    .command('doctor')
    .description(
      "check the GitHub App's permissions, events, webhook, deliveries and the branch rules of its repositories",
    )
    .option('--repository <owner/name>', 'only this repository')
    .action(async (options: { repository?: string }) => {
      // Loaded only here: every other command does without a GitHub client.
      const { diagnose } = await import('../wiring/doctor.js');
      const diagnoses = await diagnose(process.env, options.repository);
      for (const one of diagnoses) process.stdout.write(`${lineOf(one)}\n`);
      done(diagnoses.some(({ level }) => level === 'fail') ? 1 : 0);
    });
}

const lineOf = ({ level, subject, message, remedy }: Diagnosis): string =>
  `${SIGN[level]} ${printable(`${subject}: ${message}${remedy ? `\n    ${remedy}` : ''}`)}`;
