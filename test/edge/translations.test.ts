import { render } from '../edge-room/support';
import { f5Nginx } from './support/f5-nginx';
import { haproxytech } from './support/haproxytech';

const place = {
  folder: '/edge',
  tls: { cert: '/dev/null', key: '/dev/null' },
  address: '10.200.9.1',
  replicas: () => ['10.200.9.11:8501'],
};

/** What is rendered, with another annotation on an object, or another value. */
function altered(controller: string, name: string, annotation: string, value: string) {
  const { objects } = render({ controller }, { sticky: true });
  for (const { kind, metadata } of objects)
    if (/Ingress|Service/.test(kind) && metadata.name === name) metadata.annotations = { ...metadata.annotations, [annotation]: value };
  return objects;
}

test.each([
  ['agent-api', 'nginx.org/limit-req-delay', '5', /^Ingress agent-api: nginx.org\/limit-req-delay: "5" is not translated/],
  ['agent-api', 'nginx.com/limit-req-rate', '5', /is not translated/],
  ['agent-api', 'nginx.org/ssl-redirect', 'true', /is not translated/],
  ['agent.example.com', 'nginx.org/websocket-services', 'agent', /is not translated/],
  ['agent-api', 'nginx.org/mergeable-ingress-type', 'both', /neither master nor minion/],
  ['agent-api', 'nginx.org/proxy-buffering', 'yes', /got "yes", expected true or false/],
  ['agent-api', 'nginx.org/limit-req-rate', '10', /limit-req-rate: 10/],
  ['agent-api', 'nginx.org/add-header-inherit', 'merge', /add-header-inherit: merge/],
])('what F5 would not read as it is meant is an error: %s, %s: %s', (name, annotation, value, message) => {
  expect(() => f5Nginx(altered('nginx', name, annotation, value), place)).toThrow(message);
});

test.each([
  ['agent-api', 'haproxy.org/rate-limit-requests', '5', /^Ingress agent-api: haproxy.org\/rate-limit-requests: "5" is not translated/],
  ['agent-api', 'haproxy.org/cookie-persistence', 'a', /is not translated/],
  ['agent-edge', 'haproxy.org/load-balance', 'leastconn', /^Service agent-edge: .* is not translated/],
  ['agent-api', 'haproxy.org/standalone-backend', 'false', /shared by its Ingresses/],
])('what haproxytech would not read as it is meant is an error: %s, %s: %s', (name, annotation, value, message) => {
  expect(() => haproxytech(altered('haproxy', name, annotation, value), place)).toThrow(message);
});
