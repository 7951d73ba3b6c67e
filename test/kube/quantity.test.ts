import { amount, bytes, cores, mebibytes, quantities, quantity } from '../../lib/kube';

const KI = 1024;

test.each([
  [2, 2],
  ['2', 2],
  ['0', 0],
  ['0.5', 0.5],
  ['500m', 0.5],
  ['1500m', 1.5],
  ['1k', 1e3],
  ['1.5M', 1.5e6],
  ['2G', 2e9],
  ['1T', 1e12],
  ['1Ki', KI],
  ['512Mi', 512 * KI ** 2],
  ['1.5Gi', 1.5 * KI ** 3],
  ['2Ti', 2 * KI ** 4],
])('amount of %p is %p', (text, number) => {
  expect(amount(text)).toBe(number);
});

test.each(['', 'Mi', '1 Gi', '1gi', '1K', '512MB', '-1', '1e3', '1Pi', '.5', '1.', '1,5', 'NaN', Number.NaN, -1])(
  'amount refuses %p',
  (text) => {
    const message = `"${text}" is not a Kubernetes quantity such as 500m or 2Gi`;
    expect(() => amount(text)).toThrow(new Error(message));
    expect(() => quantity(text)).toThrow(new Error(message));
  },
);

test.each([
  [0, '0Gi'],
  [1, '1Mi'],
  [KI ** 2, '1Mi'],
  [KI ** 2 + 1, '2Mi'],
  [1023 * KI ** 2, '1023Mi'],
  [KI ** 3, '1Gi'],
  [1.5 * KI ** 3, '1536Mi'],
  [50 * KI ** 3, '50Gi'],
  [2e9, '1908Mi'],
])('%p bytes are %p', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test.each([
  [0, '0'],
  [0.0001, '1m'],
  [0.25, '250m'],
  [0.1 + 0.2, '300m'],
  [1, '1'],
  [1.5, '1500m'],
  [12, '12'],
])('%p cores are %p', (count, text) => {
  expect(cores(count)).toBe(text);
});

test.each([
  ['1Gi', 1, 1024],
  ['1Gi', 0.75, 768],
  ['1G', 1, 953],
  ['1Mi', 0.5, 1],
  ['100Ki', 1, 1],
])('%p times %p has %p whole MiB', (size, share, count) => {
  expect(mebibytes(size, share)).toBe(count);
  if (share === 1) expect(mebibytes(size)).toBe(count);
});

test('quantities keep what was given as it was written, and only that', () => {
  expect(quantities({ cpu: 2, memory: '1.5Gi', 'ephemeral-storage': undefined, 'nvidia.com/gpu': '0' })).toEqual({
    cpu: quantity('2'),
    memory: quantity('1.5Gi'),
    'nvidia.com/gpu': quantity(0),
  });
  expect(quantity('1.5Gi').value).toBe('1.5Gi');
  expect(quantity(2).value).toBe('2');
  expect(quantities({})).toBeUndefined();
  expect(quantities({ cpu: undefined })).toBeUndefined();
  expect(() => quantities({ memory: '1GB' })).toThrow('"1GB" is not a Kubernetes quantity');
});
