import type { Construct } from 'constructs';
import { z } from 'zod';
import { type BackupSource, Component, claimTemplate, configFiles, parse, type Store, scratch, service, Workload } from '../kube';
import { storageFields, storeFields } from './shared';

/** Options of {@link Chroma}. */
export const ChromaSchema = z.strictObject({
  ...storeFields({
    image: 'chromadb/chroma:1.5.9',
    source: 'guide: chromadb/chroma:latest',
    cpu: '500m',
    memory: '2Gi',
  }),
  ...storageFields({ storage: '50Gi', source: 'the guide names no size' }),
  maxPayload: z.int().min(1).default(40).describe('Largest request, in MiB (Chroma: max_payload_size_bytes).'),
});

/** @see ChromaSchema */
export type ChromaProps = z.input<typeof ChromaSchema>;

const PORT = 8000;
const USER = 10001;

/**
 * ChromaDB: one pod, always. It has no replication: two servers on one volume would corrupt it. It has no
 * authentication either, so that the network policy is what protects it.
 *
 * @throws InvalidInput if an option is not as {@link ChromaSchema} says
 */
export class Chroma extends Component implements Store {
  readonly storeName = 'chroma';
  readonly variables: Store['variables'];
  /** The server's workload. */
  readonly workload: Workload;
  /** How its data is backed up. */
  readonly backup: BackupSource;

  constructor(scope: Construct, id: string, props: ChromaProps = {}) {
    super(scope, id, { order: 'chroma' });
    const options = parse(ChromaSchema, props, this.node.path);
    this.variables = {
      url: { env: 'CHROMA_URL', value: `http://${id}:${PORT}` },
      host: { env: 'CHROMA_HOST', value: id },
      port: { env: 'CHROMA_PORT', value: String(PORT) },
    };
    const ready = { http: '/api/v2/healthcheck', port: 'http' };
    this.workload = new Workload(this, {
      kind: 'StatefulSet',
      name: id,
      component: 'store',
      replicas: 1,
      serviceName: id,
      // the image runs as root; any user may own the data
      user: { uid: USER, gid: USER },
      priority: 'stores',
      drain: { settle: 0, finish: 55 },
      containers: [
        {
          name: 'chroma',
          image: options.image,
          args: ['run', '/etc/chroma/config.yaml'],
          ports: { http: PORT },
          resources: { cpu: options.cpu, memory: options.memory },
          probes: {
            // indexes are loaded before it serves
            startup: { check: ready, failures: 60 },
            readiness: { check: ready },
            liveness: { check: { http: '/api/v2/heartbeat', port: 'http' }, timeout: 10, failures: 6 },
          },
          mounts: {
            '/data': claimTemplate('data', options),
            '/etc/chroma': configFiles(this, `${id}-config`, { 'config.yaml': configuration(options.maxPayload) }),
            // sqlite's temporary files: without it every write fails with a disk I/O error
            '/tmp': scratch('tmp', '512Mi'),
          },
        },
      ],
    });
    service(this.workload, { ports: ['http'], headless: true });
    this.backup = {
      backupName: id,
      method: 'files',
      user: { uid: USER, gid: USER },
      env: { QUIESCENT: 'true' },
      claim: `data-${id}-0`,
      besidePods: this.workload.pods,
      scratch: options.storage,
    };
  }

  connectFrom(consumer: Workload): void {
    consumer.connectTo(this.workload, 'http');
  }
}

function configuration(maxPayload: number): string {
  return [
    `port: ${PORT}`,
    'listen_address: "0.0.0.0"',
    'persist_path: /data',
    `max_payload_size_bytes: ${maxPayload * 2 ** 20}`,
    'allow_reset: false',
    '',
  ].join('\n');
}
