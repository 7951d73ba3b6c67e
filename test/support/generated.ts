import fc from 'fast-check';
import { stringify } from 'yaml';

/** Valid environment files of every shape: each option present or absent, each provider, one to four agents. */

const size = (...values: string[]) => fc.constantFrom(...values);
const some = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(shape, { requiredKeys: [] });

const secretRef = fc.record({
  secret: fc.constantFrom('model-provider', 'shared-keys'),
  key: fc.constantFrom('api-key', 'dsn'),
});
const route = (path: string) =>
  fc
    .record(
      {
        path: fc.constant(path),
        match: fc.constantFrom('prefix', 'exact'),
        // a burst that is a multiple of the rate: the only kind that every controller can express
        limit: fc
          .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5 }))
          .map(([rate, times]) => ({ rate, burst: rate * times })),
        body: size('1Mi', '100Mi', '1Gi'),
        timeout: fc.integer({ min: 1, max: 3600 }),
        connectTimeout: fc.integer({ min: 1, max: 75 }),
        sendTimeout: fc.integer({ min: 1, max: 3600 }),
        requestBuffering: fc.boolean(),
        responseBuffering: fc.boolean(),
        websocket: fc.boolean(),
      },
      { requiredKeys: ['path'] },
    )
    // Envoy Gateway cannot limit websockets
    .map(({ limit, ...rest }) => (rest.websocket ? rest : { ...rest, limit }));

const runtime = fc.oneof(
  some({
    runtime: fc.constant('gunicorn'),
    gunicorn: some({ workers: fc.integer({ min: 1, max: 4 }), maxRequests: fc.nat(5000) }),
  }),
  fc.record({ runtime: fc.constant('streamlit'), script: fc.constantFrom('app.py', 'pages/main.py') }),
  fc.record({
    runtime: fc.constant('custom'),
    command: fc.constant(['/usr/bin/agent', 'serve']),
    health: fc.constant({ path: '/live' }),
  }),
);

// made once: fast-check looks into the expression at each making
const env = fc.dictionary(fc.stringMatching(/^MY_[A-Z]{1,8}$/), fc.string({ maxLength: 20 }), { maxKeys: 3 });
const secretEnv = fc.dictionary(
  fc.stringMatching(/^KEY_[A-Z]{1,8}$/),
  fc.oneof(fc.constantFrom('generate', 'generate-fernet'), secretRef),
  { maxKeys: 3 },
);

const agent = (stores: string[]) =>
  fc
    .record({
      base: fc.record({ image: fc.constantFrom('registry.example.com/ai-agent:1.4.2', 'ghcr.io/acme/agent:2') }),
      runtime,
      options: some({
        resources: some({
          cpu: fc.constantFrom<string | number>(1, '250m'),
          memory: size('256Mi', '1Gi'),
          limits: fc.constant({ cpu: 1, memory: '2Gi' }),
        }),
        port: fc.integer({ min: 2000, max: 8999 }),
        metricsPort: fc.integer({ min: 9000, max: 9999 }),
        requestTimeout: fc.integer({ min: 1, max: 600 }),
        logLevel: fc.constantFrom('DEBUG', 'INFO', 'WARNING', 'ERROR'),
        env,
        secretEnv,
        logs: some({ path: fc.constantFrom('/app/logs', '/var/log/agent'), size: size('100Mi', '2Gi') }),
        static: fc.constant({}),
        sticky: fc.boolean(),
        modelProviders: some({
          cidrs: fc.constantFrom(['198.51.100.0/24'], ['2001:db8::/32']),
          ports: fc.constantFrom([443], [443, 8443]),
        }),
        routes: fc.subarray(['/api/', '/upload/', '/chat/', '/'], { minLength: 1 }).chain((paths) => fc.tuple(...paths.map(route))),
      }),
      scale: fc.oneof(
        fc.record({ min: fc.integer({ min: 1, max: 3 }), more: fc.integer({ min: 0, max: 4 }), shared: fc.boolean() }),
        fc.constant({ min: 1, more: 0, shared: false }),
      ),
      uploads: fc.boolean(),
      uses: fc.subarray(stores),
    })
    .map(({ base, runtime: profile, options, scale, uploads, uses }) => ({
      ...base,
      ...profile,
      ...options,
      // streamlit serves its own
      ...('runtime' in profile && profile.runtime === 'streamlit' && { static: undefined }),
      replicas: { min: scale.min, max: scale.min + scale.more },
      ...(uploads && {
        uploads: {
          storage: '1Gi',
          accessMode: scale.min + scale.more === 1 && !scale.shared ? 'ReadWriteOnce' : 'ReadWriteMany',
        },
      }),
      uses,
    }));

const external = { host: fc.constant('db.example.com'), secret: fc.constant('managed-store') };

const stores = some({
  postgres: fc.oneof(
    some({ memory: size('16Gi', '64Gi'), storage: size('1Gi', '50Gi'), parameters: fc.constant({ random_page_cost: 1.1 }) }),
    fc.record({ provider: fc.constant('external'), ...external, maxConnections: fc.constant(1000) }),
    fc.record(
      {
        provider: fc.constant('cloudnative-pg'),
        memory: size('16Gi', '64Gi'),
        instances: fc.integer({ min: 1, max: 3 }),
        pooler: some({ replicas: fc.integer({ min: 1, max: 3 }) }),
        archive: fc.constant({ bucket: 'uploads' }),
        initScripts: fc.constant({ 'init.sql': 'CREATE TABLE t (id int);' }),
      },
      { requiredKeys: ['provider', 'memory'] },
    ),
  ),
  redis: fc.oneof(
    some({ provider: fc.constant('standalone'), memory: size('256Mi', '1Gi') }),
    fc.record({ provider: fc.constant('cluster'), memory: size('256Mi', '1Gi') }),
    fc.record({ provider: fc.constant('external'), ...external }),
  ),
  memcached: some({ replicas: fc.integer({ min: 1, max: 5 }), memory: size('128Mi', '512Mi') }),
  chroma: some({ storage: size('1Gi', '50Gi'), memory: size('1Gi', '2Gi') }),
  minio: fc.oneof(
    some({
      storage: size('1Gi', '100Gi'),
      replicas: fc.constantFrom(1, 4, 16),
      buckets: fc.constant(['uploads', 'models']),
      lifecycle: fc.constant({ uploads: [{ expire: '30d' }] }),
    }),
    fc.record({ provider: fc.constant('external'), ...external, pathStyle: fc.boolean() }),
    fc.constant({
      provider: 'external',
      host: 's3.example.com',
      identity: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/a' } },
    }),
  ),
});

const tls = fc.oneof(
  fc.record({
    provider: fc.constant('cert-manager'),
    issuer: fc.constant('letsencrypt'),
    issuerKind: fc.constantFrom('Issuer', 'ClusterIssuer'),
  }),
  fc.record({ provider: fc.constant('existing'), secret: fc.constant('edge-certificate') }),
  fc.record({ provider: fc.constant('none') }),
);

const platform = some({
  timeZone: fc.constantFrom('Etc/UTC', 'Asia/Shanghai'),
  images: some({
    registry: fc.constantFrom<unknown>('mirror.example.com:5000/all', { 'quay.io': 'harbor.example.com/quay' }),
    digests: fc.boolean(),
  }),
  imagePullSecrets: fc.constant(['registry']),
  edge: fc.oneof(
    fc.record(
      { controller: fc.constantFrom('nginx', 'ingress-nginx', 'haproxy', 'traefik', 'gateway-api'), tls },
      { requiredKeys: ['controller'] },
    ),
    fc.record({ controller: fc.constant('none') }),
  ),
  secrets: fc.record({ provider: fc.constantFrom('generate', 'existing') }),
  backup: fc.oneof(
    fc.record(
      {
        provider: fc.constant('claim'),
        schedule: fc.constantFrom('0 2 * * *', '30 */6 * * mon-fri', '@daily'),
        retention: fc.constantFrom('1d', '30d'),
      },
      { requiredKeys: ['provider'] },
    ),
    fc.constant({
      provider: 's3',
      endpoint: 'https://s3.example.com',
      bucket: 'backups',
      accessKey: { secret: 'backup-s3', key: 'access-key' },
      secretKey: { secret: 'backup-s3', key: 'secret-key' },
    }),
    fc.constant({ provider: 'none' }),
  ),
  observability: fc.constantFrom({ provider: 'prometheus-operator' }, { provider: 'none' }),
});

/** Stores that go together: an archive needs an object store. */
const together = <T extends { postgres?: object; minio?: unknown }>({ postgres, ...rest }: T) => ({
  ...rest,
  ...(postgres && { postgres: rest.minio ? postgres : { ...postgres, archive: undefined } }),
});

/** An agent that an edge can serve: behind Traefik answers do not stream, which routes must say. */
const behind = (edge: { controller: string } | undefined, { routes, ...rest }: { routes?: object[] } = {}) =>
  edge?.controller === 'traefik'
    ? { ...rest, routes: (routes ?? [{ path: '/' }]).map((one) => ({ ...one, responseBuffering: true })) }
    : { ...rest, routes };

const environment = fc
  .record({ platform, stores: stores.map(together), count: fc.integer({ min: 1, max: 4 }) })
  .chain(({ platform: options, stores: given, count }) => {
    const names = ['agent', 'planner', 'coder', 'critic'].slice(0, count);
    return fc.tuple(...names.map(() => agent(Object.keys(given)))).map((agents) => ({
      ...options,
      domain: 'agent.example.com',
      agents: Object.fromEntries(
        names.map((name, index) => [name, { ...behind(options.edge, agents[index]), host: `${name}.example.com` }]),
      ),
      stores: given,
    }));
  });

/** The same environments at every call: a failure can be found again by its name. */
export function generatedEnvironments(count: number): { name: string; yaml: string }[] {
  return fc.sample(environment, { numRuns: count, seed: 20261123 }).map((value, index) => {
    const name = `generated-${String(index).padStart(3, '0')}`;
    return { name, yaml: stringify({ name, ...value }) };
  });
}
