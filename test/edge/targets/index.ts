import { gatewayApi } from './gateway-api';
import { reference } from './reference';
import type { Target } from './target';
import { ingressNginx, traefik } from './traefik';

export { addressOf, type Target } from './target';

/** The columns of the table: another one is another file and another entry, and what it differs in. */
export const TARGETS: readonly Target[] = [reference, traefik, ingressNginx, gatewayApi];
