import { absolutePath, byteQuantity, cpuQuantity, days, envName, identifier, port, seconds, secretKey } from '../../lib/kube';
import { refusals as all, testWords } from '../support/words';

const a = (count: number) => 'a'.repeat(count);
const SIZE = 'it: got $, expected a size such as 512Mi or 2Gi';
const CORES = 'it: got $, expected cores such as 2 or 500m';
const ENV = 'it: got $, expected a name such as REDIS_URL';
const IDENTIFIER = 'it: got $, expected lower case letters, digits and "_", such as aiagent';
const PATH = 'it: got $, expected an absolute path such as /app/uploads';
const DAYS = 'it: got $, expected days such as 7d';

testWords({
  byteQuantity: {
    schema: byteQuantity(),
    accepted: ['512Mi', '1.5Gi', '2k', '2M', '2G', '1T', '64Ki', '1Ti'],
    refused: [
      ...all(SIZE, '0.5Gi', '0Mi', '05Mi', '2', '1e3Mi', '', 'Mi', '-1Gi', 512, undefined, true),
      ['500m', `${SIZE}; did you mean "500Mi"?`],
      ['1Gi\n', `${SIZE}; did you mean "1Gi"?`],
      ['512MB', `${SIZE}; did you mean "512Mi"?`],
      ['2 Gi', `${SIZE}; did you mean "2Gi"?`],
      ['2gi', `${SIZE}; did you mean "2Gi"?`],
      ['2K', `${SIZE}; did you mean "2Ki"?`],
    ],
  },
  cpuQuantity: {
    schema: cpuQuantity(),
    accepted: [1, 0.5, 0.001, '2', '100m', '500m', '0.1', '0.5', '1.25', '12'],
    refused: [...all(CORES, '0', '0.0', '0m', '1.5m', '05', '1e3', '', '2 cores', 'two', '2Gi', '-1', true, undefined, 0, -1, 1e-7)],
  },
  identifier: {
    schema: identifier(),
    accepted: ['aiagent', '_a', 'a1_', a(63)],
    refused: [
      ...all(IDENTIFIER, '', '1a', 'A', 'a-b', 'a b', 'a"b'),
      [a(64), `it: got "${a(60)}…", expected lower case letters, digits and "_", such as aiagent`],
    ],
  },
  envName: {
    schema: envName(),
    accepted: ['REDIS_URL', '_', 'a1'],
    refused: all(ENV, '', '1A', 'A-B', 'A.B', 'A=', 'A B', 'Ä'),
  },
  seconds: {
    schema: seconds(),
    accepted: [1, 86400],
    refused: [
      [0, 'it: got 0, expected at least 1'],
      [1.5, 'it: got 1.5, expected a whole number'],
      ['30', 'it: got "30", expected a whole number; remove the quotes'],
      ['30s', 'it: got "30s", expected a whole number'],
    ],
  },
  port: {
    schema: port(),
    accepted: [1024, 8501, 65535],
    refused: [
      [1023, 'it: got 1023, expected at least 1024'],
      [65536, 'it: got 65536, expected at most 65535'],
    ],
  },
  absolutePath: {
    schema: absolutePath(),
    accepted: ['/app', '/app/my-uploads/v1.2', '/_a', '/app/'],
    refused: all(PATH, '', 'app', './app', '/a b', '/a:b', 'C:\\a', '/ä', '/a\n'),
  },
  days: {
    schema: days(),
    accepted: ['1d', '7d', '9999d'],
    refused: all(DAYS, '', '0d', '07d', '10000d', '7', '1w', '7D', '7 d', '-7d', '1.5d', 7),
  },
  secretKey: {
    schema: secretKey(),
    accepted: [
      { secret: 'agent-keys', key: 'OPENAI_API_KEY' },
      { secret: 'a.b', key: '.env-1' },
    ],
    refused: [
      [{ secret: 'A', key: 'k' }, 'it.secret: got "A", expected the name of a Secret'],
      [{ secret: 'a', key: 'b/c' }, 'it.key: got "b/c", expected a key of the Secret'],
      [{ secret: 'a' }, 'it.key: got nothing, expected a key of the Secret'],
      ['a', 'it: got "a", expected a map of secret, key'],
      [{ secret: 'a', key: 'b', value: 'c' }, 'it.value: got an unknown key, expected one of secret, key'],
    ],
  },
});
