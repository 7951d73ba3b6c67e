import type { Client } from '../support/client';

/** What a client meets: a text or a number that is the same on every run, or nearly. */
export type Measured = string | number;
/** What is expected: the same, or a number between two. */
export type Expected = Measured | readonly [least: number, most: number];

export interface Row {
  readonly name: string;
  /** What nginx with the guide's configuration does. */
  readonly reference: Expected;
  /**
   * slow: takes a minute and nearly no work, so all of them run beside the others; paced: needs a machine with nothing
   * else to do; heavy: gives it plenty.
   */
  readonly kind?: 'slow' | 'paced' | 'heavy';
  measure(client: Client): Promise<Measured>;
}
