import type { Fields, Labels } from './manifest';

/** Things with labels in namespaces, found by their labels without looking at each. */
export class Selection<T> {
  private readonly places = new Map<string, { labels: Labels; item: T }[]>();
  private readonly domains = new Set<string>();

  add(namespace: string, labels: Labels, item: T): void {
    for (const [key, value] of [['', ''], ...Object.entries(labels)] as const) {
      const place = `${namespace} ${key}=${value}`;
      const there = this.places.get(place);
      if (there) there.push({ labels, item });
      else this.places.set(place, [{ labels, item }]);
      this.domains.add(domain(key));
    }
  }

  /**
   * What has all these labels. Undefined for labels of things that others make: in a namespace that has none of ours, or
   * of a domain that none of ours has, such as `cnpg.io` or `acme.cert-manager.io`.
   */
  select(namespace: string, labels: Fields): readonly T[] | undefined {
    const wanted = Object.entries(labels);
    if (!this.places.has(`${namespace} =`) || wanted.some(([key]) => !this.domains.has(domain(key)))) return undefined;
    const [key, value] = wanted[0] ?? ['', ''];
    const candidates = this.places.get(`${namespace} ${key}=${value}`) ?? [];
    return candidates.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value)).map(({ item }) => item);
  }
}

/** `app.kubernetes.io` of `app.kubernetes.io/name`. */
function domain(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}
