import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const contract = readFileSync('docs/agent-contract.md', 'utf8');
const documents = parseAllDocuments(readFileSync('dist/production/40-agent.yaml', 'utf8')).map((document) => document.toJS());
const { metadata, spec } = documents.find(({ kind }) => kind === 'Deployment').spec.template;
const [container] = spec.containers;
const environment: Record<string, string | undefined> = Object.fromEntries(
  container.env.map(({ name, value }: { name: string; value?: string }) => [name, value]),
);

/** What the environment file itself gives the agent. */
const OWN = /^(OPENAI_|ARK_API_KEY|SENTRY_DSN|SECRET_KEY|JWT_SECRET|ENCRYPTION_KEY)/;

describe('docs/agent-contract.md', () => {
  const [, table = ''] = contract.split(/<!-- variables -->|<!-- end -->/);
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));

  it('names every variable that an agent gets, and no other', () => {
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(
      Object.keys(environment)
        .filter((name) => !OWN.test(name))
        .sort(),
    );
  });

  it.each(rows.filter((row) => /^\| `[^|]+\| `[\w/]+`/.test(row)))('%s', (row) => {
    const [, names = '', meaning = ''] = row.split('|');
    const [, value] = /`([^`]+)`/.exec(meaning) ?? [];
    for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) expect([name, environment[name]]).toEqual([name, value]);
  });

  it('has the times that a replica gets to end', () => {
    const [, settle, finish, margin] = /For (\d+) s it goes on serving.*\((\d+)\)\..*SIGKILL`, (\d+) s after/s.exec(contract) ?? [];
    expect(container.lifecycle.preStop.exec.command).toEqual(['sleep', settle]);
    expect(environment.REQUEST_TIMEOUT).toBe(finish);
    expect(spec.terminationGracePeriodSeconds).toBe(Number(settle) + Number(finish) + Number(margin));
  });

  it('has the ports, and the user', () => {
    expect(container.ports.map(({ containerPort }: { containerPort: number }) => containerPort)).toEqual([8501, 9090]);
    expect(spec.securityContext).toMatchObject({ runAsUser: 10001, runAsGroup: 10001 });
    expect(metadata.labels['app.kubernetes.io/component']).toBe('agent');
  });
});
