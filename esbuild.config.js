// Two bundles: index.js is the library, whose dependencies stay the user's own; cli.js is the command line with
// everything in it, and main.js starts it from V8's code cache.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const esbuild = require('esbuild');
const { parse } = require('yaml');

const loader = { '.sh': 'text', '.py': 'text', '.conf': 'text' };
/** YAML for those who edit alerts, JSON for a start of the program, which parses nothing. */
const yaml = {
  name: 'yaml',
  setup({ onLoad }) {
    onLoad({ filter: /\.yaml$/ }, ({ path }) => ({ contents: JSON.stringify(parse(fs.readFileSync(path, 'utf8'))), loader: 'json' }));
  },
};
const common = { bundle: true, platform: 'node', target: 'node20', loader, plugins: [yaml], logLevel: 'warning' };
/** cdk8s starts programs for Helm charts and files of other places, which a synth never does: Node need not load that. */
const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^child_process$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

async function build() {
  await esbuild.build({ ...common, entryPoints: ['lib/index.ts'], outfile: 'build/index.js', packages: 'external' });
  await esbuild.build({
    ...common,
    entryPoints: ['main.ts'],
    outfile: 'build/cli.js',
    minify: true,
    plugins: [yaml, withoutPrograms],
  });
  fs.copyFileSync('launch.js', 'build/main.js');
  fs.chmodSync('build/main.js', 0o755);
  // what a synth compiles is in the cache only after one has run
  execFileSync(process.execPath, ['build/main.js', '--write-code-cache']);
  fs.rmSync('build/warm-up', { recursive: true });
}

build();
