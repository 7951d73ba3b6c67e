import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Cluster } from './kubectl';

/** A ServiceAccount with its token: asks the API server as its pods do. */
export class Account {
  readonly token: string;

  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    private readonly name: string,
  ) {
    this.token = cluster.run(['create', 'token', name, '-n', namespace]).trim();
  }

  /** The HTTP status that a request gets. */
  status(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<number> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': contentType };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.cluster.server), { method, headers, ca: readFileSync(this.cluster.caFile) }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      call.setTimeout(10_000, () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** What it may do in its namespace, by the API server's own word, beyond what every account may. */
  rules(): unknown[] {
    const everybody = this.rulesOf('default').map((rule) => JSON.stringify(rule));
    return this.rulesOf(this.name).filter((rule) => !everybody.includes(JSON.stringify(rule)));
  }

  private rulesOf(account: string): unknown[] {
    const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview' };
    // the groups of a token are those of an impersonated account too
    const as = `--as=system:serviceaccount:${this.namespace}:${account}`;
    const review = JSON.stringify({ ...kind, spec: { namespace: this.namespace } });
    const { status } = JSON.parse(this.cluster.run(['create', '--validate=false', '-f', '-', '-o', 'json', as], review)) as {
      status: { resourceRules: unknown[]; nonResourceRules: unknown[]; incomplete: boolean };
    };
    if (status.incomplete) throw new Error(`the API server does not know all rules of ${account}`);
    return [...status.resourceRules, ...status.nonResourceRules];
  }
}
