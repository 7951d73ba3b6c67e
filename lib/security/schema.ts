import { z } from 'zod';
import { cidr, dnsLabel, IMAGES, image } from '../kube';

const portNumber = z.int().min(1).max(65535);

/** Where Secrets come from. */
export const SecretsSchema = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('generate').describe('A Job makes missing Secrets once, with random values, inside the cluster.'),
    image: image().default(IMAGES.curl).describe('Image of the Job: a shell and curl.'),
  }),
  z.strictObject({ provider: z.literal('existing').describe('The user makes every Secret; the closing summary lists them.') }),
]);

/** What of the cluster the network policies must know. */
export const NetworkSchema = z.strictObject({
  dns: z
    .strictObject({
      namespace: dnsLabel(63).default('kube-system').describe('Namespace of the cluster DNS.'),
      labels: z.record(z.string(), z.string()).default({ 'k8s-app': 'kube-dns' }).describe('Labels of its pods.'),
      cidrs: z.array(cidr()).default([]).describe('Further addresses that answer DNS, such as 169.254.20.10/32 of a node-local cache.'),
    })
    .prefault({})
    .describe('Where names are resolved.'),
  apiServer: z
    .strictObject({
      cidrs: z.array(cidr()).min(1).default(['0.0.0.0/0', '::/0']).describe('Addresses of the API server. Narrow it where they are known.'),
      ports: z.array(portNumber).min(1).default([443, 6443]).describe('Ports of the API server: its Service and what is behind.'),
    })
    .prefault({})
    .describe('Where the bootstrap Job, and nothing else, finds the API server.'),
});

/** @see NetworkSchema */
export type NetworkOptions = z.output<typeof NetworkSchema>;
