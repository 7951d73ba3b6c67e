module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(services|edge|cluster|e2e)/'],
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  // jest's own default leaves one core idle
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/sequencer.js',
  // jest looks these up anew at each use, through the context of the test file: it costs a fifth of the time
  sandboxInjectedGlobals: ['Array', 'Error', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Reflect', 'RegExp', 'Set', 'String', 'Symbol'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
    '\\.(sh|py|conf|yaml)$': '<rootDir>/test/support/text-transform.js',
  },
};
