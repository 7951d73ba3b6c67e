import { z } from 'zod';
import { RouteSchema } from '../edge';
import { absolutePath, byteQuantity, cidr, cpuQuantity, envName, hostName, IMAGES, image, port, seconds, secretKey } from '../kube';

const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });
/** Options of one subject, all of which have defaults. */
const group = <F extends z.ZodRawShape>(what: string, options: F) =>
  z
    .strictObject(options)
    .prefault({} as never)
    .describe(what);
/** As {@link group}, for something that is not there unless it is given. */
const extra = <F extends z.ZodRawShape>(what: string, options: F) => z.strictObject(options).optional().describe(what);

/** Settings of the runtime `gunicorn`. */
export const GunicornSchema = z.strictObject({
  app: text(/^[\w.]+:\w+(\(\))?$/, 'module:object such as app:app')
    .optional()
    .describe('What gunicorn serves (guide: app:app, as if absent).'),
  workers: z.int().min(1).max(64).optional().describe('Processes of one replica; two for each core of the CPU limit if absent (guide: 4).'),
  maxRequests: z.int().min(0).default(1000).describe('Requests after which a worker starts anew (guide: max_requests).'),
  maxRequestsJitter: z.int().min(0).default(100).describe('Random part of it (guide: max_requests_jitter).'),
  workerConnections: z.int().min(1).default(1000).describe('Connections of one worker (guide: worker_connections).'),
  // shorter than at the edge, requests would meet a closed connection
  keepAlive: seconds().default(75).describe('Seconds that an idle connection stays open: longer than at the edge, 60 (guide: 5).'),
});

/** The fields of an agent, each by itself. */
export const fields = z.strictObject({
  image: image().describe('Container image of the agent, pinned.'),
  runtime: z
    .enum(['gunicorn', 'streamlit', 'custom'])
    .default('gunicorn')
    .describe('How it starts: gunicorn with uvicorn workers (guide), streamlit, or a command of its own.'),
  command: z.array(z.string()).min(1).optional().describe("Command in place of the runtime's; needed by custom unless the image has one."),
  args: z.array(z.string()).optional().describe('Arguments of the command.'),
  script: text(/^[\w./-]+\.py$/, 'a file such as app.py')
    .optional()
    .describe('Script that the runtime streamlit runs; app.py if absent.'),
  gunicorn: GunicornSchema.optional().describe('Settings of the runtime gunicorn.'),
  port: port().default(8501).describe('Port that the agent listens on (guide: 8501).'),
  metricsPort: port().optional().describe('Port of Prometheus metrics (guide: METRICS_PORT); if absent, 9090 with gunicorn, else none.'),
  health: group('How health is checked.', {
    path: absolutePath()
      .optional()
      .describe('Path that answers 200 when a replica can serve (guide: /health; Streamlit: /_stcore/health).'),
    startup: seconds().default(300).describe('Seconds that a replica may take to start.'),
  }),
  user: z.int().min(1).default(10001).describe('Numeric user and group that the agent runs as.'),
  resources: group('What one replica may use.', {
    cpu: cpuQuantity().default(1).describe("Cores that one replica reserves (guide: reservations.cpus '1')."),
    memory: byteQuantity().default('2Gi').describe('Memory that one replica reserves (guide: reservations.memory 2G).'),
    limits: group('Upper bounds.', {
      cpu: cpuQuantity().default(2).describe("Most cores of one replica (guide: limits.cpus '2')."),
      memory: byteQuantity().default('4Gi').describe('Most memory of one replica (guide: limits.memory 4G).'),
    }),
  }),
  replicas: group('How many replicas.', {
    min: z.int().min(1).default(3).describe('Fewest replicas (guide: three instances).'),
    max: z.int().min(1).default(10).describe('Most replicas; the same as min turns autoscaling off.'),
    cpu: z.int().min(10).max(100).default(70).describe('Use of the reserved CPU, in percent, that autoscaling aims at.'),
  }),
  requestTimeout: seconds()
    .default(60)
    .describe('Most seconds of a request, and of a graceful stop (guide: REQUEST_TIMEOUT, timeout = 60).'),
  maxConcurrentRequests: z.int().min(1).default(100).describe('Passed as MAX_CONCURRENT_REQUESTS (guide).'),
  cache: group('In-memory cache of each replica.', {
    ttl: seconds().default(3600).describe('Seconds that an entry lives (guide: CACHE_TTL).'),
    memory: byteQuantity()
      .optional()
      .describe(
        'Most memory that it takes in each worker process; an eighth of the memory limit for all of them if absent (the guide names none).',
      ),
  }),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR']).default('INFO').describe('Passed as LOG_LEVEL (guide).'),
  env: z.record(envName(), z.string()).default({}).describe('Further environment variables.'),
  secretEnv: z
    .record(
      envName(),
      z.union([z.enum(['generate', 'generate-fernet']), secretKey()], {
        error: 'expected "generate", "generate-fernet", or { secret, key }',
      }),
    )
    .default({})
    .describe(
      'Variables from Secrets: the user\'s own ({ secret, key }), or a value that the platform makes once: "generate", 40 letters and digits; "generate-fernet", a key of Python\'s cryptography.fernet.',
    ),
  uploads: extra('Volume for uploads; none if absent.', {
    path: absolutePath().default('/app/uploads').describe('Where the agent keeps uploads (guide: ./uploads:/app/uploads).'),
    storage: byteQuantity().default('20Gi').describe('Size of the volume (the guide names no size).'),
    storageClass: z.string().optional().describe('StorageClass; the default class of the cluster if absent.'),
    accessMode: z
      .enum(['ReadWriteOnce', 'ReadWriteMany'])
      .default('ReadWriteMany')
      .describe('ReadWriteMany: all replicas share it (guide). ReadWriteOnce: one replica only.'),
  }),
  logs: group('Folder for log files.', {
    path: absolutePath().default('/app/logs').describe('Where the agent may write log files (guide: ./logs:/app/logs).'),
    size: byteQuantity().default('1Gi').describe('Most that they take. They go with the pod: logs that matter go to standard output.'),
  }),
  scratch: byteQuantity().default('1Gi').describe('Size of /tmp.'),
  static: extra('A web server for static files out of the image; none if absent.', {
    from: absolutePath().default('/app/static').describe("Folder of the agent's image that is served (guide: /var/www)."),
    image: image().default(IMAGES.nginx).describe('Image of the web server.'),
    replicas: z.int().min(1).default(2).describe('Pods that serve the files.'),
    cache: group('What clients may keep.', {
      maxAge: z.int().min(0).default(31_536_000).describe('Seconds that they keep a file (guide: expires 1y); 0 asks anew each time.'),
      immutable: z.boolean().default(true).describe('Whether a file never changes under its name (guide: immutable).'),
    }),
  }),
  modelProviders: group('Where the agent may connect to outside of the cluster.', {
    cidrs: z.array(cidr()).optional().describe('Address ranges; the public internet, without private and link-local ranges, if absent.'),
    ports: z.array(z.int().min(1).max(65535)).min(1).default([443]).describe('Ports.'),
  }),
  sticky: z.boolean().optional().describe('Whether a client stays with one replica; with streamlit if absent.'),
  host: hostName().optional().describe("Host name of the agent; the platform's domain if absent."),
  routes: z.array(RouteSchema).min(1).optional().describe('Paths that the edge lets through; those of the runtime if absent.'),
});
