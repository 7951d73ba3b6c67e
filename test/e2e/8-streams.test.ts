import { onCluster } from './support/on-cluster';
import { endOfStream, SECONDS } from './support/stream';

onCluster(
  'events of a stream come in time for as long as it lasts: it began before the tests that look at everything else',
  async () => {
    // ten pauses between eleven pieces
    expect(await endOfStream()).toEqual({ pieces: 11, seconds: SECONDS, end: 'event: end' });
  },
  240_000,
);
