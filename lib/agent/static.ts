import { type Component, configFiles, type Resources, scratch, service, Workload } from '../kube';
import nginxConfig from './files/static.conf';
import type { AgentOptions } from './schema';

const RESOURCES: Resources = { cpu: '10m', memory: '64Mi' };

/**
 * A web server for the static files of an agent's image: no edge controller serves a folder. An init container copies
 * the files out of the very image that the agent runs, so that both are of one version.
 */
export function staticServer(component: Component, agentImage: string, options: NonNullable<AgentOptions['static']>): Workload {
  const name = `${component.node.id}-static`;
  const { maxAge, immutable } = options.cache;
  const cacheControl = `public, max-age=${maxAge}${immutable ? ', immutable' : ''}`;
  const files = scratch('files', '256Mi');
  const workload = new Workload(component, {
    kind: 'Deployment',
    name,
    component: 'static',
    replicas: options.replicas,
    user: { uid: 101, gid: 101 },
    priority: 'agents',
    drain: { settle: 10, finish: 20 },
    initContainers: [
      {
        name: 'copy',
        image: agentImage,
        command: ['cp', '-R', `${options.from}/.`, '/srv/static/'],
        resources: RESOURCES,
        mounts: { '/srv/static': files },
      },
    ],
    containers: [
      {
        name: 'nginx',
        image: options.image,
        command: ['nginx', '-c', '/etc/nginx-static/static.conf', '-g', 'daemon off;'],
        ports: { http: 8080 },
        resources: RESOURCES,
        probes: { readiness: { check: { http: '/healthz', port: 'http' } }, liveness: { check: { tcp: 'http' } } },
        mounts: {
          '/etc/nginx-static': configFiles(component, `${name}-config`, {
            'static.conf': nginxConfig.replace(/public, max-age=[^"]+/, cacheControl),
          }),
          '/srv/static': { volume: files, readOnly: true },
          '/tmp': scratch('tmp', '64Mi'),
        },
      },
    ],
  });
  service(workload, { ports: ['http'] });
  return workload;
}
