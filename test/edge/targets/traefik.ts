import { join } from 'node:path';
import type { Rendered } from '../../support/platform';
import { apply } from '../support/apply';
import { pause } from '../support/client';
import { addressOf, type Context, type Target } from './target';

/** Port of Traefik's own interface. */
const API = 8888;
/** As the summary of synth says for the ConfigMap of ingress-nginx. */
const HEADERS = 'X-Frame-Options,X-Content-Type-Options,X-XSS-Protection';

/** Traefik itself. */
export const traefik = target('traefik', 2, 'traefik.io/ingress-controller', [
  'kubernetesingress',
  'kubernetesingress.ingressclass=traefik',
  'kubernetesingress.allowemptyservices',
  'kubernetescrd',
]);

/** Traefik reading the annotations of ingress-nginx. */
export const ingressNginx = target('ingress-nginx', 3, 'k8s.io/ingress-nginx', [
  'kubernetesingressnginx',
  // what random policies send is X-A and X-B
  `kubernetesingressnginx.globalallowedresponseheaders=${HEADERS},X-A,X-B`,
]);

/** Traefik with some of its providers, for an IngressClass of a controller's name. */
function target(name: string, number: number, controller: string, providers: readonly string[]): Target {
  const address = addressOf({ number });
  const launch = (context: Context) => {
    const ingressClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } };
    context.cluster.run(['apply', '--server-side', '-f', '-'], JSON.stringify(ingressClass));
    context.launch(join(context.assets, 'bin/traefik'), [
      `--entrypoints.web.address=${address}:80`,
      `--entrypoints.websecure.address=${address}:443`,
      `--entrypoints.traefik.address=${address}:${API}`,
      '--api.insecure',
      '--api.dashboard=false',
      ...providers.map((provider) => `--providers.${provider}`),
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--log.level=INFO',
      '--log.nocolor',
    ]);
  };
  const self: Target = {
    name,
    number,
    start: (context) => {
      apply(context, self);
      launch(context);
    },
    load: async (context, objects) => {
      launch(context);
      return troublesOf(context.log, address, objects);
    },
  };
  return self;
}

interface Part {
  readonly name: string;
  readonly status: string;
  readonly error?: readonly string[];
}

/** Waits until Traefik has a router for each path, and tells which it does not use, with what it needs, and what it says of errors. */
async function troublesOf(log: () => string, address: string, objects: readonly Rendered[]): Promise<string[]> {
  const paths = objects.filter(({ kind }) => kind === 'Ingress').length;
  const partsOf = async (kind: string): Promise<Part[]> => {
    const answer = await fetch(`http://${address}:${API}/api/http/${kind}?per_page=100000`).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as Part[]).filter(({ name }) => !name.endsWith('@internal')) : [];
  };
  const isOff = ({ status }: Part) => status !== 'enabled';
  for (let tries = 0; tries < 120; tries += 1) {
    const routers = await partsOf('routers');
    if (routers.length >= paths && !routers.some(isOff)) break;
    await pause(1);
  }
  const [routers = [], ...others] = await Promise.all(['routers', 'middlewares', 'services'].map(partsOf));
  // until both providers have spoken, the routers of one lack the middlewares of the other
  const errors = log()
    .split('\n')
    .filter((line) => / ERR /.test(line) && !/middleware \S+ does not exist/.test(line));
  return [
    ...(routers.length < paths ? [`${routers.length} routers for ${paths} paths`] : []),
    ...[routers, ...others]
      .flat()
      .filter(isOff)
      .map(({ name, error }) => `${name}: ${error}`),
    ...errors,
  ];
}
