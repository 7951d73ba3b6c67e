import { EDGE, python } from './support/kubernetes';
import { onCluster } from './support/on-cluster';

const MEBIBYTES = 100;
const SECONDS = 90;

onCluster(
  'every endpoint of the reference agent works through its Service',
  () => {
    const results = python(EDGE, 'client', 'endpoints.py', 'http://agent.ai-agent-e2e:8501', String(MEBIBYTES), String(SECONDS));
    expect(results).toEqual({
      chat: { status: 200, reply: 'You said: good morning', id: 32 },
      history: ['You said: good morning'],
      sessions: ['good morning'],
      search: 'fruit',
      upload: { size: MEBIBYTES * 2 ** 20, same: true },
      // ten pauses between eleven pieces
      stream: { pieces: 11, seconds: SECONDS, end: 'event: end' },
      websocket: 'You said: hello',
    });
  },
  240_000,
);
