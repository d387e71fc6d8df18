/** A server's URL, when the environment names one. */
export const SERVER = process.env['VERIFY_DATABASE_URL'];

/**
 * The built child, which `npm test` makes first. Not the sources through a loader: their compiler is native code that
 * unpacks itself into a cache at first use, and the child may write nothing.
 */
export const CHILD = ['dist/verify/child.js'];

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
