const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

// Lets jest import a script as the text that it is, as the build's text loader does: from the file, for jest takes a
// `#!` line away from what it hands over.
module.exports = {
  process: (_, path) => ({
    code: `module.exports = { __esModule: true, default: ${JSON.stringify(readFileSync(path, 'utf8'))} };`,
  }),
  getCacheKey: (_, path) => createHash('sha256').update(`whole file ${path}`).update(readFileSync(path)).digest('hex'),
};
