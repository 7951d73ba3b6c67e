import type { Construct } from 'constructs';
import { z } from 'zod';
import { type BackupSource, claimTemplate, configFiles, IMAGES, mebibytes, scratch } from '../kube';
import { EmbeddedStore, type StoreParts } from './embedded';
import { storageFields, storeFields } from './shared';

/** Of a pod's memory, one request may be so much: reading it takes four times its length (measured), and half is for the indexes. */
const REQUEST_SHARE = 1 / 8;

const fields = z.strictObject({
  ...storeFields({ image: IMAGES.chroma, source: 'guide: chromadb/chroma:latest', cpu: '500m', memory: '2Gi' }),
  ...storageFields('50Gi'),
  replicas: z
    .literal(1, { error: 'expected 1: Chroma has no replication, and two servers corrupt one volume' })
    .optional()
    .describe('One, always.'),
  maxPayload: z.int().min(1).default(40).describe('Largest request, in MiB (Chroma: max_payload_size_bytes); an eighth of memory at most.'),
});

/** Options of {@link Chroma}. */
export const ChromaSchema = fields.superRefine(({ memory, maxPayload }, context) => {
  if (!fields.shape.memory.safeParse(memory).success) return;
  const most = mebibytes(memory, REQUEST_SHARE);
  const message = `expected at most ${most}, an eighth of memory in MiB; raise memory`;
  if (maxPayload > most) context.addIssue({ code: 'custom', path: ['maxPayload'], message, params: { got: String(maxPayload) } });
});

/** @see ChromaSchema */
export type ChromaProps = z.input<typeof ChromaSchema>;

const PORT = 8000;

/**
 * ChromaDB: one pod, always, for it has no replication. It has no authentication either: the network policy is what
 * protects it.
 *
 * @throws InvalidInput if an option is not as {@link ChromaSchema} says
 */
export class Chroma extends EmbeddedStore<z.output<typeof ChromaSchema>> {
  constructor(scope: Construct, id: string, props: ChromaProps = {}) {
    super(scope, id, { storeName: 'chroma', order: '23', schema: ChromaSchema }, props);
  }

  /** How its data is backed up. */
  get backup(): BackupSource {
    return {
      backupName: this.node.id,
      method: 'files',
      user: this.workload.options.user,
      env: { QUIESCENT: 'true' },
      claim: `data-${this.node.id}-0`,
      besidePods: this.workload.pods,
      scratch: this.options.storage,
    };
  }

  protected parts(): StoreParts {
    const { id } = this.node;
    const ready = { http: '/api/v2/healthcheck', port: 'http' };
    return {
      variables: {
        url: { env: 'CHROMA_URL', value: `http://${id}:${PORT}` },
        host: { env: 'CHROMA_HOST', value: id },
        port: { env: 'CHROMA_PORT', value: String(PORT) },
      },
      // the image runs as root; any user may own the data
      user: { uid: 10001, gid: 10001 },
      server: {
        args: ['run', '/etc/chroma/config.yaml'],
        ports: { http: PORT },
        probes: {
          // indexes are loaded before it serves
          startup: { check: ready, failures: 60 },
          readiness: { check: ready },
          liveness: { check: { http: '/api/v2/heartbeat', port: 'http' }, timeout: 10, failures: 6 },
        },
        mounts: {
          '/data': claimTemplate('data', this.options),
          '/etc/chroma': configFiles(this, `${id}-config`, { 'config.yaml': configuration(this.options.maxPayload) }),
          // sqlite's temporary files: without it every write fails with a disk I/O error
          '/tmp': scratch('tmp', '512Mi'),
        },
      },
    };
  }
}

const configuration = (maxPayload: number) => `port: ${PORT}
listen_address: "0.0.0.0"
persist_path: /data
max_payload_size_bytes: ${maxPayload * 2 ** 20}
allow_reset: false
`;
