import { cron, InvalidInput, parse, parseCron, timeZone } from '../../lib/kube';

/** What the parser behind CronJobs takes: robfig/cron v3, ParseStandard. */
const ACCEPTED = [
  ...['* * * * *', '0 2 * * *', '59 23 31 12 6', '0 0 1 1 0', '00 02 * * *', '0  2\t* * *', ' 0 2 * * * '],
  ...['1,2,59 * * * *', '1-5 * * * *', '5-5 * * * *', '0-59 0-23 1-31 1-12 0-6', '1-5,7,9-11 * * * *'],
  ...['*/15 * * * *', '*/1 * * * *', '*/015 * * * *', '5/15 * * * *', '1-30/7 * * * *', '*/5,1 * * * *', '*/120 * * * *'],
  ...['0 0 * jan *', '0 0 * JAN,dec *', '0 0 * feb-Nov *', '0 0 * * sun', '0 0 * * MON-fri', '0 0 * * mon-sat/2', '0 0 * 1-dec *'],
  ...['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'],
];

/** What it refuses, or means something else than a reader expects. */
const REFUSED: Record<string, readonly string[]> = {
  'too few or too many fields': ['', '*', '* * * *', '* * * * * *', '0 0 2 * * * 2026'],
  'out of range': ['60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *', '* * * 0 *', '* * * 13 *', '* * * * 7', '0-60 * * * *'],
  'backward range': ['5-1 * * * *', '* * * dec-jan *', '* * * * fri-mon'],
  'step of nothing': ['*/0 * * * *', '*/00 * * * *', '1-5/0 * * * *', '*/ * * * *', '/5 * * * *'],
  'step without end': ['*/99999999999999999999 * * * *'],
  'name in another field': ['jan * * * *', '* * * sun *', '* * * * jan', '* mon * * *', '* * mon * *'],
  'long name': ['* * * january *', '* * * * monday'],
  'broken list': ['1, * * * *', ',1 * * * *', '1,,2 * * * *'],
  'broken range': ['1- * * * *', '-1 * * * *', '*-5 * * * *', '1-2-3 * * * *', '1-* * * * *'],
  'no number': ['a * * * *', '1.5 * * * *', '0x5 * * * *', '1_0 * * * *', '?! * * * *', '* * L * *', '* * * * 1#2', '* * 15W * *'],
  'other words': ['@reboot', '@every 5m', '@Daily', 'daily', '@daily 0', 'TZ=UTC 0 2 * * *', 'CRON_TZ=UTC 0 2 * * *'],
};

test.each(ACCEPTED)('a schedule may be %p', (schedule) => {
  expect(parseCron(schedule)).toBeDefined();
  expect(parse(cron(), schedule, 'it')).toBe(schedule);
});

test.each(Object.entries(REFUSED).flatMap(([why, schedules]) => schedules.map((schedule) => [schedule, why] as const)))(
  'a schedule is not %p: %s',
  (schedule) => {
    expect(parseCron(schedule)).toBeUndefined();
    expect(() => parse(cron(), schedule, 'it')).toThrow(
      new InvalidInput('it', [
        {
          path: [],
          message: `got ${JSON.stringify(schedule)}, expected five fields such as "0 2 * * *" (minute hour day month weekday)`,
        },
      ]),
    );
  },
);

test.each([
  ...['UTC', 'Etc/UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+8'],
  ...['Asia/Calcutta', 'Asia/Kolkata', 'Europe/Kyiv', 'US/Eastern'], // older names too
])('a time zone may be %p', (name) => {
  expect(parse(timeZone(), name, 'it')).toBe(name);
});

test.each([
  ...['', 'Local', 'Nowhere/City', 'Europe', 'Europe/', '+08:00', 'UTC+8', 'CEST', 'UTC '],
  ...['asia/Shanghai', 'Asia/shanghai', 'EUROPE/BERLIN', 'utc', 'etc/utc'], // files that Kubernetes reads have one case
])('a time zone is not %p', (name) => {
  expect(() => parse(timeZone(), name, 'it')).toThrow(
    new InvalidInput('it', [{ path: [], message: `got ${JSON.stringify(name)}, expected a time zone such as Etc/UTC or Asia/Shanghai` }]),
  );
});
