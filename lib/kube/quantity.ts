import * as k8s from '../../imports/k8s';

const FACTORS: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as people write it: `2`, `500m`, `512Mi`, `50Gi`. */
export type QuantityText = string | number;

/** The number behind a quantity: bytes or cores. @throws Error if the text is no quantity */
export function amount(quantity: QuantityText): number {
  const [, number, suffix = '?'] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  const factor = FACTORS[suffix];
  if (factor === undefined) throw new Error(`"${quantity}" is not a Kubernetes quantity such as 500m or 2Gi`);
  return Number(number) * factor;
}

/** Bytes as the shortest exact quantity in powers of two: 1610612736 is `1536Mi`. Part of a Mi is rounded up. */
export function bytes(count: number): string {
  const mebi = Math.ceil(count / 2 ** 20);
  return mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`;
}

/** Cores as a quantity: 1.5 is `1500m`, 2 is `2`. */
export function cores(count: number): string {
  const milli = Math.ceil(count * 1000 - 1e-6);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** A share of a quantity of bytes in whole MiB, at least one. */
export function mebibytes(quantity: QuantityText, share = 1): number {
  return Math.max(1, Math.floor((amount(quantity) * share) / 2 ** 20));
}

/** The typed value that the L1 classes need: a bare string would vanish without a word (docs/architecture.md). */
export function quantity(value: QuantityText): k8s.Quantity {
  amount(value);
  return k8s.Quantity.fromString(String(value));
}

/** As {@link quantity}, for a map of resource names; entries without a value are left out. */
export function quantities(values: Readonly<Record<string, QuantityText | undefined>>): { [name: string]: k8s.Quantity } | undefined {
  const entries = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, quantity(value)]]));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
