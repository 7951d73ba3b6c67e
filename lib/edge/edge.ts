import type { Construct } from 'constructs';
import { Certificate } from '../../imports/cert-manager.io';
import * as k8s from '../../imports/k8s';
import { Component, InvalidInput, NAMESPACE_NAME_LABEL, needSecret, type Problem, pathText } from '../kube';
import { type Annotations, type Controller, type Headers, HSTS, without } from './controller';
import { type Backend, CONTROLLERS, type ControllerOptions } from './policy';

/** Name of the Secret that cert-manager writes. */
const TLS_SECRET = 'edge-tls';
/** Port of the pods that answer ACME's HTTP-01 challenges (cert-manager, acmesolver). */
const SOLVER_PORT = 8089;

/**
 * The way from clients to agents: Ingresses of the controller that the cluster has, and the certificate.
 *
 * @throws InvalidInput with everything that cannot be: two routes of one path, a limit that the controller does not know
 */
export class Edge extends Component {
  readonly options: ControllerOptions;
  readonly entries: readonly Entry[];
  /** Secret with the certificate; none where TLS ends elsewhere. */
  readonly tls?: string;
  /** Certificate that cert-manager renews, if there is one. */
  readonly certificate?: string;
  /** Headers of every answer. */
  readonly headers: Headers;
  /** Strict-Transport-Security, which is sent over HTTPS only (RFC 6797, 8.1). */
  readonly hsts?: string;

  constructor(scope: Construct, id: string, props: { readonly options: ControllerOptions; readonly backends: readonly Backend[] }) {
    super(scope, id, { order: 'edge' });
    const { options, backends } = props;
    this.options = options;
    const { tls, headers, namespace } = options;
    if (tls.provider !== 'none') this.tls = tls.provider === 'existing' ? tls.secret : TLS_SECRET;
    this.headers = this.tls ? headers : without(headers, [HSTS]);
    this.hsts = Object.entries(headers).find(([name]) => name.toLowerCase() === HSTS)?.[1];
    this.entries = entriesOf(backends, this.headers);
    if (this.entries.length === 0) return;
    if (tls.provider === 'cert-manager') this.certificate = TLS_SECRET;
    const controller: Controller = CONTROLLERS[options.controller];
    const problems = [...contradictions(this.entries), ...controller.problems(this)];
    if (problems.length > 0) throw new InvalidInput(scope.node.path, problems);
    for (const workload of new Set(this.entries.map((entry) => entry.workload)))
      workload.allowIngress({ peer: { namespace }, ports: [workload.port('http')] });
    const hosts = [...new Set(backends.map(({ host }) => host))].sort();
    this.renderIngresses(controller, hosts);
    this.provideCertificate(hosts);
    this.explain(controller);
  }

  private renderIngresses(controller: Controller, hosts: readonly string[]): void {
    const { host: ofHost } = controller;
    const render = (name: string, annotations: Annotations, rule: k8s.IngressRule, tls?: string) => {
      const given = Object.entries(annotations).filter(([, value]) => value !== undefined);
      new k8s.KubeIngress(this, `${name}-ingress`, {
        metadata: { name, annotations: Object.fromEntries(given.map(([key, value]) => [`${controller.prefix}/${key}`, String(value)])) },
        spec: {
          ingressClassName: this.options.className,
          tls: tls ? [{ hosts: [rule.host ?? ''], secretName: tls }] : undefined,
          rules: [rule],
        },
      });
    };
    if (ofHost) for (const host of hosts) render(host, ofHost(this), { host }, this.tls);
    for (const entry of this.entries) {
      const rule = { host: entry.backend.host, http: { paths: [pathOf(entry)] } };
      render(entry.name, controller.route(entry, this), rule, ofHost ? undefined : this.tls);
    }
  }

  private provideCertificate(dnsNames: string[]): void {
    const { tls, namespace } = this.options;
    if (tls.provider === 'existing') needSecret(this.context, { name: tls.secret, keys: { 'tls.crt': undefined, 'tls.key': undefined } });
    if (tls.provider !== 'cert-manager') return;
    new Certificate(this, 'certificate', {
      // until the issuer has answered, a self-signed one: HTTP-01 is redirected to https, which must answer with something
      metadata: { name: TLS_SECRET, annotations: { 'cert-manager.io/issue-temporary-certificate': 'true' } },
      spec: { secretName: TLS_SECRET, dnsNames, issuerRef: { group: 'cert-manager.io', kind: tls.issuerKind, name: tls.issuer } },
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

  /** Tells the closing summary. */
  private explain(controller: Controller): void {
    const { tls, namespace, className } = this.options;
    const isLimited = this.entries.some(({ route }) => route.limit);
    const requirements = [
      `${controller.software} in namespace ${namespace}, with IngressClass ${className}`,
      ...(controller.requirements?.(this) ?? []),
      tls.provider === 'cert-manager' && `cert-manager with ${tls.issuerKind} ${tls.issuer}`,
      isLimited &&
        "the edge controller must see clients' own addresses, for rate limits count by them: externalTrafficPolicy Local, or PROXY protocol or real-ip settings behind a load balancer",
    ];
    const approximations = [
      ...controller.approximations(this),
      isLimited && 'edge: rate limits count in each replica of the controller by itself',
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

function pathOf({ route, workload }: Entry): k8s.HttpIngressPath {
  const pathType = route.match === 'exact' ? 'Exact' : 'Prefix';
  return { path: route.path, pathType, backend: { service: { name: workload.name, port: { name: 'http' } } } };
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
function contradictions(entries: readonly Entry[]): Problem[] {
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
  return problems;
}
