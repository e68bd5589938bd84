// CommonJS transform: no --experimental-vm-modules needed; see docs/decisions/2026-11-22-toolchain.md.
const swc = [
  '@swc/jest',
  {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

module.exports = {
  testEnvironment: '<rootDir>/test/support/patient-environment.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '^.+\\.[tm]?[jt]s$': swc },
  // fastify's `inject` reaches cookie, which is ESM only.
  transformIgnorePatterns: ['/node_modules/(?!cookie/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
