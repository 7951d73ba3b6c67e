import { z } from 'zod';

const WORDS = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const STAR = /^\*(?=\/|$)/;
const PART = /^(\d+|[a-z]{3})(?:-(\d+|[a-z]{3}))?(?:\/0*([1-9]\d{0,2}))?$/;

/** When a CronJob runs: the values of each field, ascending. */
export type Cron = NonNullable<ReturnType<typeof parseCron>>;

/** Reads a schedule: five fields within their ranges, or one of the `@` words; nothing if Kubernetes would refuse it. */
export function parseCron(schedule: string) {
  const fields = (WORDS.get(schedule) ?? schedule).trim().toLowerCase().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const values = {
    minutes: valuesOf(minute, 0, 59),
    hours: valuesOf(hour, 0, 23),
    days: valuesOf(day, 1, 31),
    months: valuesOf(month, 1, 12, 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')),
    weekdays: valuesOf(weekday, 0, 6, 'sun mon tue wed thu fri sat'.split(' ')),
  };
  if (fields.length !== 5 || Object.values(values).some(({ length }) => length === 0)) return undefined;
  // as cron has it: where both days are restricted, either is enough
  return { ...values, eitherDay: !day.startsWith('*') && !weekday.startsWith('*') };
}

/** All values of a field; none if any of its parts is wrong. */
function valuesOf(field: string, low: number, high: number, names: readonly string[] = []): number[] {
  const value = (word: string) => (names.includes(word) ? low + names.indexOf(word) : Number(word));
  const parts = field.split(',').map((part) => {
    const [, from = 'none', to, step = '1'] = PART.exec(part.replace(STAR, `${low}-${high}`)) ?? [];
    const first = value(from);
    const last = value(to ?? (part.includes('/') ? String(high) : from));
    // a name that is of no month or weekday is NaN here: within nothing
    if (!(low <= first && first <= last && last <= high)) return [];
    return Array.from({ length: 1 + Math.floor((last - first) / Number(step)) }, (_, index) => first + index * Number(step));
  });
  return parts.some(({ length }) => length === 0) ? [] : [...new Set(parts.flat())].sort((a, b) => a - b);
}

/** A CronJob schedule. */
export const cron = () =>
  z.string().refine((schedule) => parseCron(schedule) !== undefined, {
    error: 'expected five fields such as "0 2 * * *" (minute hour day month weekday)',
  });
