import { App } from 'cdk8s';
import { Agent } from '../../lib/agent';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles } from '../../lib/render';
import { IMAGE, smallPlatform } from '../support/small';

// faults that a closer look has found

test('an agent whose name no Service can have is refused: a letter comes first (DNS-1035)', () => {
  const platform = new AgentPlatform(new App(), 'prod');
  new Agent(platform, '1st', { image: IMAGE });
  expect(() => renderFiles(platform)).toThrow('1st');
});

test('HTTP-01 works: its solver’s Service is a NodePort unless the issuer says serviceType: ClusterIP', () => {
  const tls = { provider: 'cert-manager', issuer: 'letsencrypt' } as const;
  const platform = smallPlatform({ domain: 'a.example.com', edge: { controller: 'nginx', tls } });
  const [namespace = ''] = [...renderFiles(platform).values()];
  const forbidsNodePorts = /services\.nodeports: "?0"?\n/.test(namespace);
  expect(forbidsNodePorts && ![...platform.context.requirements].join().includes('serviceType: ClusterIP')).toBe(false);
});
