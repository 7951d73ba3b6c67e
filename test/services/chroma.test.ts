import { dirname } from 'node:path';
import { Chroma } from '../../lib/stores';
import { endPods, type Pod, start } from '../support/container';
import { rendered, testScope } from '../support/platform';
import { eventually, figure, needs } from '../support/services';
import { onPath } from '../support/sh';

const { describe } = needs('bwrap', 'chroma');
/** Where .ci/servers has put it, and where its wheel is. */
const programs = [dirname(dirname(onPath('chroma') ?? '/'))];
const options = () => ({ objects: rendered(new Chroma(testScope(), 'chroma')), workload: 'chroma', programs });

const LENGTH = 64;
/** An embedding that no other number has. */
const embedding = (number: number) => Array.from({ length: LENGTH }, (_, index) => Math.sin(number + index * (number + 1)));
const text = (number: number) => `document ${number}`;

/** One request to the API of Chroma's clients. @throws Error with what it answered, if that is no success */
async function ask<T>(pod: Pod, path: string, body?: object): Promise<T> {
  const url = `http://${pod.address}:8000/api/v2/tenants/default_tenant/databases/default_database/collections${path}`;
  const init = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const collection = async (pod: Pod) => (await ask<{ id: string }>(pod, '', { name: 'documents', get_or_create: true })).id;
const add = (pod: Pod, id: string, numbers: readonly number[]) =>
  ask(pod, `/${id}/upsert`, { ids: numbers.map(String), documents: numbers.map(text), embeddings: numbers.map(embedding) });
const documents = async (pod: Pod, id: string, numbers: readonly number[]) => {
  const found = await ask<{ ids: string[]; documents: string[] }>(pod, `/${id}/get`, { ids: numbers.map(String), include: ['documents'] });
  return Object.fromEntries(found.ids.map((name, index) => [name, found.documents[index]]));
};
const nearest = async (pod: Pod, id: string, number: number) =>
  (await ask<{ ids: string[][] }>(pod, `/${id}/query`, { query_embeddings: [embedding(number)], n_results: 1 })).ids[0]?.[0];

afterEach(endPods);

describe('Chroma', () => {
  it('starts as rendered, ends when it is asked to, and has everything when it is back', async () => {
    const pod = await start(options());
    await pod.ready();
    expect((await pod.probe('liveness')).status).toBe(0);
    expect((await pod.exec(['sh', '-c', 'id -u; touch /x /etc/x 2>&1 | grep -c Read-only'])).stdout).toBe('10001\n2\n');
    const id = await collection(pod);
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    await add(pod, id, numbers);
    expect(await nearest(pod, id, 42)).toBe('42');
    const reset = await fetch(`http://${pod.address}:8000/api/v2/reset`, { method: 'POST' });
    expect(reset.status).toBe(403);
    expect(await pod.stop()).toEqual({ chroma: 0 });

    const next = await start({ ...options(), claims: pod.claims });
    await next.ready();
    expect(await collection(next)).toBe(id);
    expect(await documents(next, id, numbers)).toEqual(Object.fromEntries(numbers.map((number) => [number, text(number)])));
    expect(await nearest(next, id, 42)).toBe('42');
  });

  it('has every document that it acknowledged after kill -9 under load', async () => {
    const pod = await start(options());
    await pod.ready();
    const id = await collection(pod);
    const acknowledged: number[] = [];
    let open = true;
    const write = async (writer: number) => {
      for (let round = 0; open; round++) {
        const numbers = Array.from({ length: 10 }, (_, index) => writer * 1e6 + round * 10 + index);
        await add(pod, id, numbers).then(
          () => acknowledged.push(...numbers),
          () => undefined,
        );
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    // past the thousand at which it writes its index to the disk
    await eventually('documents', () => acknowledged.length > 1500 || undefined, 60);
    await pod.kill('SIGKILL');
    const begin = Date.now();
    open = false;
    await Promise.all(writers);
    await pod.restart();
    await pod.ready();
    const seconds = (Date.now() - begin) / 1000;
    const found = await documents(pod, id, acknowledged);
    expect(acknowledged.filter((number) => found[number] !== text(number))).toEqual([]);
    const asked = acknowledged.filter((_, index) => index % 50 === 0);
    const wrong: number[] = [];
    for (const number of asked) if ((await nearest(pod, id, number)) !== String(number)) wrong.push(number);
    expect(wrong).toEqual([]);
    figure(
      'Chroma',
      'kill -9 under the load of four writers',
      `${acknowledged.length} documents acknowledged, none lost; ready again after ${seconds.toFixed(1)} s`,
    );
    figure('Chroma', 'memory after that', `${Math.round(pod.memory() / 2 ** 20)} MiB`);
  });
});
