import type { Construct } from 'constructs';
import { allowApi, Component, configFiles, type SecretNeed, scratch, Workload } from '../kube';
import script from './scripts/bootstrap.sh';

/** Whether the Job can make a Secret: where every key has a template. */
export const isGenerated = ({ keys }: SecretNeed): boolean => Object.values(keys).every((template) => template !== undefined);

/** The image and the list of the Job. */
interface BootstrapOptions {
  readonly image: string;
  readonly secrets: readonly SecretNeed[];
}

/**
 * A Job that makes missing Secrets inside the cluster. It may do nothing but create Secrets: not read, list or change
 * them, so that a second run finds them and leaves them alone. No value is ever in a file, an argument or a log.
 *
 * RBAC cannot limit `create` to names: whoever runs as this ServiceAccount can add Secrets to the namespace.
 */
export class Bootstrap extends Component {
  constructor(scope: Construct, id: string, options: BootstrapOptions) {
    super(scope, id, { order: 'secrets' });
    const { image, secrets } = options;
    const name = 'secret-bootstrap';
    const list = secrets.flatMap((secret) => Object.entries(secret.keys).map(([key, template]) => `${secret.name} ${key} ${template}\n`));
    const workload = new Workload(this, {
      kind: 'Job',
      name,
      component: 'bootstrap',
      job: { deadline: 600, retries: 6 },
      // 100:101 is curl_user of curlimages/curl
      user: { uid: 100, gid: 101 },
      drain: { settle: 0, finish: 5 },
      apiAccess: true,
      containers: [
        {
          name: 'bootstrap',
          image,
          command: ['sh', '/etc/bootstrap/bootstrap.sh'],
          env: { SPEC: '/etc/bootstrap/secrets', NS: this.context.namespace, PART_OF: this.context.name },
          resources: { cpu: '10m', memory: '32Mi' },
          mounts: {
            '/etc/bootstrap': configFiles(this, name, { 'bootstrap.sh': script, secrets: list.join('') }),
            '/tmp': scratch('tmp', '1Mi'),
          },
        },
      ],
    });
    allowApi(workload, { resource: 'secrets', verbs: ['create'] });
  }
}
