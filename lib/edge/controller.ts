import { amount } from '../kube';
import type { Abilities } from './abilities';
import type { Edge } from './edge';
import type { Route } from './policy';

/** How one controller says what the edge is to do. */
export interface Controller {
  readonly description: string;
  /** What it is called where the cluster must bring it, and where it usually runs under which class. */
  readonly software: string;
  readonly namespace: string;
  readonly className: string;
  /** Labels of its pods that all usual installations have; none if these differ. */
  readonly pods: Readonly<Record<string, string>>;
  /** What it expresses, and how well: all of its errors and approximations. */
  readonly abilities: Abilities;
  /** Something about it that its users must hear whatever they ask for. */
  readonly notice?: string;
  /** Makes the objects. */
  render(edge: Edge): void;
  /** What else the cluster must bring; false is nothing. */
  requirements?(edge: Edge): (string | false)[];
}

/** Annotations without their prefix; those without a value are left out. */
export type Annotations = Readonly<Record<string, string | number | boolean | undefined>>;
export type Headers = Readonly<Record<string, string>>;

export const HSTS = 'strict-transport-security';

/** nginx waits no longer than 75 seconds for a connection; this is its default. */
const LONGEST_CONNECT = 60;

/** Headers without those of some names, in whatever case. */
export function without(headers: Headers, names: readonly string[]): Headers {
  const gone = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase())));
}

/** All three timeouts of a route, in seconds. */
export function timeoutsOf({ timeout, connectTimeout, sendTimeout }: Route) {
  return { connect: connectTimeout ?? Math.min(timeout, LONGEST_CONNECT), read: timeout, send: sendTimeout ?? timeout };
}

/** Annotations of the timeouts: both nginx controllers name them alike, one wants a unit. */
export function nginxTimeouts(route: Route, unit: 's' | ''): Annotations {
  const { connect, read, send } = timeoutsOf(route);
  return { 'proxy-connect-timeout': `${connect}${unit}`, 'proxy-read-timeout': `${read}${unit}`, 'proxy-send-timeout': `${send}${unit}` };
}

/** A quantity of bytes as nginx writes it: `100Mi` is `100m`. */
export function nginxSize(quantity: string): string {
  const bytes = bytesOf(quantity);
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}m`;
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10}k` : String(bytes);
}

/** A quantity of bytes as a whole number. */
export const bytesOf = (quantity: string): number => Math.ceil(amount(quantity));

/** What a controller's settings, as a line of its summary, must say; nothing if there are none. */
export function settingsOf(place: string, settings: Readonly<Record<string, unknown>>): string | false {
  const lines = Object.entries(settings).filter(([, value]) => value !== undefined);
  return lines.length > 0 && `${place}: ${lines.map(([key, value]) => `${key} "${value}"`).join(', ')}`;
}
