import { ByLabel } from '../../lib/checks/by-label';

/** So many things that share a label, each with a name of its own. */
function many(count: number): ByLabel<number> {
  const things = new ByLabel<number>();
  for (let index = 0; index < count; index++) things.add(index, 'ns', { component: 'metrics', name: `name-${index}`, zone: 'a' });
  return things;
}

test('what has all labels is found, in its namespace', () => {
  const things = new ByLabel<string>();
  things.add('one', 'ns', { a: '1', b: '1' });
  things.add('two', 'ns', { a: '1', b: '2' });
  things.add('three', 'other', { a: '1' });
  things.add('four', 'ns', {});
  expect(things.find('ns', { a: '1' })).toEqual(['one', 'two']);
  expect(things.find('ns', { a: '1', b: '2' })).toEqual(['two']);
  expect(things.find('ns', { b: '1', a: '1' })).toEqual(['one']);
  expect(things.find('ns', { a: '2' })).toEqual([]);
  expect(things.find('ns', { a: '1', c: '1' })).toEqual([]);
  expect(things.find('ns', {})).toEqual(['one', 'two', 'four']);
  expect(things.find('none', {})).toEqual([]);
});

test('a lookup is as short among many things as among few', () => {
  const asked = jest.spyOn(Set.prototype, 'has');
  const steps = [10, 1000].map((count) => {
    const things = many(count);
    asked.mockClear();
    expect(things.find('ns', { component: 'metrics', name: 'name-7', zone: 'a' })).toEqual([7]);
    return asked.mock.calls.length;
  });
  asked.mockRestore();
  expect(steps).toEqual([3, 3]);
});
