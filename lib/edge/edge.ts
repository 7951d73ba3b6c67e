import type { Construct } from 'constructs';
import { Certificate } from '../../imports/cert-manager.io';
import * as k8s from '../../imports/k8s';
import { Component, InvalidInput, NAMESPACE_NAME_LABEL, needSecret, type Peer, type Problem, pathText } from '../kube';
import { approximationsOf, problemsOf } from './abilities';
import { type Controller, type Headers, without } from './controller';
import { type Backend, CONTROLLERS, type ControllerOptions } from './policy';

/** Name of the Secret that cert-manager writes. */
const TLS_SECRET = 'edge-tls';
/** Port of the pods that answer ACME's HTTP-01 challenges (cert-manager, acmesolver). */
const SOLVER_PORT = 8089;

/**
 * The way from clients to agents: objects of the controller that the cluster has, and the certificate.
 *
 * @throws InvalidInput with everything that cannot be: two routes of one path, a limit that the controller does not know
 */
export class Edge extends Component {
  readonly options: ControllerOptions;
  readonly entries: readonly Entry[];
  readonly hosts: readonly string[];
  /** Secret with the certificate; none where TLS ends elsewhere. */
  readonly tls?: string;
  /** Certificate that cert-manager renews, if there is one. */
  readonly certificate?: string;
  /** Whether plain HTTP is sent on to HTTPS. */
  readonly redirect: boolean;
  /** Value of Strict-Transport-Security; none where it is not wanted. */
  readonly hsts?: string;
  /** Headers of every answer, Strict-Transport-Security too where there is TLS. */
  readonly headers: Headers;

  constructor(scope: Construct, id: string, props: { readonly options: ControllerOptions; readonly backends: readonly Backend[] }) {
    super(scope, id, { order: 'edge' });
    const { options, backends } = props;
    this.options = options;
    const { tls, hsts, headers } = options;
    if (tls.provider !== 'none') this.tls = tls.provider === 'existing' ? tls.secret : TLS_SECRET;
    this.redirect = tls.provider !== 'none' && tls.redirect;
    if (hsts) {
      const words = [`max-age=${hsts.maxAge}`, hsts.includeSubDomains && 'includeSubDomains', hsts.preload && 'preload'];
      this.hsts = words.filter(Boolean).join('; ');
    }
    this.headers = { ...headers, ...(this.tls && this.hsts !== undefined && { 'Strict-Transport-Security': this.hsts }) };
    this.entries = entriesOf(backends, this.headers);
    this.hosts = [...new Set(backends.map(({ host }) => host))].sort();
    if (this.entries.length === 0) return;
    if (tls.provider === 'cert-manager') this.certificate = TLS_SECRET;
    const controller: Controller = CONTROLLERS[options.controller];
    const problems = [...contradictions(this), ...problemsOf(this, controller)];
    if (problems.length > 0) throw new InvalidInput(scope.node.path, problems);
    for (const workload of new Set(this.entries.map((entry) => entry.workload)))
      workload.allowIngress({ peer: this.peer(), ports: [workload.port('http')] });
    controller.render(this);
    this.provideCertificate();
    this.explain(controller);
  }

  /** The pods of the controller. */
  private peer() {
    const { namespace, podLabels } = this.options;
    return { namespace, pods: Object.keys(podLabels).length > 0 ? podLabels : undefined } satisfies Peer;
  }

  private provideCertificate(): void {
    const { tls } = this.options;
    if (tls.provider === 'existing') needSecret(this.context, { name: tls.secret, keys: { 'tls.crt': undefined, 'tls.key': undefined } });
    if (tls.provider !== 'cert-manager') return;
    new Certificate(this, 'certificate', {
      // until the issuer has answered, a self-signed one: HTTP-01 is redirected to https, which must answer with something
      metadata: { name: TLS_SECRET, annotations: { 'cert-manager.io/issue-temporary-certificate': 'true' } },
      spec: {
        secretName: TLS_SECRET,
        dnsNames: [...this.hosts],
        issuerRef: { group: 'cert-manager.io', kind: tls.issuerKind, name: tls.issuer },
      },
    });
    // the namespace's default deny would keep the controller from the pods that cert-manager starts to answer HTTP-01
    const { namespace, pods } = this.peer();
    const from = [
      { namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } }, podSelector: pods && { matchLabels: pods } },
    ];
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

  /** Tells the closing summary. */
  private explain(controller: Controller): void {
    const { tls, namespace, className, trustedProxies } = this.options;
    const isLimited = this.entries.some(({ route }) => route.limit && !route.limit.header);
    const requirements = [
      `${controller.software} in namespace ${namespace}, with class ${className}`,
      ...(controller.requirements?.(this) ?? []),
      tls.provider === 'cert-manager' && `cert-manager with ${tls.issuerKind} ${tls.issuer}`,
      isLimited &&
        trustedProxies.length === 0 &&
        "the edge controller must see clients' own addresses, for rate limits count by them: externalTrafficPolicy Local, or edge.trustedProxies behind a load balancer",
    ];
    const approximations = [
      controller.notice,
      ...approximationsOf(this, controller),
      this.entries.some(({ route }) => route.limit) && 'edge: rate limits count in each replica of the controller by itself',
      this.context.metrics &&
        tls.provider === 'existing' &&
        `edge: no alert tells that the certificate in Secret ${tls.secret} expires: watch it from outside (blackbox exporter, probe_ssl_earliest_cert_expiry)`,
      !this.tls &&
        this.hsts !== undefined &&
        'edge: Strict-Transport-Security is not sent over plain HTTP; where TLS ends before the controller, send it there',
    ];
    for (const text of requirements) if (text) this.context.requirements.add(text);
    for (const text of approximations) if (text) this.context.approximations.add(text);
  }
}

/** One route of one agent, and the Ingress that it becomes. */
export type Entry = ReturnType<typeof entriesOf>[number];

/** The routes of all agents. */
function entriesOf(backends: readonly Backend[], common: Headers) {
  const names = new Set<string>();
  return backends.flatMap((backend) =>
    backend.routes.map((route, index) => {
      const isStatic = route.to === 'static';
      return {
        backend,
        route,
        name: freeName(names, backend.name, route.path),
        workload: (isStatic && backend.static) || backend.agent,
        // the cookie that keeps a client with one replica: one for each agent, for several may share a host
        cookie: backend.sticky && !isStatic ? `replica_${backend.name.replaceAll('-', '_')}` : undefined,
        // those of every answer, unless the route has a word of its own for them
        headers: { ...without(common, Object.keys(route.headers)), ...route.headers },
        // where it stands in an environment
        path: ['agents', backend.name, 'routes', index],
      };
    }),
  );
}

/** `<agent>-<path>`, the path in 40 characters; where two paths read the same, the later ones are numbered. */
function freeName(names: Set<string>, agent: string, path: string): string {
  const words = path.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const base = `${agent}-${words.slice(0, 40).replace(/^-|-$/g, '') || 'root'}`;
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}-${count}`;
  names.add(name);
  return name;
}

/** What no controller could express. */
function contradictions({ entries, options }: Edge): Problem[] {
  const problems: Problem[] = [];
  const reject = (path: Problem['path'], message: string) => problems.push({ path, message });
  const owners = new Map<string, Problem['path']>();
  for (const { backend, route, path } of entries) {
    const claim = backend.host + route.path;
    const owner = owners.get(claim);
    if (owner) reject(path, `got "${claim}", expected a path that ${pathText(owner)} does not answer already; give one a host of its own`);
    owners.set(claim, owner ?? path);
  }
  for (const { name, host } of new Set(entries.map(({ backend }) => backend)))
    if (!host) reject(['agents', name], 'got no host, expected one here, or a domain for the platform');
  if (options.proxyProtocol && options.trustedProxies.length === 0)
    reject(['edge', 'proxyProtocol'], 'got true, expected trustedProxies beside it: the load balancers that speak it');
  return problems;
}
