import { spawnSync } from 'node:child_process';
import {
  AGENT,
  EDGE,
  eventually,
  figure,
  get,
  type KubeObject,
  kubectl,
  NAMESPACE,
  python,
  SURGERY,
  settled,
  sleep,
} from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const app = ({ metadata }: KubeObject) => metadata.labels?.['app.kubernetes.io/name'] ?? '';

/** Pods of workloads, in the order of their names: not those of Jobs. */
const pods = (): KubeObject[] => get('pod', '-n', NAMESPACE).filter(({ status }) => status.phase === 'Running');

const containerIds = ({ status }: KubeObject) =>
  (status.containerStatuses ?? []).map(({ containerID = '' }) => containerID.replace(/^\w+:\/\//, ''));

const kill = (...ids: readonly string[]) => python<number>(SURGERY, 'surgeon', 'kill.py', ...ids);

/** What was acknowledged before, found again after. */
async function keeping(what: string, disaster: () => void | Promise<void>, seconds = 180): Promise<void> {
  const name = what.replaceAll(/\W+/g, '-').slice(0, 60);
  const upload = python<string>(EDGE, 'client', 'data.py', AGENT, 'write', name);
  await sleep(2); // Redis: appendfsync everysec, and replicas follow a moment later
  const begin = Date.now();
  await disaster();
  await settled(NAMESPACE, seconds);
  figure(what, `back after ${Math.round((Date.now() - begin) / 1000)} s, with everything that was acknowledged`);
  const messages = Array.from({ length: 20 }, (_, number) => `${name} ${number}`);
  expect(python(EDGE, 'client', 'data.py', AGENT, 'read', name, upload)).toEqual({
    history: messages,
    sessions: messages,
    document: `document of ${name}`,
    file: `file of ${name}`,
  });
}

const others = ['postgres', 'postgres-pooler', 'redis', 'memcached', 'chroma', 'minio', 'agent'];

describe('kill -9 of the main process', () => {
  onCluster.each(others)('%s', async (name) => {
    await keeping(`kill -9 of the main process of each pod of ${name}, one after the other`, async () => {
      for (const pod of pods().filter((pod) => app(pod) === name)) {
        const [main = ''] = containerIds(pod);
        expect(kill(main)).toBe(1);
        await eventually(120, () => {
          const now = get('pod', '-n', NAMESPACE).find(({ metadata }) => metadata.name === pod.metadata.name);
          const isBack =
            now &&
            containerIds(now)[0] !== main &&
            now.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
          return isBack ? [] : [`pod ${pod.metadata.name} is Ready again`];
        });
      }
    });
  });
});

/** In each, every workload loses a third of its pods: of six Redis two, which may be a master and its replica. */
const ROUNDS = 3;

onCluster(
  'deletion of each pod, round by round',
  async () => {
    for (let round = 0; round < ROUNDS; round++)
      await keeping(`deletion of a third of all pods (${round + 1} of ${ROUNDS})`, () => {
        const victims = others.flatMap((name) =>
          pods()
            .filter((pod) => app(pod) === name)
            .filter((_, index) => index % ROUNDS === round),
        );
        kubectl(['delete', 'pod', '-n', NAMESPACE, '--wait=false', ...victims.map(({ metadata }) => metadata.name)]);
      });
  },
  600_000,
);

onCluster('the kubelet', async () => {
  const before = pods().map(({ metadata }) => metadata.uid);
  await keeping('kill -9 of the kubelet', async () => {
    python<number>(SURGERY, 'surgeon', 'kubelet.py');
    const answers = () => spawnSync('kubectl', ['exec', '-n', SURGERY, 'surgeon', '--', 'true']).status === 0;
    await eventually(30, () => (answers() ? ['the end of the kubelet'] : []));
    await eventually(120, () => (answers() ? [] : ['the kubelet']));
  });
  expect(pods().map(({ metadata }) => metadata.uid)).toEqual(before);
});

onCluster(
  'all containers of the platform at once',
  async () => {
    await keeping(
      'kill -9 of every container at once',
      async () => {
        const killed = pods().flatMap((pod) => containerIds(pod));
        expect(kill(...killed)).toBe(killed.length);
        // until the kubelet has seen it, everything still looks well
        await eventually(60, () => {
          const left = get('pod', '-n', NAMESPACE).flatMap((pod) => containerIds(pod));
          return killed.filter((id) => left.includes(id)).map((id) => `the end of container ${id}`);
        });
      },
      300,
    );
  },
  600_000,
);

onCluster(
  'all pods at once, which come back with other addresses',
  async () => {
    await keeping(
      'deletion of every pod at once',
      () => {
        kubectl(['delete', 'pod', '-n', NAMESPACE, '--all', '--wait=false', '--grace-period=1']);
      },
      300,
    );
  },
  600_000,
);
