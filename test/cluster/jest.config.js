const base = require('../../jest.config.js');

module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // one API server for the whole run: the environments are applied to it one after the other
  maxWorkers: 1,
  testTimeout: 180_000,
  globalSetup: '<rootDir>/test/cluster/support/setup.ts',
  globalTeardown: '<rootDir>/test/cluster/support/teardown.ts',
};
