import { Claim, Component, configFiles, existingClaim, memory, scratch, secretFiles, type Volume } from '../../lib/kube';
import { find, rendered, testScope } from '../support/platform';
import { CONTAINER, KINDS, makeWorkload } from '../support/workload';

const FILES = { 'a.conf': 'a = 1\n', 'b.conf': '' };

function made(files: Readonly<Record<string, string>>, options = {}, name = 'conf') {
  const component = new Component(testScope(), 'part', { order: 'agent' });
  const volume = configFiles(component, name, files, options);
  return { volume, map: find(rendered(component), 'ConfigMap') };
}

test('files are an immutable ConfigMap that is named after them', () => {
  const { volume, map } = made(FILES);
  expect(map).toMatchObject({
    immutable: true,
    data: FILES,
    metadata: { name: expect.stringMatching(/^conf-[0-9a-f]{8}$/) },
  });
  const { name } = map.metadata;
  expect(volume).toEqual({ kind: 'files', name: 'conf', source: { configMap: { name, defaultMode: 0o444 } } });
  const executable = { ...volume, source: { configMap: { name, defaultMode: 0o555 } } };
  expect(made(FILES, { executable: true }).volume).toEqual(executable);
});

test('the same files have the same name, in whatever order; others have another', () => {
  const name = (files: Readonly<Record<string, string>>) => made(files).map.metadata.name;
  expect(name({ 'b.conf': '', 'a.conf': 'a = 1\n' })).toBe(name(FILES));
  const changed: Readonly<Record<string, string>>[] = [
    { ...FILES, 'a.conf': 'a = 2\n' },
    { ...FILES, 'a.conf': 'a = 1' },
    { ...FILES, 'c.conf': '' },
    { 'a.conf': 'a = 1\n' },
    { 'A.conf': 'a = 1\n', 'b.conf': '' },
  ];
  const others = changed.map(name);
  expect(new Set([name(FILES), ...others]).size).toBe(others.length + 1);
});

test('a changed file changes the pods that mount it', () => {
  const template = (volume: Volume) =>
    makeWorkload({ ...KINDS.Deployment, containers: [{ ...CONTAINER, mounts: { '/etc/conf': volume } }] }).pod;
  const before = template(made(FILES).volume);
  expect(template(made(FILES).volume)).toEqual(before);
  const after = template(made({ ...FILES, 'b.conf': 'b' }).volume);
  expect(after.volumes[0].configMap.name).not.toBe(before.volumes[0].configMap.name);
  expect({ ...after, volumes: before.volumes }).toEqual(before);
});

test('a claim asks GitOps tools for a confirmation before data goes', () => {
  const component = new Component(testScope(), 'part', { order: 'agent' });
  new Claim(component, 'data', { storage: '5Gi' });
  new Claim(component, 'shared', { storage: '1.5Gi', storageClass: 'nfs', accessMode: 'ReadWriteMany' });
  const objects = rendered(component);
  expect(find(objects, 'PersistentVolumeClaim', 'data')).toMatchObject({
    metadata: {
      annotations: {
        'argocd.argoproj.io/sync-options': 'Prune=confirm,Delete=confirm',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      },
    },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
  });
  expect(find(objects, 'PersistentVolumeClaim', 'data').spec).not.toHaveProperty('storageClassName');
  expect(find(objects, 'PersistentVolumeClaim', 'shared').spec).toEqual({
    accessModes: ['ReadWriteMany'],
    storageClassName: 'nfs',
    resources: { requests: { storage: '1.5Gi' } },
  });
});

describe('mounts', () => {
  test.each([
    ['scratch', scratch('v', '1Gi'), { name: 'v', emptyDir: { sizeLimit: '1Gi' } }, {}],
    ['memory', memory('v', '64Mi'), { name: 'v', emptyDir: { sizeLimit: '64Mi', medium: 'Memory' } }, {}],
    ['a claim', existingClaim('v', 'pvc'), { name: 'v', persistentVolumeClaim: { claimName: 'pvc' } }, {}],
    ['a claim to read', existingClaim('v', 'pvc', true), { name: 'v', persistentVolumeClaim: { claimName: 'pvc', readOnly: true } }, {}],
    [
      'keys of a Secret',
      secretFiles('v', 'keys', ['a', 'b']),
      {
        name: 'v',
        secret: {
          secretName: 'keys',
          defaultMode: 0o440,
          items: [
            { key: 'a', path: 'a' },
            { key: 'b', path: 'b' },
          ],
        },
      },
      { readOnly: true },
    ],
    [
      'a ConfigMap',
      made(FILES, {}, 'v').volume,
      { name: 'v', configMap: { name: expect.stringMatching(/^v-[0-9a-f]{8}$/), defaultMode: 0o444 } },
      { readOnly: true },
    ],
    [
      'scripts',
      made(FILES, { executable: true }, 'v').volume,
      { name: 'v', configMap: { name: expect.stringMatching(/^v-[0-9a-f]{8}$/), defaultMode: 0o555 } },
      { readOnly: true },
    ],
  ])('of %s', (_, volume, inPod, inContainer) => {
    const { pod, main } = makeWorkload({
      ...KINDS.Deployment,
      containers: [{ ...CONTAINER, mounts: { '/a/b': volume } }],
    });
    expect(pod.volumes).toEqual([inPod]);
    expect(main.volumeMounts).toEqual([{ mountPath: '/a/b', name: 'v', ...inContainer }]);
  });

  test('may be read-only or show one file; a volume of two containers is one volume', () => {
    const volume = scratch('v', '1Gi');
    const { pod } = makeWorkload({
      ...KINDS.Deployment,
      initContainers: [{ ...CONTAINER, name: 'first', mounts: { '/out': volume } }],
      containers: [
        {
          ...CONTAINER,
          mounts: {
            '/a': { volume, readOnly: true },
            '/b': { volume, subPath: 'file' },
            '/c': { volume, readOnly: false },
          },
        },
      ],
    });
    expect(pod.volumes).toEqual([{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }]);
    expect(pod.initContainers[0].volumeMounts).toEqual([{ mountPath: '/out', name: 'v' }]);
    expect(pod.containers[0].volumeMounts).toEqual([
      { mountPath: '/a', name: 'v', readOnly: true },
      { mountPath: '/b', name: 'v', subPath: 'file' },
      { mountPath: '/c', name: 'v' },
    ]);
  });
});
