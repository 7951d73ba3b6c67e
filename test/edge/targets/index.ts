import { gatewayApi } from './gateway-api';
import { reference } from './reference';
import type { Target } from './target';
import { ingressNginx, traefik } from './traefik';
import { haproxy, nginx } from './translated';

export { addressOf, type Target } from './target';

/** The columns of the table: another one is another file and another entry, and what it differs in. */
export const TARGETS: readonly Target[] = [reference, nginx, traefik, ingressNginx, gatewayApi, haproxy];
