import * as k8s from '../../imports/k8s';

/** One check of a container's health, by default every 10 seconds, within 5, until 3 failures in a row; ports go by name. */
export interface Probe {
  readonly check: { readonly http: string; readonly port: string } | { readonly tcp: string } | { readonly exec: readonly string[] };
  readonly period?: number;
  readonly timeout?: number;
  readonly failures?: number;
}

/** Startup holds back the other two; a pod that is not ready gets no traffic; one that is not alive is restarted. */
export type Probes = Readonly<Partial<Record<'startup' | 'readiness' | 'liveness', Probe>>>;

/** A check as Kubernetes has it. @internal */
export function renderProbe(probe?: Probe): k8s.Probe | undefined {
  if (!probe) return undefined;
  const { check, period = 10, timeout = 5, failures = 3 } = probe;
  return {
    httpGet: 'http' in check ? { path: check.http, port: k8s.IntOrString.fromString(check.port) } : undefined,
    tcpSocket: 'tcp' in check ? { port: k8s.IntOrString.fromString(check.tcp) } : undefined,
    exec: 'exec' in check ? { command: [...check.exec] } : undefined,
    periodSeconds: period,
    timeoutSeconds: timeout,
    failureThreshold: failures,
  };
}
