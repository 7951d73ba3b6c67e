const base = require('../../jest.config.js');

module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/services/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // real servers share two cores in CI: one suite at a time keeps their start-up times predictable
  maxWorkers: 1,
  testTimeout: 120_000,
  globalSetup: '<rootDir>/test/services/support/setup.ts',
  globalTeardown: '<rootDir>/test/services/support/teardown.ts',
};
