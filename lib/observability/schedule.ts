const WORDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ' jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const DAY = 86_400;
/** Long enough for 29 February, which a schedule may name, to come twice. */
const YEARS = 9;

/**
 * Longest time between two runs of a CronJob, in seconds.
 *
 * @param schedule a schedule that Kubernetes accepts
 * @throws Error if it never runs, as on 30 February
 */
export function longestGap(schedule: string): number {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = (WORDS[schedule] ?? schedule).trim().split(/\s+/);
  const minutes = values(minute, 0, 59);
  const times = values(hour, 0, 23).flatMap((h) => minutes.map((m) => h * 3600 + m * 60));
  const [days, months, weekdays] = [values(day, 1, 31), values(month, 1, 12, MONTHS), values(weekday, 0, 6, WEEKDAYS)];
  // as cron has it: where both days are restricted, either is enough
  const either = !day.startsWith('*') && !weekday.startsWith('*');
  let previous: number | undefined;
  let longest = 0;
  // a schedule of every day shows all of its gaps in two days
  const span = [day, month, weekday].every((field) => field === '*') ? 2 : YEARS * 366;
  for (let number = 0; number < span; number++) {
    const date = new Date(Date.UTC(2024, 0, 1 + number));
    const [onDay, onWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    if (!months.includes(date.getUTCMonth() + 1) || !(either ? onDay || onWeekday : onDay && onWeekday)) continue;
    for (const time of times) {
      const run = number * DAY + time;
      if (previous !== undefined) longest = Math.max(longest, run - previous);
      previous = run;
    }
  }
  if (longest === 0) throw new Error(`schedule "${schedule}": expected one that runs`);
  return longest;
}

/** All values of one field, ascending. */
function values(field: string, low: number, high: number, names: readonly string[] = []): number[] {
  const number = (word: string) => (names.includes(word.toLowerCase()) ? names.indexOf(word.toLowerCase()) : Number(word));
  const chosen = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' ? [low, high] : range.split('-').map(number);
    const last = to ?? (step === undefined ? from : high);
    for (let value = from ?? low; value <= (last ?? high); value += Number(step ?? 1)) chosen.add(value);
  }
  return [...chosen].sort((a, b) => a - b);
}
