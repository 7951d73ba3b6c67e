// What a synth costs, as ratios within one run: the machine's speed and load cancel out. `--write` puts the figures
// into bench/README.md.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const root = path.join(__dirname, '..');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-'));
const usageFile = path.join(work, 'usage.json');

/** CPU milliseconds (user and system) and peak memory (MiB) of one process. */
function measure(args) {
  execFileSync(process.execPath, ['--require', path.join(__dirname, 'usage.js'), ...args], {
    cwd: root,
    env: { ...process.env, BENCH_USAGE: usageFile },
    stdio: 'ignore',
  });
  return JSON.parse(fs.readFileSync(usageFile, 'utf8'));
}

const synth = (files, out) => ['build/main.js', 'synth', ...files, '--out', path.join(work, out)];

/** An environment with as many agents, each with every store. */
function environment(agents) {
  const file = path.join(work, `agents-${agents}.yaml`);
  const one = (index) =>
    `  agent-${index}: { image: registry.example.com/agent:1, host: a${index}.example.com, replicas: { min: 2, max: 3 }, uses: [redis, memcached, chroma, minio] }\n`;
  const all = Array.from({ length: agents }, (_, index) => one(index)).join('');
  fs.writeFileSync(
    file,
    `name: agents-${agents}\nagents:\n${all}stores: { redis: {}, memcached: { connections: 9000 }, chroma: {}, minio: {} }\nedge: { controller: nginx }\nobservability: { provider: prometheus-operator }\n`,
  );
  return file;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Rounds of pairs: both sides of a ratio are measured one right after the other. */
function pairs(first, second, field) {
  const measured = Array.from({ length: ROUNDS }, () => [measure(first), measure(second)]);
  return { ratio: median(measured.map(([a, b]) => b[field] / a[field])), measured };
}

const environments = fs.readdirSync(path.join(root, 'environments')).map((file) => `environments/${file}`);
const cold = pairs(['-e', '0'], synth(environments, 'three'), 'cpu');
const growth = pairs(synth([environment(50)], 'few'), synth([environment(200)], 'many'), 'cpu');
const rss = (list, index) => median(list.map((pair) => pair[index].rss));

const rows = [
  ['CPU time, three environments cold / `node -e 0`', cold.ratio, 5],
  ['peak memory, three environments cold (MiB)', rss(cold.measured, 1), 90],
  ['CPU time, 200 agents / 50 agents', growth.ratio, 4.5],
  ['peak memory, 200 agents / 50 agents', rss(growth.measured, 1) / rss(growth.measured, 0), 3],
].map(([name, value, target]) => ({ name, value, target, ok: value <= target }));

const table = [
  '| what | measured | target |',
  '|---|---|---|',
  ...rows.map(({ name, value, target, ok }) => `| ${name} | ${value.toFixed(1)}${ok ? '' : ' (missed)'} | at most ${target} |`),
].join('\n');
console.log(table);
console.log(`\nmedians of ${ROUNDS} pairs, Node ${process.version}`);
if (process.argv.includes('--write')) {
  const readme = path.join(__dirname, 'README.md');
  const text = fs
    .readFileSync(readme, 'utf8')
    .replace(
      /<!-- figures -->[\s\S]*<!-- end -->/,
      `<!-- figures -->\n${table}\n\nMedians of ${ROUNDS} pairs, Node ${process.version}.\n<!-- end -->`,
    );
  fs.writeFileSync(readme, text);
}
fs.rmSync(work, { recursive: true });
