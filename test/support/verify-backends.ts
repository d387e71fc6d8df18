/** A server's URL, when the environment names one. */
export const SERVER = process.env['VERIFY_DATABASE_URL'];

/** Starts the child from the sources instead of the built file: that loader needs a worker and a native module. */
export const CHILD = [
  ...['--allow-worker', '--allow-addons'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)),
  'scripts/run-ts.mjs',
  'src/verify/child.ts',
];

/** What there is to ask on this machine, by name; says why, when the server is left out. */
export function backends(): [name: string, url: string | undefined][] {
  if (SERVER !== undefined)
    return [
      ['embedded', undefined],
      ['server', SERVER],
    ];
  process.stdout.write('verify: the part with a server is skipped, because VERIFY_DATABASE_URL is not set\n');
  return [['embedded', undefined]];
}
