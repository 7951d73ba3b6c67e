import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { Agent } from '../../lib/agent';
import { type PlatformProps, PlatformSchema } from '../../lib/config';
import { IMAGES, InvalidInput, parse } from '../../lib/kube';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles } from '../../lib/render';
import { type AllProps, unseenProps } from '../support/all-props';
import { find, podSpec, type Rendered } from '../support/platform';
import { IMAGE, smallPlatform } from '../support/small';

/** Everything that a platform can be told, each with the provider that has the most to say. */
const ALL: AllProps<PlatformProps> = {
  namespace: 'own-namespace',
  domain: 'own.example.org',
  timeZone: 'Asia/Tokyo',
  images: { registry: 'own-mirror.example.org/all', digests: false },
  imagePullSecrets: ['first-registry', 'second-registry'],
  edge: {
    controller: 'nginx',
    className: 'own-class',
    namespace: 'own-edge',
    tls: { provider: 'cert-manager', issuer: 'own-issuer', issuerKind: 'Issuer', redirect: false },
    podLabels: { 'own-edge-label': 'own-edge-value' },
    headers: { 'X-Own': 'own-header' },
    hsts: { maxAge: 31_536_047, includeSubDomains: true, preload: true },
    trustedProxies: ['10.79.0.0/16'],
    proxyProtocol: true,
    maxFails: 17,
    failTimeout: 47,
  },
  secrets: { provider: 'generate', image: `own-curl:1@sha256:${'a'.repeat(64)}` },
  network: {
    dns: { namespace: 'own-dns', labels: { 'own-label': 'own-value' }, cidrs: ['169.254.20.10/32'] },
    apiServer: { cidrs: ['10.77.0.1/32'], ports: [16443] },
  },
  backup: {
    provider: 's3',
    schedule: '17 3 * * *',
    retention: '19d',
    keepAtLeast: 13,
    scratch: '11Gi',
    image: 'registry.test/own-rclone:1',
    endpoint: 'https://s3.own.example.org:9443',
    bucket: 'own-bucket',
    prefix: 'own/prefix',
    region: 'own-region',
    accessKey: { secret: 'own-s3', key: 'own-id' },
    secretKey: { secret: 'own-s3', key: 'own-secret' },
    cidrs: ['10.78.0.0/16'],
  },
  observability: {
    provider: 'prometheus-operator',
    namespace: 'own-monitoring',
    labels: { release: 'own-release' },
    interval: '37s',
    agentInterval: '23s',
    thresholds: { latencySeconds: 7.5, errorRatio: 0.0625, memoryRatio: 0.8125 },
    disabled: ['BackupTooOld'],
    runbookUrl: 'https://own.example.org/runbooks',
  },
};

function objectsOf(props: PlatformProps): Rendered[] {
  const platform = smallPlatform(props, { uploads: {}, secretEnv: { KEY: 'generate' } });
  const files = [...renderFiles(platform).values()];
  return files.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
}

const before = objectsOf({});
const after = objectsOf(ALL as PlatformProps);
const kinds = (kind: string) => after.filter((object) => object.kind === kind);

test('everything that is said of a platform is in its YAML', () => {
  const pods = [...kinds('Deployment'), ...kinds('Job'), ...kinds('CronJob')].map(podSpec);
  const explicit = {
    namespace: () => expect(new Set(after.flatMap(({ metadata }) => metadata.namespace ?? []))).toEqual(new Set(['own-namespace'])),
    domain: () => expect(find(after, 'Certificate').spec.dnsNames).toEqual(['own.example.org']),
    timeZone: () => expect(new Set(kinds('CronJob').map(({ spec }) => spec.timeZone))).toEqual(new Set(['Asia/Tokyo'])),
    images: () => expect(JSON.stringify(kinds('Job').map(podSpec))).toContain('"own-mirror.example.org/all/library/own-curl:1"'),
    'secrets.image': () => undefined,
    imagePullSecrets: () =>
      expect(new Set(pods.map((pod) => JSON.stringify(pod.imagePullSecrets)))).toEqual(
        new Set(['[{"name":"first-registry"},{"name":"second-registry"}]']),
      ),
    'edge.tls.issuerKind': () => expect(find(after, 'Certificate').spec.issuerRef).toMatchObject({ kind: 'Issuer', name: 'own-issuer' }),
    'edge.headers': () => expect(JSON.stringify(kinds('Ingress'))).toContain('own-header'),
    'edge.tls.redirect': () => expect(JSON.stringify(kinds('Ingress'))).toContain('"nginx.org/ssl-redirect":"false"'),
    'edge.hsts': () => expect(JSON.stringify(kinds('Ingress'))).toContain('max-age=31536047; includeSubDomains; preload:always'),
    'edge.trustedProxies': () => undefined,
    'edge.proxyProtocol': () => {
      const platform = smallPlatform(ALL as PlatformProps);
      platform.objects();
      expect([...platform.context.requirements].join()).toContain(
        'set-real-ip-from "10.79.0.0/16", real-ip-header "proxy_protocol", proxy-protocol "True"',
      );
    },
    'edge.failTimeout': () => expect(JSON.stringify(kinds('Ingress'))).toContain('47s'),
    'network.apiServer': () =>
      expect(find(after, 'NetworkPolicy', 'secret-bootstrap').spec.egress).toEqual([
        { to: [{ ipBlock: { cidr: '10.77.0.1/32' } }], ports: [{ protocol: 'TCP', port: 16443 }] },
      ]),
    'backup.retention': () => expect(JSON.stringify(kinds('CronJob'))).toContain('{"name":"RETENTION_DAYS","value":"19"}'),
    'backup.bucket': () => expect(JSON.stringify(kinds('CronJob'))).toContain('s3:own-bucket/own/prefix/agent-uploads'),
    'backup.prefix': () => undefined,
    'observability.thresholds': () =>
      expect(['7.5', '0.0625', '0.8125'].filter((value) => JSON.stringify(kinds('PrometheusRule')).includes(value))).toHaveLength(3),
    'observability.disabled': () => {
      const enabled = objectsOf({ ...ALL, observability: { provider: 'prometheus-operator' } } as PlatformProps);
      expect(JSON.stringify(enabled)).toContain('"alert":"BackupTooOld"');
      expect(JSON.stringify(after)).not.toContain('"alert":"BackupTooOld"');
    },
    'observability.runbookUrl': () => expect(JSON.stringify(kinds('PrometheusRule'))).toContain('"https://own.example.org/runbooks/'),
  };
  const withoutProviders = JSON.parse(JSON.stringify(ALL, (key, value) => (/^(provider|controller)$/.test(key) ? undefined : value)));
  const defaults = parse(PlatformSchema, {}, 'it');
  expect(unseenProps({ given: withoutProviders, defaults, before, after, explicit })).toEqual([]);
});

test('a platform of which nothing is said is in a namespace of its name, by itself', () => {
  const { options, context } = new AgentPlatform(new App(), 'it');
  expect(options).toEqual({
    timeZone: 'Etc/UTC',
    images: { digests: true },
    imagePullSecrets: [],
    edge: { controller: 'none' },
    secrets: { provider: 'generate', image: IMAGES.curl },
    network: {
      dns: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, cidrs: [] },
      apiServer: { cidrs: ['0.0.0.0/0', '::/0'], ports: [443, 6443] },
    },
    backup: { provider: 'none' },
    observability: { provider: 'none' },
  });
  expect({ domain: undefined, ...context }).toMatchObject({
    name: 'it',
    namespace: 'ai-agent-it',
    domain: undefined,
    timeZone: 'Etc/UTC',
    metrics: false,
  });
});

test('what is wrong is said at once, with the path of the platform', () => {
  expect(() => new AgentPlatform(new App(), 'it', { domain: 'nodots', timeZone: 'Mars/Base', namespace: 'A' })).toThrow(
    new InvalidInput('it', [
      { path: ['namespace'], message: 'got "A", expected lower case letters, digits and "-", such as ai-agent' },
      { path: ['domain'], message: 'got "nodots", expected a host name such as agent.example.com' },
      { path: ['timeZone'], message: 'got "Mars/Base", expected a time zone such as Etc/UTC or Asia/Shanghai' },
    ]),
  );
});

test('two things of one name are refused where they are made', () => {
  const platform = smallPlatform();
  expect(() => new Agent(platform, 'agent', { image: IMAGE })).toThrow('agent');
});
