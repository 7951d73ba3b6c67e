const base = require('../../jest.config.js');

module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // one cluster, one paragraph of the story after the other
  maxWorkers: 1,
  testSequencer: '<rootDir>/test/e2e/support/in-order.js',
  testTimeout: 300_000,
  globalSetup: '<rootDir>/test/e2e/support/setup.ts',
  globalTeardown: '<rootDir>/test/e2e/support/teardown.ts',
};
