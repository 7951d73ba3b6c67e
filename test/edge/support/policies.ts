import fc from 'fast-check';
import { InvalidInput } from '../../../lib/kube';
import { type AgentInput, render } from '../../edge-room/support';
import type { Rendered } from '../../support/platform';

const { EDGE_POLICIES = '300' } = process.env;

const some = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape, { requiredKeys: [] });
const rate = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 50 }) }, { weight: 1, arbitrary: fc.constantFrom(1, 1_000_000) });
const burst = fc.oneof({ weight: 9, arbitrary: fc.nat(150) }, { weight: 1, arbitrary: fc.constant(1_000_000) });
/** Mostly what every controller knows, now and then what some refuse. */
const limit = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(rate, fc.integer({ min: 1, max: 5 }))
      .map(([each, times]) => ({ rate: each, burst: Math.min(each * times, 1_000_000) })),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      { rate, burst, header: fc.constant('X-Api-Key'), status: fc.constantFrom(429, 503) },
      { requiredKeys: ['rate', 'burst'] },
    ),
  },
);
const value = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', '1; mode=b') },
  { weight: 1, arbitrary: fc.constantFrom('a:b', '50%', '"a"') },
);
const headers = fc.dictionary(fc.constantFrom('X-A', 'X-B'), value);
const route = (path: string) =>
  fc
    .tuple(
      fc.constantFrom('prefix' as const, 'exact' as const),
      some({
        limit,
        body: fc.constantFrom('1Mi', '100Mi', '1.5Gi', '1000k'),
        timeout: fc.constantFrom(1, 59, 3600, 86_400),
        connectTimeout: fc.integer({ min: 1, max: 75 }),
        sendTimeout: fc.constantFrom(1, 59, 3600, 86_400),
        requestBuffering: fc.boolean(),
        // Traefik has answers that stream of few routes
        responseBuffering: fc.oneof({ weight: 19, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        websocket: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        headers,
        to: fc.constantFrom('agent' as const, 'static' as const),
      }),
    )
    .map(([match, rest]) => ({ path, match, ...rest }));
const routes = fc
  .subarray(['/', '/api/', '/v1/chat/', '/_stcore/stream/', '/.well-known/'], { minLength: 1 })
  .chain((paths) => fc.tuple(...paths.map(route)));
const agents = fc.tuple(routes, routes, fc.boolean(), fc.boolean()).map(([first, second, isSticky, isOneHost]): AgentInput[] => [
  { name: 'agent', sticky: isSticky, routes: first },
  {
    name: 'chat',
    host: isOneHost ? 'agent.example.com' : 'chat.example.com',
    routes: second.map((one) => ({ ...one, path: `/chat${one.path}` })),
  },
]);
const tls = fc.oneof(
  fc.record({ provider: fc.constant('existing'), secret: fc.constant('tls'), redirect: fc.boolean() }),
  fc.record({ provider: fc.constant('none') }),
);
const options = some({
  tls,
  headers,
  hsts: fc.constantFrom(false, { includeSubDomains: true }),
  trustedProxies: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant(['10.0.0.0/8', 'fd00::/8']) }),
  maxFails: fc.integer({ min: 1, max: 9 }),
});
/** The same policies at every run. */
export const POLICIES = fc.sample(fc.tuple(options, agents), { numRuns: Number(EDGE_POLICIES), seed: 20261124 });

/** What a policy becomes, or undefined if the controller refuses it. Anything but a refusal in words is an error. */
export function objectsOf(controller: string, [given, behind]: (typeof POLICIES)[number]): Rendered[] | undefined {
  try {
    return render({ controller, className: controller, ...given }, ...behind).objects.filter(
      ({ kind }) => !/^(Deployment|PodDisruptionBudget|ServiceAccount)$/.test(kind),
    );
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
