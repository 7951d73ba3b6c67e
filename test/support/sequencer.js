const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take seconds: they go first, or one of them would run alone at the end. */
const LONG = ['killed', 'stores/redis-keeper', 'environments/generated', 'stores/redis-scripts', 'backup/scripts-publish', 'docs/readme'];

// jest knows by itself only after a first run, and a clean clone has none
module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (LONG.some((name) => path.endsWith(`/${name}.test.ts`)) ? 0 : 1);
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
