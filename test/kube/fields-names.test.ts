import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { z } from 'zod';
import { cidr, dnsLabel, hostName, image, validate } from '../../lib/kube';
import { refusals as all, testWords } from '../support/words';

const a = (count: number) => 'a'.repeat(count);
const LABEL = 'it: got $, expected lower case letters, digits and "-", such as ai-agent';
const HOST = 'it: got $, expected a host name such as agent.example.com';
const RANGE = 'it: got $, expected an address range such as 10.0.0.0/8';
const IMAGE = 'it: got $, expected an image such as registry.example.com/ai-agent:1.4.2';
const PINNED = 'it: got $, expected a pinned image: add a tag other than latest, or a digest';
const DIGEST = `@sha256:${'0123456789abcdef'.repeat(4)}`;

testWords({
  dnsLabel: {
    schema: dnsLabel(),
    accepted: ['a', '1', 'ai-agent', 'a--b', a(40)],
    refused: [
      ...all(LABEL, '', '-a', 'a-', 'A', 'a.b', 'a_b', 'ä', 'a b', undefined),
      [5, 'it: got 5, expected text; put it in quotes'],
      ...all('it: got $, expected at most 40 characters', a(41)),
    ],
  },
  'dnsLabel of 63': {
    schema: dnsLabel(63),
    accepted: [a(63)],
    refused: [[a(64), `it: got "${a(60)}…", expected at most 63 characters`]],
  },
  hostName: {
    schema: hostName(),
    accepted: ['agent.example.com', 'a.b', 'a9.b-0.c0d', 'xn--bcher-kva.example', '1a.2b', `${a(63)}.com`, '3com.co'],
    refused: [
      ...all(HOST, 'localhost', '', 'a.b.', '.a.b', 'a..b', '-a.b', 'a-.b', 'A.b', 'a_b.c', '*.a.b', 'a.b:80', 'a.b/c'),
      ...all(HOST, '10.0.0.1', 'http://a.b', undefined),
      [`a.${a(64)}`, `it: got "a.${a(58)}…", expected a host name such as agent.example.com`],
      [`${'a.'.repeat(126)}ab`, `it: got "${'a.'.repeat(30)}…", expected a host name such as agent.example.com`],
    ],
  },
  cidr: {
    schema: cidr(),
    accepted: [
      '0.0.0.0/0',
      '10.0.0.0/8',
      '255.255.255.255/32',
      '::/0',
      'fc00::/7',
      '2001:db8::1/128',
      '1:2:3:4:5:6:7:8/64',
      '1:2:3:4:5:6:7::/112',
    ],
    refused: all(
      RANGE,
      ...['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/8', '10.0.0.0.0/8', '01.2.3.4/8', '10.0.0.0/08'],
      ...['::', '::/129', ':::/0', ':::::/0', 'a:/5', ':a/5', '1::2::3/64', '1:2:3/64', '12345::/16', 'g::/8', '', '/8', 5],
    ),
  },
  image: {
    schema: image(),
    accepted: [
      ...['agent:1', 'a/b/c:1', 'registry.example.com/ai-agent:1.4.2', 'localhost:5000/agent:1', 'a_b/c-d.e__f:v1_2-x.Y'],
      ...[`agent${DIGEST}`, `agent:1${DIGEST}`, `registry.example.com:5000/agent:latest${DIGEST}`, 'Registry.Example.com/a:1'],
    ],
    refused: [
      ...all(PINNED, 'agent', 'agent:latest', 'registry.example.com/agent', 'localhost:5000/agent', 5),
      ...all(IMAGE, '', 'a b:1', 'a//b:1', '/a:1', 'a/:1', 'a.:1', 'https://a/b:1', 'a:1:2', 'a:', 'a:1\n', 'a:-1'),
      ...all(IMAGE, 'agent@sha256:abc', `agent@md5:${a(32)}`, 'registry.example.com/Agent:1', 'AGENT:1', undefined),
    ],
  },
});

test.each([
  [image(), 'a b:1', [IMAGE]],
  [dnsLabel(3), 'four', ['it: got $, expected at most 3 characters']],
  [dnsLabel(3), 'Four', [LABEL, 'it: got $, expected at most 3 characters']],
])('what is wrong with a name hides nothing else (%#)', (schema, name, messages) => {
  const map = z.strictObject({ name: schema }).refine(() => false, { path: ['name'], error: 'expected another' });
  const outcome = validate(map, { name });
  const told = [...messages, 'it: got $, expected another'].map((text) => text.replace('it: ', '').replace('$', `"${name}"`));
  expect(!outcome.ok && outcome.problems.map(({ message }) => message)).toEqual(told);
});

describe('cidr', () => {
  const accepts = (text: string) => validate(cidr(), text).ok;
  const numbers = Array.from({ length: 300 }, (_, number) => number);

  test('takes every octet and every length of a prefix, and no more', () => {
    for (const place of [0, 1, 2, 3]) {
      const octets = numbers.filter((number) => accepts([10, 0, 9, 200].with(place, number).join('.').concat('/8')));
      expect(octets).toEqual(numbers.slice(0, 256));
    }
    expect(numbers.filter((length) => accepts(`10.0.0.0/${length}`))).toEqual(numbers.slice(0, 33));
    expect(numbers.filter((length) => accepts(`fd00::/${length}`))).toEqual(numbers.slice(0, 129));
  });

  test('takes the IPv6 addresses that Node takes', () => {
    const group = fc.constantFrom('', '', '0', '1', 'a', 'ff', '0db8', '2001', '12345');
    const address = fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(address, (text) => {
        expect([text, accepts(`${text}/64`)]).toEqual([text, isIPv6(text)]);
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});
