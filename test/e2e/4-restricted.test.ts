import { spawnSync } from 'node:child_process';
import { eventually, get, kubectl, NAMESPACE } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly phase: string };
  readonly spec: {
    readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly securityContext: { readonly runAsUser?: number; readonly runAsGroup?: number };
      readonly volumeMounts?: readonly { readonly mountPath: string; readonly readOnly?: boolean }[];
    }[];
  };
}

/** Images that have no shell: nothing can be run in them. */
const WITHOUT_SHELL = /memcached-exporter/;

const running = () =>
  get<Pod>('pod', '-n', NAMESPACE)
    .filter(({ status }) => status.phase === 'Running')
    .flatMap(({ metadata, spec }) =>
      spec.containers.map((container) => ({ pod: metadata.name, container, defaults: spec.securityContext })),
    )
    .filter(({ container }) => !WITHOUT_SHELL.test(container.image));

const sh = (pod: string, container: string, command: string) =>
  spawnSync('kubectl', ['exec', '-n', NAMESPACE, pod, '-c', container, '--', 'sh', '-c', command], { encoding: 'utf8' });

onCluster('the namespace refuses a pod that is not restricted', () => {
  const run = ['run', 'root', '-n', NAMESPACE, '--image=registry.example.com/ai-agent:1.4.2', '--dry-run=server'];
  expect(spawnSync('kubectl', run, { encoding: 'utf8' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('violates PodSecurity "restricted:latest"'),
  });
});

onCluster('every process runs as the rendered user, with no capability and under seccomp', () => {
  const found = running().map(({ pod, container: { name, securityContext }, defaults }) => {
    const rendered = { ...defaults, ...securityContext };
    const { stdout } = sh(pod, name, 'id -u; id -g; grep -E "^(CapEff|Seccomp|NoNewPrivs):" /proc/1/status | tr -d "\\t"');
    return [`${pod}/${name}`, stdout.trim().split('\n'), [`${rendered.runAsUser}`, `${rendered.runAsGroup}`]] as const;
  });
  expect(found.length).toBeGreaterThan(8);
  for (const [name, actual, rendered] of found)
    expect([name, ...actual]).toEqual([name, ...rendered, 'CapEff:0000000000000000', 'NoNewPrivs:1', 'Seccomp:2']);
});

onCluster('nothing outside of the declared volumes can be written to', () => {
  for (const { pod, container } of running()) {
    const writable = (container.volumeMounts ?? []).filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
    // /dev has files that everybody may write to; /dev/shm and the rest of it is memory of the pod itself
    const script =
      'for d in / /bin /etc /home /opt /root /run /srv /usr /var /var/lib /var/tmp /tmp /data; do { [ -d $d ] && : >$d/.w; } 2>/dev/null && rm $d/.w && echo $d; done; true';
    const { stdout } = sh(pod, container.name, script);
    expect([
      pod,
      container.name,
      stdout
        .trim()
        .split('\n')
        .filter((folder) => folder && !writable.includes(folder)),
    ]).toEqual([pod, container.name, []]);
  }
});

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string | null;
  readonly eventTime: string | null;
}

onCluster('no warning is left among the events, once the platform is at rest', async () => {
  // probes and the autoscaler would repeat theirs sooner than that
  const warnings = (seconds: number) =>
    get<Event>('event', '-n', NAMESPACE)
      .filter(
        ({ type, lastTimestamp, eventTime }) =>
          type === 'Warning' && Date.now() - Date.parse(lastTimestamp ?? eventTime ?? '') < seconds * 1000,
      )
      .map(({ reason, message }) => `${reason}: ${message}`);
  await eventually(120, () => warnings(20));
  expect(kubectl(['get', 'events', '-n', NAMESPACE])).not.toMatch(/FailedCreate|forbidden/);
});
