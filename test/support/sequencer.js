const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take seconds: they go first, or one of them would run alone at the end. */
const LONG = [
  'killed',
  'environments/generated',
  'stores/redis-scripts',
  'stores/redis-keeper-forming',
  'stores/redis-keeper',
  'stores/redis-keeper-empty-volume',
  'stores/redis-keeper-addresses',
  'backup/scripts-publish',
  'docs/readme',
];

// jest knows by itself only after a first run, and a clean clone has none
module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (LONG.some((name) => path.endsWith(`/${name}.test.ts`)) ? 0 : 1);
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
