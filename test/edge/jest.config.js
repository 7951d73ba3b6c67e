const base = require('../../jest.config.js');

module.exports = {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/edge/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  // all rows are measured side by side before the first test, and the slowest takes 90 seconds
  testTimeout: 400_000,
};
