import { parseCron } from '../../lib/kube';
import { longestGap } from '../../lib/observability/schedule';

const HOUR = 3600;
const DAY = 24 * HOUR;

test.each([
  ['0 2 * * *', DAY],
  ['@daily', DAY],
  ['*/15 * * * *', 15 * 60],
  ['10/25 * * * *', 35 * 60],
  ['0 */6 * * *', 6 * HOUR],
  ['0 8-18/2 * * *', 14 * HOUR],
  ['0 2 * * 0', 7 * DAY],
  ['0 2 * * mon-fri', 3 * DAY],
  ['0 2 * * MON,thu', 4 * DAY],
  ['0 2 1 * *', 31 * DAY],
  ['0 2 1 jan,jul *', 184 * DAY],
  ['@yearly', 366 * DAY],
  ['0 0 29 2 *', 1461 * DAY],
  // either day is enough: the first of the month, and every Sunday
  ['0 2 1 * 0', 7 * DAY],
  // a star with a step restricts nothing by itself: both days must fit
  ['0 2 */2 * 1', 21 * DAY],
])('%s runs at least once in %d seconds', (schedule, seconds) => {
  expect(parseCron(schedule)).toBeDefined();
  expect(longestGap(schedule)).toBe(seconds);
});

test('a schedule that never runs makes no backups', () => {
  expect(() => longestGap('0 0 30 2 *')).toThrow('schedule "0 0 30 2 *": expected one that runs');
});

test('a day of the month that must be a Sunday too comes too rarely: a few hours between its runs are not the longest', () => {
  expect(() => longestGap('0 * 24 5 */7')).toThrow('schedule "0 * 24 5 */7": expected one that runs');
});
