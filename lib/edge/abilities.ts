import { type Path, type Problem, showValue } from '../kube';
import type { Controller } from './controller';
import type { Edge, Entry } from './edge';

/**
 * How well a controller does something: as the policy says; in the nearest form that is never looser, with the words of
 * the summary, where `{option}` is an option of the edge; or not at all, with what the error expects instead.
 */
export type Ability = 'exact' | { readonly nearest: string } | { readonly refused: string };
export type FeatureName = keyof typeof FEATURES;
export type Abilities = Readonly<Record<FeatureName, Ability>>;

/** A place of the policy that asks for a feature. */
interface Use {
  readonly path: Path;
  readonly got: unknown;
  /** The route, if it is one. */
  readonly entry?: Entry;
  /** What to take instead, where that is not the same for all. */
  readonly hint?: string;
}

/** Something that a policy can ask for, and where it does. */
interface Feature {
  readonly title: string;
  uses(edge: Edge): Use[];
}

/** Asked for by routes: `where` tells the value that asks, or undefined. */
function ofRoutes(title: string, field: Path, where: (entry: Entry) => unknown, hint?: (entry: Entry) => string): Feature {
  const uses = ({ entries }: Edge) =>
    entries.flatMap((entry) => {
      const got = where(entry);
      return got === undefined || got === false ? [] : [{ path: [...entry.path, ...field], got, entry, hint: hint?.(entry) }];
    });
  return { title, uses };
}

/** Asked for by routes of a kind whose answers are not to wait. */
function streaming(title: string, isOfKind: (route: Entry['route']) => boolean): Feature {
  const uses = ({ entries }: Edge) =>
    entries
      .filter(({ route }) => !route.responseBuffering && isOfKind(route))
      .map((entry) => ({ path: [...entry.path, 'responseBuffering'], got: false, entry }));
  return { title, uses };
}

/** Asked for by an option of the edge: `where` tells the value that asks, or undefined. */
function ofEdge(title: string, field: string, where: (edge: Edge) => unknown): Feature {
  const uses = (edge: Edge) => {
    const got = where(edge);
    return got === undefined || got === false ? [] : [{ path: ['edge', field], got }];
  };
  return { title, uses };
}

/** Headers whose value is a list: several lines mean the same as one (RFC 9110, 5.3). */
export const LISTS = ['cache-control', 'permissions-policy', 'vary'];

/** Asked for by headers, of the edge and of routes, with a value that has something in it. */
function ofHeaders(title: string, marks: RegExp): Feature {
  const uses = ({ options, entries }: Edge) =>
    [{ path: ['edge'], headers: options.headers }, ...entries.map(({ path, route }) => ({ path, headers: route.headers }))].flatMap(
      ({ path, headers }) =>
        Object.entries(headers)
          .filter(([name, value]) => marks.test(LISTS.includes(name.toLowerCase()) ? value.replaceAll(',', '') : value))
          .map(([name, value]) => ({ path: [...path, 'headers', name], got: value })),
    );
  return { title, uses };
}

const limited = (
  { route: { limit } }: Entry,
  isAsked: (limit: NonNullable<Entry['route']['limit']>) => boolean,
  field: 'burst' | 'status',
) => (limit && isAsked(limit) ? limit[field] : undefined);

/** Everything that controllers differ in. */
export const FEATURES = {
  rate: ofRoutes('requests per second, by client address', ['limit', 'rate'], ({ route }) => route.limit?.rate),
  burst: ofRoutes('requests at once on top of the rate', ['limit', 'burst'], (entry) => limited(entry, ({ burst }) => burst > 0, 'burst')),
  oddBurst: ofRoutes(
    'a burst that is no multiple of the rate',
    ['limit', 'burst'],
    (entry) => limited(entry, ({ rate, burst }) => burst === 0 || burst % rate > 0, 'burst'),
    ({ route: { limit: { rate, burst } = { rate: 1, burst: 1 } } }) => {
      const below = burst - (burst % rate);
      return below > 0 ? `take ${below} or ${below + rate}` : `take ${rate}`;
    },
  ),
  longBurst: ofRoutes('a burst of more than two seconds of the rate', ['limit', 'burst'], (entry) =>
    limited(entry, ({ rate, burst }) => burst > 2 * rate, 'burst'),
  ),
  shortBurst: ofRoutes('a burst of less than a second of the rate', ['limit', 'burst'], (entry) =>
    limited(entry, ({ rate, burst }) => burst + 1 < rate, 'burst'),
  ),
  header: ofRoutes('limits by a header', ['limit', 'header'], ({ route }) => route.limit?.header),
  status: ofRoutes('another status than 429', ['limit', 'status'], (entry) => limited(entry, ({ status }) => status !== 429, 'status')),
  statuses: {
    title: 'a status for each route',
    uses: (edge: Edge) => {
      const [first] = edge.entries.flatMap(({ route }) => route.limit?.status ?? []);
      return ofRoutes('', ['limit', 'status'], (entry) => limited(entry, ({ status }) => status !== first, 'status')).uses(edge);
    },
  },
  body: ofRoutes('largest request body', ['body'], ({ route }) => route.body),
  requestBuffering: ofRoutes('requests read whole before the agent gets them', ['requestBuffering'], ({ route }) => route.requestBuffering),
  requestStreaming: ofRoutes('requests passed on as they come', ['requestBuffering'], ({ route }) =>
    route.requestBuffering ? undefined : 'false',
  ),
  responseBuffering: ofRoutes('answers kept until a buffer is full', ['responseBuffering'], ({ route }) => route.responseBuffering),
  responseStreaming: streaming(
    'answers sent as they come: tokens, server-sent events',
    ({ websocket, to }) => !websocket && to === 'agent',
  ),
  besideStreaming: streaming('the same for files, and beside websockets', ({ websocket, to }) => websocket || to === 'static'),
  websocket: ofRoutes('websockets', ['websocket'], ({ route }) => route.websocket),
  websocketLimit: ofRoutes('a rate limit for websockets', ['limit'], ({ route }) => route.websocket && route.limit),
  noWebsocket: ofRoutes('no websockets elsewhere', ['websocket'], ({ route }) => (route.websocket ? undefined : 'false')),
  timeout: ofRoutes('seconds between two reads', ['timeout'], ({ route }) => route.timeout),
  connectTimeout: ofRoutes('seconds to connect', ['connectTimeout'], ({ route }) => route.connectTimeout),
  sendTimeout: ofRoutes('seconds between two writes', ['sendTimeout'], ({ route }) => route.sendTimeout),
  prefix: ofRoutes('/api is redirected to /api/', ['path'], ({ route }) => route.match === 'prefix' && route.path !== '/' && route.path),
  dots: ofRoutes('dot segments and doubled slashes are resolved first', ['path'], ({ route }) => route.path),
  headers: ofRoutes('headers of answers, errors too', ['headers'], ({ headers }) => Object.keys(headers).length > 0 && headers),
  cacheHeader: ofRoutes('Cache-Control, not on errors', ['headers'], ({ route }) =>
    Object.keys(route.headers).find((name) => /^cache-control$/i.test(name)),
  ),
  headerMarks: ofHeaders('header values with , or :', /[,:]/),
  headerQuotes: ofHeaders('header values with ", $ or \\', /["$\\]/),
  headerPercent: ofHeaders('header values with %', /%/),
  hsts: ofEdge('Strict-Transport-Security', 'hsts', ({ tls, hsts }) => tls !== undefined && hsts),
  redirect: ofEdge('plain HTTP sent on to HTTPS', 'tls', ({ redirect }) => redirect),
  noRedirect: ofEdge('plain HTTP answered beside HTTPS', 'tls', ({ tls, redirect }) => tls !== undefined && !redirect),
  sticky: ofRoutes('a client stays with one replica', ['sticky'], ({ cookie }) => cookie),
  leastConnections: ofRoutes('the replica with fewest connections', [], ({ cookie, route }) => (cookie ? undefined : route.path)),
  maxFails: ofEdge('a failing replica is left alone', 'maxFails', ({ options }) => options.maxFails),
  trustedProxies: ofEdge(
    'client address from X-Forwarded-For of load balancers',
    'trustedProxies',
    ({ options }) => options.trustedProxies.length > 0 && !options.proxyProtocol && options.trustedProxies,
  ),
  proxyProtocol: ofEdge('client address from PROXY protocol', 'proxyProtocol', ({ options }) => options.proxyProtocol),
} satisfies Record<string, Feature>;

const features = Object.entries(FEATURES) as [FeatureName, Feature][];

/** What a policy asks for that the controller cannot express. */
export function problemsOf(edge: Edge, { abilities }: Controller): Problem[] {
  return features.flatMap(([name, { uses }]) => {
    const ability = abilities[name];
    if (ability === 'exact' || 'nearest' in ability) return [];
    return uses(edge).map(({ path, got, hint }) => ({
      path,
      message: `got ${showValue(got)}, expected ${ability.refused}${hint ? `; ${hint}` : ''}`,
    }));
  });
}

/** What is expressed nearly; with the routes that it concerns, unless these are all. */
export function approximationsOf(edge: Edge, { abilities }: Controller): string[] {
  return features.flatMap(([name, { uses }]) => {
    const ability = abilities[name];
    if (ability === 'exact' || 'refused' in ability) return [];
    const asked = uses(edge);
    const entries = asked.flatMap(({ entry }) => entry ?? []);
    const where = entries.length > 0 && entries.length < edge.entries.length ? `, ${placesOf(entries)}` : '';
    const words = ability.nearest.replace(/\{(\w+)\}/g, (_, option) => String(Object(edge.options)[option]));
    return asked.length > 0 ? [`edge${where}: ${words}`] : [];
  });
}

/** `/api/, /upload/ of agent; /chat/ of chat`. */
function placesOf(entries: readonly Entry[]): string {
  const agents = new Map<string, string[]>();
  for (const { backend, route } of entries) agents.set(backend.name, [...(agents.get(backend.name) ?? []), route.path]);
  return [...agents].map(([name, paths]) => `${paths.join(', ')} of ${name}`).join('; ');
}
