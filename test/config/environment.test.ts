import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentSchema, loadEnvironment } from '../../lib/config';

const START = 'name: shop\ndomain: agent.example.com\n';
const AGENT = 'agents:\n  agent:\n    image: a:1\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'environment-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Problems of a file, without its name. */
function problems(text: string): string[] {
  const file = join(folder, 'e.yaml');
  writeFileSync(file, text);
  try {
    loadEnvironment(file, EnvironmentSchema);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(`${file}:`, ''));
  }
}

/** What goes on below the agent, from line 6 on. */
const inAgent = (text: string) => `${START}${AGENT}    ${text}\n`;
const inStores = (text: string) => `${START}${AGENT}stores:\n  ${text}\n`;
const atTop = (text: string) => `${START}${AGENT}${text}\n`;

const SIZE = 'expected a size such as 512Mi or 2Gi';
const CRON = 'expected five fields such as "0 2 * * *" (minute hour day month weekday)';

it.each<[string, string, string[]]>([
  ['nothing wrong', atTop(''), []],
  ['no agent', `${START}agents: {}\n`, ['3:9: agents: got a map, expected at least one agent']],
  [
    'a quantity of other worlds',
    inStores('postgres: { memory: 1GiB }'),
    [`7:23: stores.postgres.memory: got "1GiB", ${SIZE}; did you mean "1Gi"?`],
  ],
  ['a negative size', inStores('postgres: { storage: -1Gi }'), [`7:24: stores.postgres.storage: got "-1Gi", ${SIZE}`]],
  ['a size of zero', inStores('redis: { memory: 0Mi }'), [`7:20: stores.redis.memory: got "0Mi", ${SIZE}`]],
  ['no cores', inAgent('resources: { cpu: 0 }'), ['6:23: agents.agent.resources.cpu: got 0, expected cores such as 2 or 500m']],
  [
    'min above max',
    inAgent('replicas: { min: 5, max: 2 }'),
    ['6:15: agents.agent.replicas: got min 5 and max 2, expected min to be no more than max'],
  ],
  ['a bad schedule', atTop('backup: { provider: claim, schedule: "61 2 * * *" }'), [`6:38: backup.schedule: got "61 2 * * *", ${CRON}`]],
  ['a bad host', inAgent('host: Agent_1'), ['6:11: agents.agent.host: got "Agent_1", expected a host name such as agent.example.com']],
  [
    'latest',
    inAgent('static: { image: nginx:latest }'),
    ['6:22: agents.agent.static.image: got "nginx:latest", expected a pinned image: add a tag other than latest, or a digest'],
  ],
  [
    'an unknown store',
    inAgent('uses: [postgrs]\nstores: { postgres: {} }'),
    ['6:12: agents.agent.uses[0]: got "postgrs", expected one of the stores: postgres; did you mean "postgres"?'],
  ],
  [
    'a store that is not there',
    inAgent('uses: [{ store: redis }]\nstores: { postgres: {} }'),
    ['6:21: agents.agent.uses[0].store: got "redis", expected one of the stores: postgres; add stores.redis, or remove it here'],
  ],
  [
    'an archive without an object store',
    inStores('postgres: { provider: cloudnative-pg, archive: { bucket: backups } }'),
    ['7:50: stores.postgres.archive: got no stores.minio, expected an object store beside it; add stores.minio'],
  ],
  [
    'a store twice',
    inAgent('uses: [redis, redis]\nstores: { redis: {} }'),
    ['6:19: agents.agent.uses[1]: got "redis" again, expected each store once'],
  ],
  [
    'a name that is taken',
    `${START}agents: { redis: { image: a:1 } }\nstores: { redis: {} }\n`,
    ['3:18: agents.redis: got "redis", expected a name that no other part has: namespace, secrets, edge, backup, observability, redis'],
  ],
  [
    'two agents on one path',
    `${START}agents:\n  a: { image: a:1 }\n  b: { image: b:1, routes: [{ path: /x/ }, { path: /api/ }] }\nedge: { controller: nginx }\n`,
    [
      '5:44: agents.b.routes[1]: got agent.example.com/api/, expected a path that no other route has: agent "a" answers it already; give this agent a host or routes of its own',
    ],
  ],
  [
    'an edge without a host',
    `name: shop\n${AGENT}edge: { controller: nginx }\n`,
    ['3:3: agents.agent: got an agent without a host, expected a host here, or a domain at the top of the file'],
  ],
  [
    'two agents without a host, and so of one path',
    'name: shop\nagents:\n  a: { image: "a:1" }\n  b: { image: "b:1" }\nedge: { controller: nginx }\n',
    ['a', 'b'].map(
      (name, index) =>
        `${index + 3}:6: agents.${name}: got an agent without a host, expected a host here, or a domain at the top of the file`,
    ),
  ],
  [
    'a volume of one node for many',
    inAgent('uploads: { accessMode: ReadWriteOnce }'),
    [
      '6:28: agents.agent.uploads.accessMode: got "ReadWriteOnce", expected ReadWriteMany, or replicas.max: 1: a ReadWriteOnce volume has one node only',
    ],
  ],
  [
    'settings of another runtime',
    inAgent('runtime: streamlit\n    gunicorn: {}'),
    ['7:15: agents.agent.gunicorn: got a map, expected runtime: gunicorn beside it'],
  ],
  ['a script for gunicorn', inAgent('script: app.py'), ['6:13: agents.agent.script: got "app.py", expected runtime: streamlit beside it']],
  [
    'static files of streamlit',
    inAgent('runtime: streamlit\n    static: {}'),
    ['7:13: agents.agent.static: got a map, expected none: streamlit serves its own /static/'],
  ],
  [
    'routes to static files that are not there, whatever the edge is',
    inAgent('routes: [{ path: /a/ }, { path: /static/b/, to: static }, ~, { path: /c/, to: static }]'),
    [
      '6:53: agents.agent.routes[1].to: got "static", expected "agent", or static files of the agent (static: {})',
      '6:63: agents.agent.routes[2]: got nothing, expected a map of path, match, limit, body, timeout, connectTimeout, sendTimeout, requestBuffering, responseBuffering, websocket, headers, to',
      '6:74: agents.agent.routes[3].path: got "/c/", expected /static/ or a path below it, where static files are; take that, or to: agent',
      '6:83: agents.agent.routes[3].to: got "static", expected "agent", or static files of the agent (static: {})',
    ],
  ],
  ['stores: and nothing', atTop('stores:'), ['6:1: stores: got nothing, expected a map of postgres, redis, memcached, chroma, minio']],
  ['agents: and nothing', `${START}agents:\n`, ['3:1: agents: got nothing, expected a map']],
  [
    'an agent that is nothing, and a route',
    `${START}agents:\n  agent:\n  b: { image: b:1, routes: [~, { path: /a/ }, { path: /a/ }] }\nedge: { controller: nginx }\n`,
    [
      expect.stringMatching(/^4:3: agents\.agent: got nothing, expected a map of image, /),
      expect.stringMatching(/^5:29: agents\.b\.routes\[0\]: got nothing, expected a map of path, /),
      expect.stringMatching(/^5:47: agents\.b\.routes\[2\]: got agent\.example\.com\/a\/, expected a path that no other route has/),
    ],
  ],
  [
    'everything at once',
    `${START}agents:\n  agent:\n    uses: [redis]\n    replicas: { min: "3" }\n`,
    [
      '4:3: agents.agent.image: got nothing, expected an image such as registry.example.com/ai-agent:1.4.2',
      '5:12: agents.agent.uses[0]: got "redis", expected one of the stores: there is none; add stores.redis, or remove it here',
      '6:22: agents.agent.replicas.min: got "3", expected a whole number; remove the quotes',
    ],
  ],
])('fails on %s', (_, text, expected) => {
  expect(problems(text)).toEqual(expected);
});
