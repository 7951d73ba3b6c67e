import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { Agent } from '../../lib/agent';
import type { PlatformProps } from '../../lib/config';
import { InvalidInput } from '../../lib/kube';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles, UnsoundPlatform } from '../../lib/render';
import { Postgres, Redis } from '../../lib/stores';
import { find, type Rendered, rendered } from '../support/platform';
import { IMAGE, platformFrom, smallPlatform } from '../support/small';

const documents = (text: string): Rendered[] => parseAllDocuments(text).map((document) => document.toJS());
const objectsOf = (platform: AgentPlatform) => [...renderFiles(platform).values()].flatMap(documents);

describe('connections that a store cannot take', () => {
  const overcommitted = (fill: (platform: AgentPlatform, postgres: Postgres) => void) => {
    const platform = new AgentPlatform(new App(), 'prod');
    fill(platform, new Postgres(platform, 'postgres', { maxConnections: 50 }));
    return () => renderFiles(platform);
  };

  test('are counted at the most replicas and one that rolls', () => {
    const render = overcommitted((platform, postgres) => {
      new Agent(platform, 'agent', { image: IMAGE, replicas: { min: 1, max: 5 } }).uses(postgres);
    });
    expect(render).toThrow(
      new UnsoundPlatform([
        'postgres: prod/agent (6 replicas x 4 workers x 2 connections) may open 48 connections, and it accepts 42; lower replicas.max, gunicorn.workers or pool, or raise its maxConnections or memory',
      ]),
    );
  });

  test('are the sum of all agents', () => {
    const render = overcommitted((platform, postgres) => {
      new Agent(platform, 'a', { image: IMAGE, replicas: { min: 1, max: 4 } }).uses(postgres);
      new Agent(platform, 'b', { image: IMAGE, runtime: 'streamlit', replicas: { min: 3, max: 3 } }).uses(postgres, {
        pool: 5,
      });
    });
    expect(render).toThrow(
      'postgres: prod/a (5 replicas x 4 workers x 2 connections), prod/b (4 replicas x 1 workers x 5 connections) may open 60 connections, and it accepts 42;',
    );
  });

  test('are told of the three that take most, and how many more there are', () => {
    const render = overcommitted((platform, postgres) => {
      for (const [index, pool] of [3, 20, 1, 9, 7].entries())
        new Agent(platform, `a${index}`, {
          image: IMAGE,
          runtime: 'custom',
          replicas: { min: 1, max: 1 },
        }).uses(postgres, { pool });
    });
    const share = (index: number, pool: number) => `prod/a${index} (2 replicas x 1 workers x ${pool} connections)`;
    expect(render).toThrow(
      `postgres: ${share(1, 20)}, ${share(3, 9)}, ${share(4, 7)} and 2 more may open 80 connections, and it accepts 42;`,
    );
  });

  test.each([
    [{ replicas: { min: 1, max: 41 }, runtime: 'custom' } as const, 1], // 42, just as many
    [{ replicas: { min: 1, max: 4 } }, 2], // 40
    [{ replicas: { min: 1, max: 5 } }, 1], // 24
    [{ replicas: { min: 1, max: 5 }, gunicorn: { workers: 3 } }, 2], // 36
  ])('are fine where they fit: %j with pools of %p', (props, pool) => {
    const render = overcommitted((platform, postgres) => new Agent(platform, 'agent', { image: IMAGE, ...props }).uses(postgres, { pool }));
    expect(render).not.toThrow();
  });
});

describe('a platform is finished once', () => {
  test('however often it is asked', () => {
    const platform = smallPlatform();
    platform.complete();
    const before = rendered(platform).length;
    platform.complete();
    expect(renderFiles(platform)).toEqual(renderFiles(platform));
    expect(rendered(platform)).toHaveLength(before);
  });

  test('and nothing can be added to it then, without a word', () => {
    const platform = new AgentPlatform(new App(), 'prod');
    const redis = new Redis(platform, 'redis');
    const agent = new Agent(platform, 'agent', { image: IMAGE });
    platform.complete();
    expect(() => new Agent(platform, 'late', { image: IMAGE })).toThrow('prod');
    expect(() => agent.uses(redis)).toThrow('prod/agent');
  });

  test('and not at all where a part of it cannot be: asking again gives no half of it', () => {
    const routes = [{ path: '/a/' }, { path: '/a/' }];
    const platform = smallPlatform({ domain: 'a.example.com', edge: { controller: 'nginx' } }, { routes });
    expect(() => renderFiles(platform)).toThrow(InvalidInput);
    expect(() => renderFiles(platform)).toThrow();
  });
});

describe('app.synth() of plain cdk8s', () => {
  let outdir: string;
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), 'synth-'));
  });
  afterEach(() => rmSync(outdir, { recursive: true }));

  const props = { domain: 'a.example.com', edge: { controller: 'nginx' }, backup: { provider: 'claim' } } as const;
  const build = (app: App, maxConnections = 100) => {
    const platform = new AgentPlatform(app, 'prod', props);
    new Agent(platform, 'agent', { image: IMAGE }).uses(new Postgres(platform, 'postgres', { maxConnections }));
    return platform;
  };
  const byName = (objects: Rendered[]) =>
    Object.fromEntries(objects.map((each) => [`${each.kind} ${each.metadata.name}`, each] as const).sort());

  test('gives the same objects', () => {
    const app = new App({ outdir });
    build(app);
    app.synth();
    const synthesized = readdirSync(outdir).flatMap((file) => documents(readFileSync(join(outdir, file), 'utf8')));
    const wanted = objectsOf(build(new App()));
    expect([synthesized.length, wanted.length > 20]).toEqual([wanted.length, true]);
    expect(byName(synthesized)).toEqual(byName(wanted));
  });

  test('runs the checks', () => {
    const app = new App({ outdir });
    build(app, 10);
    expect(() => app.synth()).toThrow('may open 88 connections, and it accepts 2');
    expect(readdirSync(outdir)).toEqual([]);
  });

  test('takes two platforms side by side', () => {
    const app = new App({ outdir });
    const one = build(app);
    const two = new AgentPlatform(app, 'dev');
    new Agent(two, 'agent', { image: IMAGE });
    app.synth();
    const names = readdirSync(outdir).flatMap((file) =>
      documents(readFileSync(join(outdir, file), 'utf8')).flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name] : [])),
    );
    expect(names.sort()).toEqual(['ai-agent-dev', 'ai-agent-prod']);
    expect(objectsOf(one).filter(({ metadata }) => metadata.namespace === 'ai-agent-dev')).toEqual([]);
  });
});

describe('Secrets', () => {
  const secretEnv = { OWN: 'generate', THEIRS: { secret: 'provider', key: 'key' } } as const;

  test('that can be made are made by the one pod with a token; the others are the user’s', () => {
    const platform = smallPlatform({}, { secretEnv });
    const objects = objectsOf(platform);
    expect(find(objects, 'ConfigMap', find(objects, 'Job').spec.template.spec.volumes[0].configMap.name).data.secrets).toBe(
      'agent-keys OWN {random}\n',
    );
    const withToken = objects.filter((object) => JSON.stringify(object).includes('"automountServiceAccountToken":true'));
    expect(withToken.map(({ kind }) => kind)).toEqual(['Job']);
    expect(platform.userSecrets).toEqual([{ name: 'provider', keys: { key: undefined } }]);
  });

  test('are all the user’s where nothing is made', () => {
    const platform = smallPlatform({ secrets: { provider: 'existing' }, imagePullSecrets: ['registry'] }, { secretEnv });
    expect(objectsOf(platform).filter(({ kind }) => kind === 'Job' || kind === 'Role')).toEqual([]);
    expect(platform.userSecrets.map(({ name }) => name)).toEqual(['agent-keys', 'provider', 'registry']);
    expect(platform.userSecrets[2]?.keys).toEqual({ '.dockerconfigjson': undefined });
  });

  test('need no Job where there are none', () => {
    expect([...renderFiles(smallPlatform()).keys()]).toEqual(['00-namespace.yaml', '40-agent.yaml']);
  });

  test('that an operator makes are nobody else’s to make; what it archives is in a backup', () => {
    const operated = (archive?: object) =>
      platformFrom({
        name: 'it',
        domain: 'agent.example.com',
        agents: { agent: { image: IMAGE, uses: ['postgres'] } },
        stores: {
          postgres: { provider: 'cloudnative-pg', archive },
          minio: { provider: 'external', host: 's3.example.com', secret: 's3' },
        },
      });
    const platform = operated({ bucket: 'uploads' });
    expect(objectsOf(platform).filter(({ kind }) => kind === 'Job')).toEqual([]);
    expect(platform.userSecrets.map(({ name }) => name)).toEqual(['s3']);
    expect([platform.withoutBackup, operated().withoutBackup]).toEqual([[], ['postgres']]);
    // the quota has room for servers that others make, and for one more
    const { hard } = find(objectsOf(platform), 'ResourceQuota').spec;
    expect(hard).toMatchObject({ persistentvolumeclaims: '4', 'requests.storage': '180Gi' });
    expect(find(objectsOf(platform), 'PriorityClass', 'ai-agent-it-stores').value).toBe(100_000);
  });

  test('that a store makes may be referred to', () => {
    const platform = new AgentPlatform(new App(), 'prod');
    new Agent(platform, 'agent', {
      image: IMAGE,
      secretEnv: { PGPASSWORD: { secret: 'postgres-auth', key: 'password' } },
    });
    new Postgres(platform, 'postgres');
    expect(renderFiles(platform).has('10-secrets.yaml')).toBe(true);
    expect(platform.userSecrets).toEqual([]);
  });
});

test('the alert on a certificate is about the one that cert-manager makes for the edge', () => {
  const tls = { provider: 'cert-manager', issuer: 'letsencrypt' } as const;
  const rulesOf = (edge: PlatformProps['edge']) => {
    const platform = smallPlatform({ domain: 'agent.example.com', edge, observability: { provider: 'prometheus-operator' } });
    return JSON.stringify(platform.objects().find(({ json }) => json.kind === 'PrometheusRule')?.json);
  };
  expect(rulesOf({ controller: 'nginx', tls })).toContain(
    'certificate_expiration_timestamp_seconds{namespace=\\"ai-agent-small\\",name=\\"edge-tls\\"}',
  );
  for (const edge of [{ controller: 'nginx', tls: { provider: 'existing', secret: 's' } }, { controller: 'none' }] as const)
    expect(rulesOf(edge)).not.toContain('CertificateExpiring');
});
