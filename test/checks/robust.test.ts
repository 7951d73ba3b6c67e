import { Platform } from './cases';

/** Every value in an object, as the map or list that it stands in and its key there. */
function places(parent: object): [object, string][] {
  return Object.entries(parent).flatMap(([key, value]) => [
    [parent, key] as [object, string],
    ...(typeof value === 'object' && value !== null ? places(value) : []),
  ]);
}

/** Constructs of a team may render what they like: that is a finding or nothing, never a crash. */
test.each([[null], [[null]], [5], [{ a: null }]])('%j in any place breaks no check', (value) => {
  const platform = new Platform();
  const changeable = platform.objects.flatMap(({ json: { apiVersion, kind, metadata, ...rest } }) => [
    ...places(rest),
    [metadata, 'labels'] as const,
  ]);
  for (const [parent, key] of changeable) {
    const before = Reflect.get(parent, key);
    Reflect.set(parent, key, value);
    expect(() => platform.findings()).not.toThrow();
    Reflect.set(parent, key, before);
  }
});
