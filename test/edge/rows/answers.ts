import type { Client } from '../support/client';
import { ALL_HEADERS, burst, many, oldestTls, securityOf, tooLarge } from '../support/measures';
import type { Row } from './row';

/** Headers, paths, and what the agent sees. */
export const answers: readonly Row[] = [
  { name: 'headers with 200', reference: `200: ${ALL_HEADERS}`, measure: async (client) => securityOf(await client.call('/api/x')) },
  {
    name: 'headers with 404 of the agent',
    reference: `404: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await client.call('/api/x?status=404')),
  },
  {
    name: 'headers with 500 of the agent',
    reference: `500: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await client.call('/api/x?status=500')),
  },
  {
    name: 'headers with a refusal',
    reference: `429: ${ALL_HEADERS}`,
    measure: async (client) => {
      const refused = (await many(client, 60, '/api/x')).find(({ status }) => status !== 200);
      return refused ? securityOf(refused) : 'none refused';
    },
  },
  {
    name: 'headers with a body that is too large',
    reference: `413: ${ALL_HEADERS}`,
    measure: async (client) => securityOf(await tooLarge(client)),
  },
  { name: '/api', reference: '301', measure: async (client) => String((await client.call('/api')).status) },
  { name: '/apifoo', reference: '404', measure: async (client) => String((await client.call('/apifoo')).status) },
  { name: 'another path', reference: '404', measure: async (client) => String((await client.call('/')).status) },
  { name: '/health', reference: '200', measure: async (client) => String((await client.call('/health')).status) },
  { name: '/healthy', reference: '404', measure: async (client) => String((await client.call('/healthy')).status) },
  ...['/api/../upload/x', '/api/%2e%2e/upload/x', '//upload/x'].map((path) => ({
    name: `15 quick requests to ${path}: pass`,
    reference: [5, 6] as const,
    measure: (client: Client) => burst(15, 1, 6, () => client.call(path)),
  })),
  {
    name: 'the agent sees the address of the client',
    reference: 'yes',
    measure: async (client) => {
      const { seen } = await client.call('/api/x', { headers: { 'X-Forwarded-For': '198.51.100.7' } });
      return seen.headers?.['x-forwarded-for']?.split(/,\s*/).at(-1) === client.address ? 'yes' : 'no';
    },
  },
  {
    name: 'the agent sees that it was https',
    reference: 'https',
    measure: async (client) => String((await client.call('/api/x')).seen.headers?.['x-forwarded-proto']),
  },
  {
    name: 'plain HTTP',
    reference: '301 to https://agent.example.com/api/x?a=1',
    measure: async (client) => {
      const { status, headers } = await client.call('/api/x?a=1', { plain: true });
      return `${status} to ${String(headers.location).replace(':443/', '/')}`;
    },
  },
  {
    name: 'plain HTTP: Strict-Transport-Security',
    reference: 'undefined',
    measure: async (client) => String((await client.call('/api/x', { plain: true })).headers['strict-transport-security']),
  },
  {
    name: 'static files may be kept',
    reference: 'public, max-age=31536000, immutable',
    measure: async (client) => String((await client.call('/static/app.js')).headers['cache-control']),
  },
  {
    name: 'a missing static file may be kept',
    reference: 'undefined',
    measure: async (client) => String((await client.call('/static/missing.js')).headers['cache-control']),
  },
  {
    name: 'oldest TLS',
    reference: 'TLSv1.2',
    measure: (client) => oldestTls(client),
  },
];
