import type { Construct } from 'constructs';
import { Certificate } from '../../imports/cert-manager.io';
import * as k8s from '../../imports/k8s';
import { Component, InvalidInput, NAMESPACE_NAME_LABEL, needSecret } from '../kube';
import { type Entry, entriesOf, headersOf, hostsOf, type Strategy, TLS_SECRET } from './ingress';
import { ingressNginx } from './ingress-nginx';
import { nginx } from './nginx';
import type { Backend, ControllerOptions, EdgeOptions } from './policy';

/** Controllers by name: another one is another file and another entry. */
const STRATEGIES: Readonly<Record<ControllerOptions['controller'], Strategy>> = {
  nginx,
  'ingress-nginx': ingressNginx,
};

/** Port of the pods that answer ACME's HTTP-01 challenges (cert-manager, acmesolver). */
const SOLVER_PORT = 8089;

/**
 * The way from clients to agents: Ingresses of the controller that the cluster has, and the certificate.
 *
 * @throws InvalidInput with everything that cannot be: two routes of one path, a limit that the controller does not know
 */
export class Edge extends Component {
  constructor(scope: Construct, id: string, props: { readonly options: EdgeOptions; readonly backends: readonly Backend[] }) {
    super(scope, id, { order: 'edge' });
    const { options, backends } = props;
    if (options.controller === 'none') return;
    const { entries, problems } = entriesOf(backends);
    if (entries.length === 0) return;
    for (const workload of new Set(entries.map((entry) => entry.workload)))
      workload.allowIngress({ peer: { namespace: options.namespace }, ports: [workload.port('http')] });
    problems.push(...STRATEGIES[options.controller](this, options, entries));
    if (problems.length > 0) throw new InvalidInput(scope.node.path, problems);
    this.provideCertificate(options, hostsOf(entries));
    this.explain(options, entries);
  }

  private provideCertificate({ tls, namespace }: ControllerOptions, dnsNames: string[]): void {
    if (tls.provider === 'existing') needSecret(this.context, { name: tls.secret, keys: { 'tls.crt': undefined, 'tls.key': undefined } });
    if (tls.provider !== 'cert-manager') return;
    const { issuerKind: kind, issuer: name } = tls;
    this.context.requirements.add(`cert-manager with ${kind} ${name}`);
    new Certificate(this, 'certificate', {
      // until the issuer has answered, a self-signed one: HTTP-01 is redirected to https, which must answer with something
      metadata: { name: TLS_SECRET, annotations: { 'cert-manager.io/issue-temporary-certificate': 'true' } },
      spec: { secretName: TLS_SECRET, dnsNames, issuerRef: { group: 'cert-manager.io', kind, name } },
    });
    // the namespace's default deny would keep the controller from the pods that cert-manager starts to answer HTTP-01
    const from = [{ namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } } }];
    new k8s.KubeNetworkPolicy(this, 'acme-solver', {
      metadata: { name: `${this.node.id}-acme-solver` },
      spec: {
        // by the label's name: these are nobody's pods while no challenge runs
        podSelector: { matchExpressions: [{ key: 'acme.cert-manager.io/http01-solver', operator: 'Exists' }] },
        policyTypes: ['Ingress'],
        ingress: [{ from, ports: [{ protocol: 'TCP', port: k8s.IntOrString.fromNumber(SOLVER_PORT) }] }],
      },
    });
  }

  private explain(options: ControllerOptions, entries: readonly Entry[]): void {
    const { requirements, approximations } = this.context;
    if (entries.some(({ route }) => route.limit)) {
      requirements.add(
        "the edge controller must see clients' own addresses, for rate limits count by them: externalTrafficPolicy Local, or PROXY protocol or real-ip settings behind a load balancer",
      );
      approximations.add('edge: rate limits count in each replica of the controller by itself');
    }
    if (options.tls.provider === 'none' && headersOf(options).hsts !== undefined)
      approximations.add(
        'edge: Strict-Transport-Security is not sent over plain HTTP; where TLS ends before the controller, send it there',
      );
  }
}
