/** Jest runs TypeScript through swc as native ES modules (see the `test` script for the Node flag). */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', {}] },
  // Sources import "./x.js", as Node wants it; the tests run the .ts file behind that name.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // A busy machine may take seconds for what takes milliseconds; a test that hangs still ends.
  testTimeout: 60_000,
  // A test that failed may leave a server open; the run must end and say so all the same.
  forceExit: true,
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
