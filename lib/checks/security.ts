import { amount } from '../kube';
import { type Facts, type Findings, namespaceOf } from './facts';
import { type Fields, fields, list, texts } from './manifest';

/** Values of Secrets: rendered files are committed, and what is committed is no secret. */
export function* secretValues(facts: Facts): Findings {
  for (const object of facts.ofKind('Secret'))
    for (const field of ['data', 'stringData'].filter((field) => field in object.json))
      yield [object, `has ${field}, and no secret value may be in a file; register the Secret with needSecret`];
}

const ENFORCED = 'pod-security.kubernetes.io/enforce';

/** What Pod Security `restricted` asks of a container and its pod, and a root filesystem that nobody can write to. */
const RESTRICTIONS: readonly (readonly [string, (context: Fields, pod: Fields) => boolean])[] = [
  ['no namespaces of the host', (_, pod) => !(pod.hostNetwork || pod.hostPID || pod.hostIPC)],
  ['no hostPath', (_, pod) => list(pod, 'volumes.hostPath').length === 0],
  ['runAsNonRoot: true', (context) => context.runAsNonRoot === true],
  ['a runAsUser that is not 0', (context) => context.runAsUser !== 0],
  ['seccompProfile RuntimeDefault', (context) => /^(RuntimeDefault|Localhost)$/.test(`${fields(context, 'seccompProfile').type}`)],
  ['capabilities.drop: [ALL]', (context) => texts(context, 'capabilities.drop').includes('ALL')],
  ['no capabilities.add', (context) => texts(context, 'capabilities.add').every((name) => name === 'NET_BIND_SERVICE')],
  ['allowPrivilegeEscalation: false', (context) => context.allowPrivilegeEscalation === false],
  ['readOnlyRootFilesystem: true', (context) => context.readOnlyRootFilesystem === true],
];

/** Containers that may do more than they need, in namespaces that are not said to allow it. */
export function* unrestrictedPods(facts: Facts): Findings {
  for (const { object, namespace, allContainers, spec } of facts.pods) {
    const level = fields(facts.find('Namespace', '', namespace), 'metadata.labels')[ENFORCED] ?? 'restricted';
    for (const container of level === 'restricted' ? allContainers : []) {
      const context = { ...fields(spec, 'securityContext'), ...fields(container, 'securityContext') };
      for (const [wanted, isGiven] of RESTRICTIONS)
        if (!isGiven(context, spec)) yield [object, `container ${container.name}: expected ${wanted}`];
    }
  }
}

/** Memory without a limit, and requests above limits. */
export function* resources({ pods }: Facts): Findings {
  for (const { object, allContainers } of pods)
    for (const container of allContainers) {
      const owner = `container ${container.name}`;
      const limits = fields(container, 'resources.limits');
      if (!('memory' in limits)) yield [object, `${owner} has no memory limit, so that it can take the node's memory; add one`];
      for (const [resource, request] of Object.entries(fields(container, 'resources.requests')))
        if (amountOf(request) > amountOf(limits[resource]))
          yield [object, `${owner} requests ${request} of ${resource}, and its limit is ${limits[resource]}; raise the limit`];
    }
}

/** The number behind a quantity; NaN, which is not above anything, where there is none. */
function amountOf(value: unknown): number {
  try {
    return amount(String(value));
  } catch {
    return Number.NaN;
  }
}

/** Tokens for the API server in pods that have no rights there. */
export function* idleTokens(facts: Facts): Findings {
  const withRights = new Set<string>();
  for (const binding of facts.ofKind('RoleBinding', 'ClusterRoleBinding'))
    for (const { namespace = namespaceOf(binding), name } of list(binding.json, 'subjects')) withRights.add(`${namespace}/${name}`);
  for (const { object, namespace, spec } of facts.pods) {
    const account = String(spec.serviceAccountName ?? 'default');
    const ofAccount = facts.find('ServiceAccount', namespace, account)?.automountServiceAccountToken;
    const hasToken = (spec.automountServiceAccountToken ?? ofAccount) !== false;
    if (hasToken && !withRights.has(`${namespace}/${account}`))
      yield [object, `has a token of ServiceAccount ${account}, which has no rights; set automountServiceAccountToken: false`];
  }
}
