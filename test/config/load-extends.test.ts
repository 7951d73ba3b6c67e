import { join } from 'node:path';
import { z } from 'zod';
import { loadEnvironment } from '../../lib/config';
import { GOOD, inFolderOfItsOwn, problems, schema, write } from './support';

const folder = inFolderOfItsOwn();

describe('extends', () => {
  it('merges maps, replaces lists and scalars, and can be chained', () => {
    write({
      'environments/e.yaml': 'extends: shared/base.yaml\nname: staging\nagents: { agent: { uses: [], replicas: { min: 1 } } }\n',
      'environments/shared/base.yaml': `extends: ../../root.yaml\n${GOOD.replace('debug: true', 'env: { A: a }')}`,
      'root.yaml':
        'name: root\nagents:\n  agent: { debug: false, env: { B: b } }\n  other: { image: o }\nstores: { redis: { memory: 1Gi } }\n',
    });
    expect(loadEnvironment('environments/e.yaml', schema)).toEqual({
      files: ['environments/e.yaml', 'environments/shared/base.yaml', 'root.yaml'],
      value: {
        name: 'staging',
        domain: 'agent.example.com',
        agents: {
          agent: {
            image: 'registry.example.com/agent:1',
            replicas: { min: 1, max: 10 },
            uses: [],
            env: { A: 'a', B: 'b' },
            debug: false,
          },
          other: { image: 'o', replicas: { min: 1, max: 3 }, uses: [] },
        },
        stores: { postgres: { provider: 'external', host: 'db.example.com' }, redis: { memory: '2Gi' } },
      },
    });
  });

  it('replaces a map that chooses another provider, and merges one that names the same', () => {
    write({
      'base.yaml': 'postgres: { provider: embedded, storage: 50Gi }\nedge: { controller: nginx, tls: none }\n',
      'other.yaml': 'extends: base.yaml\npostgres: { provider: external, host: db }\nedge: { controller: none }\n',
      'same.yaml': 'extends: base.yaml\npostgres: { provider: embedded, memory: 2Gi }\n',
    });
    const anything = z.record(z.string(), z.record(z.string(), z.string()));
    expect(loadEnvironment('other.yaml', anything).value).toEqual({
      postgres: { provider: 'external', host: 'db' },
      edge: { controller: 'none' },
    });
    expect(loadEnvironment('same.yaml', anything).value.postgres).toEqual({
      provider: 'embedded',
      storage: '50Gi',
      memory: '2Gi',
    });
  });

  it('keeps the order of the base, so that both render alike', () => {
    write({ 'base.yaml': 'a: 1\nb: 2\n', 'e.yaml': 'extends: base.yaml\nc: 3\nb: 4\n' });
    const { value } = loadEnvironment('e.yaml', z.record(z.string(), z.number()));
    expect(Object.entries(value)).toEqual([
      ['a', 1],
      ['b', 4],
      ['c', 3],
    ]);
  });

  it('names the file that a value came from', () => {
    const base = 'name: 1\nagents:\n  agent:\n    imagee: x\n    debug: 1\n  worker: {}\nstore: {}\n';
    const child = 'extends: base.yaml\nagents:\n  agent:\n    debug: yes\nstores:\n  redis: {memory: 1GiB}\n';
    expect(problems({ 'x/e.yaml': child, 'x/base.yaml': base })).toEqual([
      'x/e.yaml:1:1: domain: got nothing, expected text',
      'x/e.yaml:3:3: agents.agent.image: got nothing, expected text',
      'x/e.yaml:4:12: agents.agent.debug: got "yes", expected true or false; did you mean true?',
      'x/e.yaml:6:19: stores.redis.memory: got "1GiB", expected a memory quantity such as 512Mi or 2Gi; did you mean "1Gi"?',
      'x/base.yaml:1:7: name: got 1, expected text; put it in quotes',
      'x/base.yaml:4:5: agents.agent.imagee: got an unknown key, expected one of image, replicas, uses, env, debug; did you mean "image"?',
      'x/base.yaml:6:11: agents.worker.image: got nothing, expected text',
      'x/base.yaml:7:1: store: got an unknown key, expected one of name, domain, agents, stores; did you mean "stores"?',
    ]);
  });

  it.each<[title: string, files: Record<string, string>, ...lines: string[]]>([
    ['nothing', { 'e.yaml': 'name: a\nextends:\n' }, 'e.yaml:2:1: extends: got nothing, expected the name of a file'],
    ['a list', { 'e.yaml': 'extends: [a.yaml]\n' }, 'e.yaml:1:10: extends: got a list, expected the name of a file'],
    [
      'a file that is not there',
      { 'x/e.yaml': 'name: a\nextends: bsae.yaml\n', 'x/base.yaml': '' },
      'x/e.yaml:2:10: extends: got "bsae.yaml", no such file; did you mean "base.yaml"?',
    ],
    ['a folder', { 'x/e.yaml': 'extends: ..\n' }, 'x/e.yaml:1:10: extends: got "..", a folder, expected a file'],
    ['itself', { 'e.yaml': 'extends: ./e.yaml\n' }, 'e.yaml:1:10: extends: got "./e.yaml", expected no circle: e.yaml -> e.yaml'],
    [
      'a circle',
      { 'e.yaml': 'extends: x/a.yaml\n', 'x/a.yaml': 'extends: b.yaml\n', 'x/b.yaml': 'name: b\nextends: a.yaml\n' },
      'x/b.yaml:2:10: extends: got "a.yaml", expected no circle: x/a.yaml -> x/b.yaml -> x/a.yaml',
    ],
    [
      'a list of values',
      { 'e.yaml': 'extends: b.yaml\n', 'b.yaml': '- a\n' },
      'b.yaml:1:1: got a list, expected lines such as "key: value"',
    ],
    [
      'broken YAML, next to a problem of its own',
      { 'e.yaml': 'extends: b.yaml\nname: a\nname: b\n', 'b.yaml': 'a: @a\n' },
      'e.yaml:3:1: name: got the key again, expected it once; it is in line 2 too',
      'b.yaml:1:4: got a text that starts with @, expected quotes around it',
    ],
  ])('%s', (_, files, ...lines) => expect(problems(files)).toEqual(lines));

  it('takes an absolute name', () => {
    write({ 'base.yaml': 'name: a\n', 'e.yaml': `extends: ${join(folder(), 'base.yaml')}\n` });
    expect(loadEnvironment('e.yaml', z.unknown())).toEqual({
      value: { name: 'a' },
      files: ['e.yaml', join(folder(), 'base.yaml')],
    });
  });
});
