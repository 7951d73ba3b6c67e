import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import * as k8s from '../../imports/k8s';
import { Agent } from '../../lib/agent';
import { Component } from '../../lib/kube';
import { AgentPlatform } from '../../lib/platform';
import { renderFiles, UnsoundPlatform } from '../../lib/render';
import { Postgres } from '../../lib/stores';
import { IMAGE, smallPlatform } from '../support/small';

test('a file is a list of documents, each with its kind on top and nothing of the program in it', () => {
  const files = renderFiles(smallPlatform());
  const [namespace = '', agent = ''] = [...files.values()];
  expect([...files.keys()]).toEqual(['00-namespace.yaml', '40-agent.yaml']);
  expect(namespace.split('---\n')[0]).toBe(`apiVersion: v1
kind: Namespace
metadata:
  annotations:
    argocd.argoproj.io/sync-options: "Prune=confirm,Delete=confirm"
    kustomize.toolkit.fluxcd.io/prune: disabled
  labels:
    app.kubernetes.io/managed-by: cdk8s-ai-agent
    app.kubernetes.io/part-of: small
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/warn: restricted
  name: ai-agent-small
`);
  expect(parseAllDocuments(agent).map((document) => document.toJS().kind)).toEqual([
    ...['ConfigMap', 'ServiceAccount', 'Deployment', 'PodDisruptionBudget', 'Service', 'HorizontalPodAutoscaler'],
    'NetworkPolicy',
  ]);
  for (const text of [namespace, agent]) {
    expect(text).not.toMatch(/^---|---\n$|\n\n---|null|undefined|\[object/);
    expect(text.split('\n---\n').filter((each) => !each.startsWith('apiVersion: '))).toEqual([]);
  }
});

test('an own component has its own file, at its place', () => {
  const platform = smallPlatform();
  const own = new Component(platform, 'own', { order: '24' });
  new k8s.KubeConfigMap(own, 'map', { metadata: { name: 'own' }, data: { a: 'b' } });
  const files = renderFiles(platform);
  expect([...files.keys()]).toEqual(['00-namespace.yaml', '24-own.yaml', '40-agent.yaml']);
  expect(files.get('24-own.yaml')).toContain('name: own\n  namespace: ai-agent-small\n');
});

test('a chart that is no component would be in no file, and is told', () => {
  const platform = smallPlatform();
  const chart = new Chart(platform, 'lost');
  new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'own' }, data: { a: 'b' } });
  expect(() => renderFiles(platform)).toThrow(new Error('small/lost: is a Chart, which is in no file; make it a Component'));
});

test('what does not fit together is no file: all of it is said', () => {
  const platform = new AgentPlatform(new App(), 'prod');
  const postgres = new Postgres(platform, 'postgres', { maxConnections: 10 });
  new Agent(platform, 'agent', { image: IMAGE, resources: { memory: '8Gi' } }).uses(postgres);
  let error: unknown;
  try {
    renderFiles(platform);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(UnsoundPlatform);
  const { findings, message, name } = error as UnsoundPlatform;
  expect(findings).toEqual([
    expect.stringMatching(/^postgres: prod\/agent \(11 replicas x 4 workers x 2 connections\) may open 88 connections, /),
    expect.stringMatching(/^prod\/agent\/agent\/deployment: .*requests 8Gi of memory, and its limit is 4Gi/),
  ]);
  expect([message, name]).toEqual([findings.join('\n'), 'UnsoundPlatform']);
});
