import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Outcome, onPath, type Sandbox, withEveryShell } from '../support/sh';

const script = join(__dirname, '../../lib/security/scripts/bootstrap.sh');
const token = 'the-token-of-the-account';
const spec = `postgres-auth password {random}
postgres-auth replication-password {random}
postgres-auth url postgresql://aiagent:{password}@postgres:5432/aiagent

redis-auth acl user default on >{random} ~* &* +@all
`;

/** An API server of files: DIR/store/NAME.json, which it answers with; ANSWER_<name> is another code than it would give. */
const curl = `
  for argument; do case $argument in @-) body=$(cat) ;; @*) headers=\${argument#@} ;; https://*) url=$argument ;; esac; done
  name=$(printf '%s' "$body" | sed -n 's/.*"metadata":{"name":"\\([^"]*\\)".*/\\1/p')
  cp -p "$headers" "$DIR/headers"
  printf '%s\\n' "$url" >"$DIR/url"
  eval "code=\\\${ANSWER_$(printf '%s' "$name" | tr - _):-}"
  if [ "$code" = none ]; then printf '\\n000'; echo 'curl: (7) Failed to connect' >&2; exit 7; fi
  if [ -z "$code" ] && [ -e "$DIR/store/$name.json" ]; then code=409; fi
  if [ -z "$code" ]; then printf '%s' "$body" >"$DIR/store/$name.json"; fi
  printf '%s\\n%s' "$body" "\${code:-201}"`;

/** An API server that is not ready at first: it tells its port, and says 201 to the second request. */
const slowServer = `
  let requests = 0;
  const server = require('node:http').createServer((request, response) => {
    let body = '';
    request.on('data', (data) => { body += data; });
    request.on('end', () => response.writeHead(++requests === 1 ? 503 : 201).end(body));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

interface Secret {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly stringData: Record<string, string>;
}

withEveryShell((sandbox, { ownFirst }) => {
  const prepared = (text = spec): Sandbox => {
    const place = sandbox();
    place.fake('curl', curl);
    place.folder('store');
    Object.assign(place.env, {
      DIR: place.dir,
      SPEC: place.write('spec', text),
      TOKEN_FILE: place.write('token', token),
      CA: place.write('ca.crt', 'a certificate'),
      ...{ NS: 'agents', PART_OF: 'production', API: 'https://api.test' },
    });
    return place;
  };
  const secret = (place: Sandbox, name: string): Secret => JSON.parse(place.read(`store/${name}.json`));
  const random = /^[A-Za-z0-9]{40}$/;
  let server: ChildProcess | undefined;
  // here, because a test that takes too long never comes to its own end
  afterEach(() => {
    server?.kill('SIGKILL');
  });

  test('creates each secret, with fresh values and values made of them', () => {
    const place = prepared();
    const done = place.run(script);
    expect(done).toEqual({
      status: 0,
      stdout: 'secret/postgres-auth created\nsecret/redis-auth created\n',
      stderr: '',
    });
    const { kind, metadata, stringData } = secret(place, 'postgres-auth');
    expect(kind).toBe('Secret');
    expect(metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'cdk8s-ai-agent-bootstrap',
      'app.kubernetes.io/part-of': 'production',
    });
    const { password = '', 'replication-password': other, url } = stringData;
    expect(password).toMatch(random);
    expect(other).toMatch(random);
    expect(other).not.toBe(password);
    expect(url).toBe(`postgresql://aiagent:${password}@postgres:5432/aiagent`);
    expect(secret(place, 'redis-auth').stringData.acl).toMatch(/^user default on >[A-Za-z0-9]{40} ~\* &\* \+@all$/);
    expect(place.read('url')).toBe('https://api.test/api/v1/namespaces/agents/secrets\n');
    expect(place.read('headers')).toBe(`Authorization: Bearer ${token}\nContent-Type: application/json\n`);
  });

  test('a second run leaves all alone', () => {
    const place = prepared();
    place.run(script);
    const before = place.read('store/postgres-auth.json');
    const stdout = 'secret/postgres-auth exists, left alone\nsecret/redis-auth exists, left alone\n';
    expect(place.run(script)).toEqual({ status: 0, stdout, stderr: '' });
    expect(place.read('store/postgres-auth.json')).toBe(before);
  });

  test.each(['403', '404', '422', '500', 'none'])('%s fails the run, after all others were tried', (answer) => {
    const place = prepared();
    const done = place.run(script, { ANSWER_postgres_auth: answer });
    expect(done).toMatchObject({ status: 1, stdout: 'secret/redis-auth created\n' });
    expect(done.stderr).toContain(`secret/postgres-auth: HTTP ${answer === 'none' ? '000' : answer} from https://api.test`);
  });

  test('no value and no token is an argument, is printed, or stays in a file', () => {
    const place = prepared();
    const runs: Outcome[] = [place.run(script, { ANSWER_redis_auth: '403' }), place.run(script)];
    const values = Object.values(secret(place, 'postgres-auth').stringData).concat(token);
    const told = JSON.stringify([runs, place.calls()]);
    expect(values.filter((value) => told.includes(value))).toEqual([]);
    expect(told).toContain('--data-binary @-');
    expect(place.run(place.write('mode.sh', 'stat -c %a headers')).stdout).toBe('600\n');
    expect(place.list('tmp')).toEqual([]);
  });

  test('asks the API by its certificate, and neither for ever nor once only', () => {
    const place = prepared();
    place.run(script);
    const [call = ''] = place.calls();
    for (const option of ['--cacert ca.crt', '--retry 5', '--retry-connrefused', '--connect-timeout', '--max-time'])
      expect(call).toContain(option);
    expect(call).not.toMatch(/ (-k|--insecure)\b/);
  });

  test('a Fernet key is 32 random bytes in url-safe base64, another one each time', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `app key${index} {fernet}`);
    const place = prepared([...lines, 'app again {key0}'].join('\n'));
    expect(place.run(script)).toMatchObject({ status: 0, stderr: '' });
    const { again, ...keys } = secret(place, 'app').stringData;
    for (const key of Object.values(keys)) {
      expect(key).toMatch(/^[A-Za-z0-9_-]{43}=$/);
      expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    }
    expect(new Set(Object.values(keys)).size).toBe(12);
    // of 516 characters some are those in which this base64 differs from the other
    expect(Object.values(keys).join('')).toMatch(/[-_]/);
    expect(again).toBe(keys.key0);
  });

  test('braces that are no reference, quotes and backslashes are kept', () => {
    const place = prepared('app password {random}\napp json {"user":"a\\b","password":"{password}"} {} {a b} }{');
    expect(place.run(script).status).toBe(0);
    const { password, json } = secret(place, 'app').stringData;
    expect(json).toBe(`{"user":"a\\b","password":"${password}"} {} {a b} }{`);
  });

  test.each([
    ['a reference to nothing', 'app url redis://:{pasword}@redis', 'secret/app: {pasword} is no earlier key'],
    ['a reference to a later key', 'app url {password}\napp password {random}', '{password} is no earlier key'],
    ["a reference to another secret's key", 'a password {random}\nb url {password}', '{password} is no earlier key'],
    ['a secret in two places', 'a x {random}\nb x {random}\na y {random}', 'the lines of secret/a are not together'],
    ['no secret', '\n', 'no secret in'],
  ])('%s is an error', (_, text, message) => {
    const done = prepared(text).run(script);
    expect(done.status).toBe(1);
    expect(done.stderr).toContain(message);
  });

  test('too little randomness is an error, not a short password', () => {
    const place = prepared();
    place.fake('head', 'case $2 in 40) echo short ;; *) cat >/dev/null ;; esac');
    place.fake('tr', 'echo short');
    const done = place.run(script);
    if (ownFirst) return; // the stand-ins were not heard
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('too few random bytes');
    expect(place.calls().filter((call) => call.startsWith('curl'))).toEqual([]);
  });

  (onPath('curl') ? test : test.skip)('the real curl asks again while the API server is not ready', async () => {
    const place = prepared('app password {random}');
    place.fake('curl', `exec ${onPath('curl')} "$@"`);
    const slow = spawn(process.execPath, ['-e', slowServer]);
    server = slow;
    const [port] = await once(slow.stdout, 'data');
    const done = place.run(script, { API: `http://127.0.0.1:${String(port).trim()}` });
    expect(done).toMatchObject({ status: 0, stdout: 'secret/app created\n' });
    expect(place.calls()).toHaveLength(1);
  });
});
