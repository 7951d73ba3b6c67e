/** Things by namespace and labels. What has several labels is found by the rarest of them, so that many lookups stay linear. */
export class ByLabel<T> {
  private readonly places = new Map<string, Set<T>>();

  add(thing: T, namespace: string, labels: object): void {
    for (const label of [[], ...Object.entries(labels)]) {
      const place = placeOf(namespace, label);
      this.places.set(place, (this.places.get(place) ?? new Set()).add(thing));
    }
  }

  /** Everything in a namespace that has all these labels. */
  find(namespace: string, labels: object): T[] {
    const sets = [[], ...Object.entries(labels)].map((label) => this.places.get(placeOf(namespace, label)) ?? new Set<T>());
    const [rarest, ...others] = sets.sort((a, b) => a.size - b.size);
    return [...(rarest ?? [])].filter((thing) => others.every((set) => set.has(thing)));
  }
}

const placeOf = (namespace: string, label: readonly unknown[]): string => `${namespace} ${label.join('=')}`;
