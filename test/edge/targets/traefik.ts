import { join } from 'node:path';
import { apply } from '../support/apply';
import { addressOf, type Context, type Target } from './target';

/** As the summary of synth says for the ConfigMap of ingress-nginx. */
const HEADERS = 'X-Frame-Options,X-Content-Type-Options,X-XSS-Protection';

const INGRESS_CLASS = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' };

/** Traefik itself. */
export const traefik: Target = {
  name: 'traefik',
  number: 2,
  start: (context) => {
    apply(context, traefik, { ...INGRESS_CLASS, controller: 'traefik.io/ingress-controller' });
    launch(context, traefik, ['kubernetesingress', 'kubernetesingress.ingressclass=traefik', 'kubernetescrd']);
  },
};

/** Traefik reading the annotations of ingress-nginx. */
export const ingressNginx: Target = {
  name: 'ingress-nginx',
  number: 3,
  start: (context) => {
    apply(context, ingressNginx, { ...INGRESS_CLASS, controller: 'k8s.io/ingress-nginx' });
    launch(context, ingressNginx, ['kubernetesingressnginx', `kubernetesingressnginx.globalallowedresponseheaders=${HEADERS}`]);
  },
};

/** Starts Traefik with some of its providers. */
function launch({ launch: run, assets }: Context, target: Target, providers: readonly string[]): void {
  const address = addressOf(target);
  run(join(assets, 'bin/traefik'), [
    `--entrypoints.web.address=${address}:80`,
    `--entrypoints.websecure.address=${address}:443`,
    ...providers.map((provider) => `--providers.${provider}`),
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
    '--log.level=INFO',
  ]);
}
