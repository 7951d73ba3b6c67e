// Two bundles: main.js is the command line with everything in it (one file loads several times faster than the
// packages one by one); index.js is the library, whose dependencies stay the user's own.
const esbuild = require('esbuild');
const fs = require('node:fs');

const common = { bundle: true, platform: 'node', target: 'node20', loader: { '.sh': 'text' }, logLevel: 'warning' };
if (fs.existsSync('main.ts'))
  esbuild.buildSync({ ...common, entryPoints: ['main.ts'], outfile: 'build/main.js', minify: true, keepNames: true });
if (fs.existsSync('lib/index.ts'))
  esbuild.buildSync({ ...common, entryPoints: ['lib/index.ts'], outfile: 'build/index.js', packages: 'external' });
