import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../../lib/agent';
import { find, rendered, testScope } from '../support/platform';
import { eventually, needs } from '../support/services';

const python = 'import gunicorn, uvicorn_worker, prometheus_client';
const installed = spawnSync('python3', ['-c', python]).status === 0;
const { it } = needs(installed);

const APP = `
from prometheus_client import Counter
requests = Counter("handled", "requests")

async def app(scope, receive, send):
    assert scope["type"] == "http"
    requests.inc()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
`;

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** The text behind a URL of this machine. */
const answer = (url: string) =>
  eventually(url, () =>
    fetch(url)
      .then((response) => response.text())
      .catch(() => undefined),
  );

let folder: string;
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gunicorn-'));
});
afterEach(() => {
  try {
    // the whole group: workers outlive a killed master for a while, and hold its output open
    if (server?.pid) process.kill(-server.pid, 'SIGKILL');
  } catch (error) {
    expect(error).toHaveProperty('code', 'ESRCH'); // all of them have ended, as they should
  }
  rmSync(folder, { recursive: true });
});

/** Starts the rendered configuration for an application; gives where it serves, and what it has logged so far. */
async function serve(agent: Agent, app: string) {
  const config = find(rendered(agent), 'ConfigMap').data['gunicorn.conf.py'];
  const metrics = join(folder, 'metrics');
  mkdirSync(metrics, { recursive: true });
  writeFileSync(join(folder, 'gunicorn.conf.py'), config);
  writeFileSync(join(folder, 'app.py'), app);
  const [port, metricsPort] = [await freePort(), await freePort()];
  let log = '';
  server = spawn('python3', ['-m', 'gunicorn', '--config', 'gunicorn.conf.py', '--bind', `127.0.0.1:${port}`, 'app:app'], {
    cwd: folder,
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      PROMETHEUS_MULTIPROC_DIR: metrics,
      METRICS_PORT: String(metricsPort),
    },
  });
  server.stderr?.on('data', (data) => {
    log += data;
  });
  expect(await answer(`http://127.0.0.1:${port}/`)).toBe('ok');
  return { port, url: `http://127.0.0.1:${port}/`, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, log: () => log };
}

it('the rendered configuration serves with uvicorn workers, counts over all of them, and stops in time', async () => {
  const agent = new Agent(testScope(), 'agent', { image: 'a:1', requestTimeout: 5 });
  const left = join(folder, 'metrics/counter_1.db');
  mkdirSync(join(folder, 'metrics'));
  writeFileSync(left, 'of a worker that is long gone');
  const { url, metricsUrl, log } = await serve(agent, APP);
  for (let request = 1; request < 20; request++) await answer(url);
  expect(await answer(metricsUrl)).toMatch(/^handled_total 20\.0$/m);
  const boots = () => log().match(/Booting worker/g)?.length ?? 0;
  // the first worker answers before the last one has started
  await eventually('all workers', () => boots() >= agent.workers || undefined);
  expect(boots()).toBe(agent.workers);
  expect(existsSync(left)).toBe(false);

  const ended = new Promise((resolve) => server?.once('exit', resolve));
  server?.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(readdirSync(join(folder, 'metrics')).filter((name) => name.startsWith('gauge_live'))).toEqual([]);
}, 60_000);

it('a worker that has had its most requests still answers who has connected', async () => {
  const options = { workers: 1, maxRequests: 5, maxRequestsJitter: 0 };
  const { port, url, log } = await serve(new Agent(testScope(), 'agent', { image: 'a:1', gunicorn: options }), APP);
  let response = '';
  const client = connect(port, '127.0.0.1').setEncoding('utf8');
  client.on('data', (data) => {
    response += data;
  });
  const ended = new Promise((resolve) => client.once('close', resolve));
  await once(client, 'connect');
  await eventually('the end of the worker', async () => log().includes('Shutting down') || void (await answer(url)));
  client.write('GET / HTTP/1.1\r\nHost: agent\r\n\r\n');
  await ended;
  expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  // and another has taken its place
  expect(await answer(url)).toBe('ok');
}, 60_000);

/** A stream that ends when the worker is told to. */
const STREAM = `
import asyncio, signal

stopping = asyncio.Event()

async def app(scope, receive, send):
    loop = asyncio.get_running_loop()
    if scope["type"] == "lifespan":
        await receive()
        before = signal.getsignal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda *given: (loop.call_soon_threadsafe(stopping.set), before(*given)))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/stream":
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await asyncio.wait_for(stopping.wait(), 60)
    await send({"type": "http.response.body", "body": b"ok"})
`;

it('a worker that has had its most requests tells its streams as the end of the pod does', async () => {
  const options = { workers: 1, maxRequests: 5, maxRequestsJitter: 0 };
  const { url, log } = await serve(new Agent(testScope(), 'agent', { image: 'a:1', gunicorn: options }), STREAM);
  const stream = await fetch(`${url}stream`);
  await eventually('the end of the worker', async () => log().includes('Shutting down') || void (await answer(url)));
  expect(await stream.text()).toBe('begunok');
  expect(await answer(url)).toBe('ok');
  expect(log()).not.toMatch(/timeout|SIGABRT|SIGKILL/i);
}, 60_000);
