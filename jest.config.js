module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(services|edge|cluster|e2e)/'],
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
    '\\.(sh|py|conf|yaml)$': '<rootDir>/test/support/text-transform.js',
  },
};
