import type { ChildProcess } from 'node:child_process';
import type { Cluster } from '../../cluster/support/kubectl';
import type { Rendered } from '../../support/platform';
import type { Certificate } from '../support/certificate';

/** What a target starts from. */
export interface Context {
  /** An API server with the definitions of Traefik and Envoy Gateway. */
  readonly cluster: Cluster;
  /** What `.ci/edge` made: programs in `bin`. */
  readonly assets: string;
  /** Of this target, for its files; gone afterwards. */
  readonly folder: string;
  readonly tls: Certificate;
  /**
   * Starts a program, which is ended after the last row, with PATH, HOME and KUBECONFIG. What it prints is shown if the
   * target does not answer.
   */
  launch(program: string, args: readonly string[]): ChildProcess;
  /** What was printed so far. */
  log(): string;
}

/** An edge that every row of the table is measured on. */
export interface Target {
  /** That of the column, and of its differences: a controller's. */
  readonly name: string;
  /** Its own; its replicas are 10.200.<number>.11 to 13. */
  readonly number: number;
  /** @default - 80 and 443 */
  readonly ports?: Ports;
  /** Starts what it is made of. It need not answer yet. */
  start(context: Context): void | Promise<void>;
  /** Of a controller: starts it on objects that the API server has, waits until it read them, and tells what it does not take. */
  load?(context: Context, objects: readonly Rendered[]): Promise<string[]>;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** Where a target answers. */
export const addressOf = ({ number }: Pick<Target, 'number'>): string => `10.200.${number}.1`;
