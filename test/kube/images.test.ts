import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGES, type ImageOptions, ImagesSchema, image, imageNames, imagesOf, scratch, validate } from '../../lib/kube';
import { rendered } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload } from '../support/workload';

const DIGEST = `@sha256:${'a'.repeat(64)}`;
const MIRROR = 'mirror.test:5000/prefix';

describe('an image in a mirror', () => {
  const to = (name: string, registry: ImageOptions['registry'], digests = true) => imageNames(name, { registry, digests }).to;

  test.each([
    ['redis:7', `${MIRROR}/library/redis:7`],
    ['library/redis:7', `${MIRROR}/library/redis:7`],
    ['docker.io/redis:7', `${MIRROR}/library/redis:7`],
    ['docker.io/library/redis:7', `${MIRROR}/library/redis:7`],
    ['oliver006/redis_exporter:v1', `${MIRROR}/oliver006/redis_exporter:v1`],
    [`redis:7${DIGEST}`, `${MIRROR}/library/redis:7${DIGEST}`],
    [`redis${DIGEST}`, `${MIRROR}/library/redis${DIGEST}`],
    ['quay.io/minio/minio:1', `${MIRROR}/minio/minio:1`],
    ['quay.io/minio:1', `${MIRROR}/minio:1`],
    ['ghcr.io/chroma-core/chroma:1.5.9', `${MIRROR}/chroma-core/chroma:1.5.9`],
    ['registry.k8s.io/pause:3', `${MIRROR}/pause:3`],
    // in a registry of one's own
    ['registry.test/ai-agent:1', 'registry.test/ai-agent:1'],
    ['registry.test:5000/team/ai-agent:1', 'registry.test:5000/team/ai-agent:1'],
    ['localhost/ai-agent:1', 'localhost/ai-agent:1'],
    ['localhost:5000/ai-agent:1', 'localhost:5000/ai-agent:1'],
    [`${MIRROR}/library/redis:7`, `${MIRROR}/library/redis:7`],
  ])('%s is %s', (name, expected) => {
    expect(to(name, MIRROR)).toBe(expected);
    expect(to(name, undefined)).toBe(name);
    expect(validate(image(), expected)).toEqual({ ok: true, value: expected });
  });

  test('of one registry leaves those of others where they are', () => {
    const registry = { 'docker.io': 'harbor.test/hub', 'registry.test:5000': 'harbor.test/own' };
    expect(to('redis:7', registry)).toBe('harbor.test/hub/library/redis:7');
    expect(to('registry.test:5000/ai-agent:1', registry)).toBe('harbor.test/own/ai-agent:1');
    expect(to('quay.io/minio/minio:1', registry)).toBe('quay.io/minio/minio:1');
  });

  test('is by tag where digests are off, and by digest if it has no tag', () => {
    expect(imageNames(`redis:7${DIGEST}`, { registry: MIRROR, digests: false })).toEqual({
      from: 'redis:7',
      to: `${MIRROR}/library/redis:7`,
    });
    expect(to(`localhost:5000/own:1${DIGEST}`, undefined, false)).toBe('localhost:5000/own:1');
    expect(to(`localhost:5000/own${DIGEST}`, undefined, false)).toBe(`localhost:5000/own${DIGEST}`);
  });
});

test.each([
  ['https://mirror.test', 'expected a registry such as mirror.example.com/prefix'],
  ['mirror', 'expected a registry such as mirror.example.com/prefix'],
  ['mirror.test/', 'expected a registry such as mirror.example.com/prefix'],
  ['mirror.test/A', 'expected a registry such as mirror.example.com/prefix'],
])('%s is no mirror', (registry, message) => {
  const problem = { message: `got "${registry}", ${message}` };
  expect(validate(ImagesSchema, { registry })).toEqual({ ok: false, problems: [{ path: ['registry'], ...problem }] });
  const byHost = { registry: { 'quay.io': registry } };
  expect(validate(ImagesSchema, byHost)).toEqual({ ok: false, problems: [{ path: ['registry', 'quay.io'], ...problem }] });
});

test('a registry that is mirrored is a host', () => {
  expect(validate(ImagesSchema, { registry: { quay: 'mirror.test' } })).toEqual({
    ok: false,
    problems: [{ path: ['registry', 'quay'], message: 'got "quay", expected the host of a registry such as docker.io', key: true }],
  });
});

test('every container of a pod is pulled from the mirror, and told of once by where it comes from', () => {
  const images = { registry: MIRROR, digests: false };
  const container = { ...CONTAINER, image: `redis:7${DIGEST}`, mounts: { '/tmp': scratch('tmp', '1Mi') } };
  const initContainers = [{ ...container, name: 'first', image: 'quay.io/own:2' }];
  const containers = [container, { ...container, name: 'again', image: 'redis:7' }];
  const { component, pod } = makeWorkload({ ...KINDS.Deployment, initContainers, containers }, { images });
  expect([...pod.initContainers, ...pod.containers].map((its) => its.image)).toEqual([
    `${MIRROR}/own:2`,
    `${MIRROR}/library/redis:7`,
    `${MIRROR}/library/redis:7`,
  ]);
  expect(imagesOf(component)).toEqual([
    { from: 'quay.io/own:2', to: `${MIRROR}/own:2` },
    { from: 'redis:7', to: `${MIRROR}/library/redis:7` },
  ]);
  expect(JSON.stringify(rendered(component))).not.toContain('sha256');
});

describe('the list of images', () => {
  it('has a digest for each but those that docs/images.md says why of', () => {
    const byTag = Object.values(IMAGES).filter((name) => !/@sha256:[0-9a-f]{64}$/.test(name));
    expect(byTag).toEqual([
      'ghcr.io/cloudnative-pg/postgresql:15.19-standard-trixie',
      'ghcr.io/cloudnative-pg/pgbouncer:1.25.1',
      'ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0',
      'oliver006/redis_exporter:v1.89.0',
      'quay.io/prometheus/memcached-exporter:v0.16.0',
    ]);
    for (const name of Object.values(IMAGES)) expect(validate(image(), name).ok).toBe(true);
  });

  it('is what docs/images.md says', () => {
    const rows = readFileSync('docs/images.md', 'utf8').matchAll(/^\| `([^`]+)` \| (?:`(sha256:[0-9a-f]{64})`|none) \|/gm);
    const documented = [...rows].map(([, name, digest]) => (digest ? `${name}@${digest}` : name));
    expect(documented.sort()).toEqual(Object.values<string>(IMAGES).sort());
  });

  it('is the only place of the library that names one', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && file !== 'kube/images.ts',
    );
    const names = Object.values(IMAGES).map((name) => name.replace(/[:@].*/, ''));
    const odd = files.filter((file) => names.some((name) => readFileSync(join('lib', file), 'utf8').includes(`'${name}:`)));
    expect(odd).toEqual([]);
  });
});
