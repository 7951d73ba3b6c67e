import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** Rows of the map: what the guide says, where it went, with which value, and why. */
const rows = readFileSync('docs/guide-map.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| guide |'))
  .map((line) =>
    line
      .slice(1, -1)
      .split(' |')
      .map((cell) => cell.trim()),
  );

const FIELD = /^`(\d\d-[\w-]+\.yaml)` (\w+)\/(\S+) `(.+)`$/;
const dist = 'dist/production';
const objects = new Map(
  readdirSync(dist).map((file) => [file, parseAllDocuments(readFileSync(join(dist, file), 'utf8')).map((document) => document.toJS())]),
);

/** `a.b[0]."c.d"[name=x]` applied to an object. */
function at(object: unknown, path: string): unknown {
  const steps = path.match(/"[^"]+"|\[[^\]]+\]|[^.[\]"]+/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    const key = step.replace(/^["[]|["\]]$/g, '');
    if (Array.isArray(value) && key.includes('=')) {
      const [name = '', wanted] = key.split('=');
      return value.find((entry) => entry[name] === wanted);
    }
    return (value as Record<string, unknown> | undefined)?.[key];
  }, object);
}

function field(file: string, kind: string, name: string, path: string): unknown {
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replace('*', '[0-9a-f]{8}')}$`);
  const found = (objects.get(file) ?? []).filter((object) => object.kind === kind && pattern.test(object.metadata.name));
  if (found.length !== 1) throw new Error(`${found.length} objects in ${file} are ${kind}/${name}`);
  return at(found[0], path);
}

describe('docs/guide-map.md', () => {
  it('has a row for each setting, of one of three kinds', () => {
    expect(rows.length).toBeGreaterThan(90);
    const odd = rows.filter(([, where = '', , why]) => !FIELD.test(where) && !(/^(not|to come)$/.test(where) && why));
    expect(odd).toEqual([]);
  });

  const became = rows.filter(([, where = '']) => FIELD.test(where));
  it.each(became)('%s is %s = %s', (_guide, where = '', value = '') => {
    const [, file = '', kind = '', name = '', path = ''] = FIELD.exec(where) ?? [];
    const wanted = value.replace(/^`|`$/g, '');
    const actual = field(file, kind, name, path);
    if (wanted.startsWith('~')) expect(String(actual)).toContain(wanted.slice(1));
    else expect(actual).toEqual(parse(wanted));
  });
});

/** Every name and number that the guide sets, so that none is without a row. */
const SETTINGS = [
  ...['ENV', 'LOG_LEVEL', 'REDIS_URL', 'POSTGRES_URL', 'CHROMA_HOST', 'CHROMA_PORT', 'DEBUG', 'ARK_API_KEY', 'OPENAI_MODEL'],
  ...['OPENAI_TEMPERATURE', 'SECRET_KEY', 'JWT_SECRET', 'ENCRYPTION_KEY', 'MAX_WORKERS', 'MAX_CONCURRENT_REQUESTS'],
  ...['REQUEST_TIMEOUT', 'CACHE_TTL', 'PROMETHEUS_ENABLED', 'METRICS_PORT', 'SENTRY_DSN', 'POSTGRES_DB', 'POSTGRES_USER'],
  ...['POSTGRES_PASSWORD', 'GF_SECURITY_ADMIN_PASSWORD', 'appendonly', 'maxmemory-policy', 'least_conn', 'max_fails'],
  ...['fail_timeout', 'limit_req_zone', 'nodelay', 'client_max_body_size', 'proxy_request_buffering', 'proxy_timeout'],
  ...['X-Frame-Options', 'X-Content-Type-Options', 'X-XSS-Protection', 'Strict-Transport-Security', 'Cache-Control'],
  ...['HighResponseTime', 'HighErrorRate', 'MemoryUsageHigh', 'scrape_interval', 'evaluation_interval', 'alertmanager'],
  ...['somaxconn', 'tcp_max_syn_backlog', 'file-max', 'worker_connections', 'max_requests_jitter', 'keepalive', 'ufw'],
  ...['openssl', 'pg_dump', 'HEALTHCHECK', 'EXPOSE', 'PYTHONUNBUFFERED', 'restart_policy', 'depends_on', 'worker_class'],
];

it.each(SETTINGS)('the setting %s of the guide has a row', (setting) => {
  expect(rows.some(([guide = '']) => guide.includes(setting))).toBe(true);
});
