import { inFolderOfItsOwn, problems } from './support';

inFolderOfItsOwn();

describe('problems in values', () => {
  it('are all reported at once, in file order, at the place of the value or the key', () => {
    const text = `# modeline
name: [production]
domain:
agents:
  agent:
    imagee: x
    replicas: { min: "3", max: 10 }
    uses:
      - redis
      - postgre
      - { stor: redis }
    env:
      PORT: 8080
      "a b": 1
    debug: yes
  Agent 2: {}
  worker: { image: a, replicas: { min: 5, max: 2 } }
  idle:
stores:
  postgres:
    provider: externl
  redis:
    memory:
      512MB
    constructor: {}
    __proto__: {}
  "\\e": 1
`;
    expect(problems({ 'dir/e.yaml': text })).toEqual([
      'dir/e.yaml:2:7: name: got a list, expected text',
      'dir/e.yaml:3:1: domain: got nothing, expected text',
      'dir/e.yaml:5:3: agents.agent.image: got nothing, expected text',
      'dir/e.yaml:6:5: agents.agent.imagee: got an unknown key, expected one of image, replicas, uses, env, debug; did you mean "image"?',
      'dir/e.yaml:7:22: agents.agent.replicas.min: got "3", expected a whole number; remove the quotes',
      'dir/e.yaml:10:9: agents.agent.uses[1]: got "postgre", expected "postgres" or "redis"; did you mean "postgres"?',
      'dir/e.yaml:11:9: agents.agent.uses[2].store: got nothing, expected "postgres" or "redis"',
      'dir/e.yaml:11:11: agents.agent.uses[2].stor: got an unknown key, expected one of store, url; did you mean "store"?',
      'dir/e.yaml:13:13: agents.agent.env.PORT: got 8080, expected text; put it in quotes',
      'dir/e.yaml:14:14: agents.agent.env."a b": got 1, expected text; put it in quotes',
      'dir/e.yaml:15:12: agents.agent.debug: got "yes", expected true or false; did you mean true?',
      'dir/e.yaml:16:3: agents."Agent 2": got "Agent 2", expected lower case letters and "-"',
      'dir/e.yaml:17:48: agents.worker.replicas.max: got 2, expected at least min',
      'dir/e.yaml:18:3: agents.idle: got nothing, expected a map of image, replicas, uses, env, debug',
      'dir/e.yaml:21:15: stores.postgres.provider: got "externl", expected "embedded" or "external"; did you mean "external"?',
      'dir/e.yaml:24:7: stores.redis.memory: got "512MB", expected a memory quantity such as 512Mi or 2Gi; did you mean "512Mi"?',
      'dir/e.yaml:25:5: stores.redis.constructor: got an unknown key, expected memory',
      'dir/e.yaml:26:5: stores.redis.__proto__: got an unknown key, expected one that is not reserved',
      'dir/e.yaml:27:3: stores."\\u001b": got an unknown key, expected one of postgres, redis',
    ]);
  });

  it.each<[title: string, text: string, ...lines: string[]]>([
    ['what the whole lacks', '# x\nname: a\ndomain: b\n', '2:1: agents: got nothing, expected a map'],
    ['a key that is null', 'name: ~\ndomain: b\nagents: {}\n', '1:7: name: got nothing, expected text'],
    ['an empty text', 'name: a\ndomain: b\nagents: {a: {image: "", debug: ""}}\n', '3:32: agents.a.debug: got "", expected true or false'],
    [
      'a key without a value in a flow map',
      'name: a\ndomain: b\nagents: { a, b: {image: c} }\n',
      '3:11: agents.a: got nothing, expected a map of image, replicas, uses, env, debug',
    ],
    [
      'a key that is there twice, and again',
      'name: a\nname: b\ndomain: b\nagents:\n  a:\n    image: b\n    debug: 1\n    image: c\nname: c\n',
      '2:1: name: got the key again, expected it once; it is in line 1 too',
      '7:12: agents.a.debug: got 1, expected true or false',
      '8:5: agents.a.image: got the key again, expected it once; it is in line 6 too',
      '9:1: name: got the key again, expected it once; it is in line 2 too',
    ],
    [
      'a reserved name where any name may be',
      'name: a\ndomain: b\nagents:\n  __proto__: {}\n',
      '4:3: agents.__proto__: got an unknown key, expected one that is not reserved',
    ],
    [
      'a merge key',
      'name: a\ndomain: b\nagents: &a {}\nstores:\n  <<: *a\n',
      '5:3: stores."<<": got an unknown key, expected one of postgres, redis',
    ],
    [
      'an alias in the wrong place',
      'name: &n a\ndomain: b\nagents:\n  a: { image: c, debug: *n }\n',
      '4:25: agents.a.debug: got "a", expected true or false',
    ],
    [
      'a value inside of what an alias stands for',
      'name: a\ndomain: b\nagents:\n  a: &a { image: 1 }\n  b: *a\n',
      '4:18: agents.a.image: got 1, expected text; put it in quotes',
      '4:18: agents.b.image: got 1, expected text; put it in quotes',
    ],
    [
      'an alias without an anchor',
      'name: *b\ndomain: &b b\nagents: { }\n',
      '1:7: name: got *b, expected the name of an anchor that ends further up',
    ],
    [
      'an alias inside of its anchor',
      'name: a\ndomain: b\nagents: &a { a: *a }\n',
      '3:17: agents.a: got *a, expected the name of an anchor that ends further up',
    ],
    [
      'a secret',
      'name: a\ndomain: b\nagents: {}\nstores: { postgres: { provider: external, host: a, password: hunter2 } }\n',
      '4:62: stores.postgres.password: got a hidden value, expected a whole number',
    ],
  ])('%s', (_, text, ...lines) => expect(problems({ 'e.yaml': text })).toEqual(lines.map((line) => `e.yaml:${line}`)));
});
