import { get, NAMESPACE, python } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const restarts = () =>
  Object.fromEntries(
    get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=store').flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? []).map(({ name, restartCount }) => [`${metadata.name}/${name}`, restartCount] as const),
    ),
  );

onCluster(
  'stores that are filled to what they were given throw out what is old, and are not killed',
  () => {
    const before = restarts();
    const [agent] = get('pod', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=agent');
    expect(python(NAMESPACE, agent?.metadata.name ?? '', 'fill.py')).toEqual({
      redis: { full: true, evicting: true },
      memcached: { evicting: true },
      postgres: { sorted: 28 },
    });
    expect(restarts()).toEqual(before);
  },
  240_000,
);
