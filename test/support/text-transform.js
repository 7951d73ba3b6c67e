const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { parse } = require('yaml');

// Lets jest import a script as the text that it is and YAML as what it says, as the build does: from the file, for jest
// takes a `#!` line away from what it hands over.
const read = (path) => {
  const text = readFileSync(path, 'utf8');
  return path.endsWith('.yaml') ? parse(text) : text;
};

module.exports = {
  process: (_, path) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(read(path))} };` }),
  getCacheKey: (_, path) => createHash('sha256').update(`whole file ${path}`).update(readFileSync(path)).digest('hex'),
};
