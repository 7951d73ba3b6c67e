import type { AgentProps } from '../../lib/agent';
import { IMAGES } from '../../lib/kube';
import { IMAGE, lookInto, makeAgent } from '../support/agent';
import { find, podSpec, rendered } from '../support/platform';

const kinds = (props: Partial<AgentProps>, kind: string) => makeAgent(props).objects.filter((object) => object.kind === kind);

describe('autoscaling', () => {
  test('follows CPU: up at once, down slowly', () => {
    const { deployment, objects } = makeAgent({ replicas: { min: 2, max: 6, cpu: 55 } });
    expect(deployment.spec).not.toHaveProperty('replicas');
    expect(find(objects, 'HorizontalPodAutoscaler')).toMatchObject({
      apiVersion: 'autoscaling/v2',
      metadata: { name: 'agent' },
    });
    expect(find(objects, 'HorizontalPodAutoscaler').spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 55 } } }],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 60 },
            { type: 'Pods', value: 2, periodSeconds: 60 },
          ],
        },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }] },
      },
    });
  });

  test.each([1, 4])('has nothing to do where there are %p replicas and no range', (count) => {
    const { deployment, objects, agent } = makeAgent({ replicas: { min: count, max: count } });
    expect(deployment.spec.replicas).toBe(count);
    expect(objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
    expect(agent.workload.replicas).toEqual({ min: count, max: count });
  });
});

const RWX = 'a StorageClass with ReadWriteMany volumes: the default one, or uploads.storageClass';

describe('uploads', () => {
  test('are one volume that all replicas write', () => {
    const { objects, mounts, agent, scope } = makeAgent({ uploads: {} });
    expect([...scope.context.requirements]).toEqual([RWX]);
    expect(find(objects, 'PersistentVolumeClaim')).toMatchObject({
      metadata: { name: 'agent-uploads', annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
      spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '20Gi' } } },
    });
    expect(mounts['/app/uploads']).toEqual({ name: 'uploads', persistentVolumeClaim: { claimName: 'agent-uploads' } });
    expect(agent.backup).toEqual({
      backupName: 'agent-uploads',
      method: 'files',
      user: { uid: 10001, gid: 10001 },
      env: {},
      claim: 'agent-uploads',
      besidePods: undefined,
      scratch: '20Gi',
    });
  });

  test('of one replica may be a volume of one node, and are backed up there', () => {
    const uploads = { accessMode: 'ReadWriteOnce', storage: '5Gi', path: '/data', storageClass: 'fast' } as const;
    const { objects, mounts, agent } = makeAgent({ uploads, replicas: { min: 1, max: 1 }, user: 1234 });
    expect(find(objects, 'PersistentVolumeClaim').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '5Gi' } },
    });
    expect(mounts['/data']).toEqual({ name: 'uploads', persistentVolumeClaim: { claimName: 'agent-uploads' } });
    expect(agent.backup).toMatchObject({
      besidePods: agent.workload.pods,
      scratch: '5Gi',
      user: { uid: 1234, gid: 1234 },
    });
  });

  test('are none unless they are asked for', () => {
    expect(kinds({}, 'PersistentVolumeClaim')).toEqual([]);
    expect([...makeAgent().scope.context.requirements]).toEqual([]);
    expect(makeAgent().mounts).not.toHaveProperty('/app/uploads');
  });
});

test('logs and scratch are folders that live as long as the pod', () => {
  const { mounts } = makeAgent({ logs: { path: '/var/log/agent', size: '3Gi' }, scratch: '2Gi' });
  expect(mounts['/var/log/agent']).toEqual({ name: 'logs', emptyDir: { sizeLimit: '3Gi' } });
  expect(mounts['/tmp']).toEqual({ name: 'tmp', emptyDir: { sizeLimit: '2Gi' } });
  expect(makeAgent().mounts['/app/logs'].emptyDir).toEqual({ sizeLimit: '1Gi' });
});

describe('static files', () => {
  const { agent, objects } = makeAgent({ static: { from: '/srv/www', replicas: 3 } });
  const deployment = find(objects, 'Deployment', 'agent-static');
  const pod = podSpec(deployment);

  test('come out of the very image of the agent', () => {
    expect(pod.initContainers).toHaveLength(1);
    expect(pod.initContainers[0]).toMatchObject({
      name: 'copy',
      image: IMAGE,
      command: ['cp', '-R', '/srv/www/.', '/srv/static/'],
      volumeMounts: [{ mountPath: '/srv/static', name: 'files' }],
    });
  });

  test('are served by nginx, which writes nowhere but to /tmp', () => {
    const [nginx] = pod.containers;
    expect(nginx).toMatchObject({
      name: 'nginx',
      image: IMAGES.nginx,
      command: ['nginx', '-c', '/etc/nginx-static/static.conf', '-g', 'daemon off;'],
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
      livenessProbe: { tcpSocket: { port: 'http' } },
      volumeMounts: [
        { mountPath: '/etc/nginx-static', name: 'agent-static-config', readOnly: true },
        { mountPath: '/srv/static', name: 'files', readOnly: true },
        { mountPath: '/tmp', name: 'tmp' },
      ],
    });
    expect(nginx.lifecycle.preStop.exec.command).toEqual(['sleep', '10']);
    expect(pod.securityContext).toMatchObject({ runAsUser: 101, runAsGroup: 101 });
    expect(pod.priorityClassName).toBe('ai-agent-test-agents');
    expect(pod.terminationGracePeriodSeconds).toBe(35);
    const config = objects.find(({ kind, data }) => kind === 'ConfigMap' && data['static.conf']);
    expect(config?.data['static.conf']).toContain('listen 8080;');
    expect(config?.metadata.name).toBe(pod.volumes.find(({ name }: { name: string }) => name === 'agent-static-config').configMap.name);
  });

  test('have a Service, replicas and a way from the edge of their own', () => {
    expect(deployment.spec.replicas).toBe(3);
    expect(deployment.spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'agent-static',
      'app.kubernetes.io/component': 'static',
    });
    expect(find(objects, 'Service', 'agent-static').spec.ports).toEqual([{ name: 'http', port: 8080, targetPort: 'http' }]);
    expect(agent.backend.static?.name).toBe('agent-static');
    expect(agent.backend.agent).toBe(agent.workload);
    expect(makeAgent().agent.backend.static).toBeUndefined();
  });
});

test('the host is the agent’s own, the platform’s, or none', () => {
  expect(makeAgent({ host: 'own.example.com' }).agent.backend.host).toBe('own.example.com');
  expect(makeAgent({}, { domain: 'all.example.com' }).agent.backend.host).toBe('all.example.com');
  expect(makeAgent({}, { domain: undefined }).agent.backend.host).toBe('');
});

test('the environment is named after the platform', () => {
  expect(makeAgent({}, { name: 'staging' }).env.ENV).toBe('staging');
});

test('the props are the caller’s: an agent does not change them', () => {
  const props: AgentProps = {
    image: IMAGE,
    env: { A: 'b' },
    uploads: {},
    replicas: { min: 2 },
    routes: [{ path: '/x/' }],
  };
  const before = structuredClone(props);
  const { agent } = makeAgent(props);
  lookInto(agent);
  expect(rendered(agent).length).toBeGreaterThan(5);
  expect(props).toEqual(before);
});
