const Sequencer = require('@jest/test-sequencer').default;

/** Files in the order of their names: a platform comes up before it is killed. */
module.exports = class InOrder extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
  }
};
