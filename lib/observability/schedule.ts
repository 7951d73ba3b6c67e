import { type Cron, parseCron } from '../kube';

const DAY = 86_400;
/** Long enough for 29 February to come twice. */
const YEARS = 9;

/**
 * Longest time between two runs of a CronJob, in seconds.
 *
 * @param schedule a schedule that Kubernetes accepts
 * @throws Error if it never runs, as on 30 February, or only once in nine years
 */
export function longestGap(schedule: string): number {
  const cron = parseCron(schedule);
  const gap = cron && longest(daysOf(cron));
  if (!gap) throw new Error(`schedule "${schedule}": expected one that runs`);
  const times = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 3600 + minute * 60));
  return longest([0, gap * DAY].flatMap((day) => times.map((time) => day + time)));
}

/** The days of some years that a schedule runs on, ascending. */
function daysOf({ days, months, weekdays, eitherDay }: Cron): number[] {
  // a schedule of every day shows its gap in two days
  const isDaily = days.length === 31 && months.length === 12 && weekdays.length === 7;
  const all = Array.from({ length: isDaily ? 2 : YEARS * 366 }, (_, index) => index);
  return all.filter((number) => {
    const date = new Date(Date.UTC(2024, 0, 1 + number));
    const [onDay, onWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    return months.includes(date.getUTCMonth() + 1) && (eitherDay ? onDay || onWeekday : onDay && onWeekday);
  });
}

/** The longest way from one number to the next. */
function longest(ascending: readonly number[]): number {
  return Math.max(0, ...ascending.map((number, index) => number - (ascending[index - 1] ?? number)));
}
