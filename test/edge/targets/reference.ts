import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, APP } from '../support/client';
import { addressOf, type Context, type Target } from './target';

/** nginx itself. */
export const reference: Target = {
  name: 'nginx (reference)',
  number: 1,
  start: ({ folder, tls, launch }) => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configuration(folder, tls));
    launch('nginx', ['-c', file, '-e', 'stderr']);
  },
};
const ADDRESS = addressOf(reference);

/**
 * nginx with the guide's configuration, repaired: the timeouts that proxy_timeout means, headers with errors and in
 * every location, TLS where HSTS needs it, 429, websockets, and the replicas of this tier.
 */
function configuration(folder: string, tls: Context['tls']): string {
  const server = (host: string, locations: string) => `
    server {
      listen ${ADDRESS}:443 ssl;
      server_name ${host};
      ssl_certificate ${tls.cert};
      ssl_certificate_key ${tls.key};
      ssl_protocols TLSv1.2 TLSv1.3;
      add_header X-Frame-Options DENY always;
      add_header X-Content-Type-Options nosniff always;
      add_header X-XSS-Protection "1; mode=block" always;
      add_header Strict-Transport-Security "max-age=31536000" always;
      proxy_connect_timeout 60s; proxy_send_timeout 60s; proxy_read_timeout 60s;
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      ${locations}
    }`;
  const api = 'limit_req zone=api burst=20 nodelay; proxy_pass http://agent;';
  const replicas = (port: number) => [11, 12, 13].map((host) => `server 10.200.1.${host}:${port} max_fails=3 fail_timeout=30s;`).join(' ');
  return `
  user root; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1; daemon off;
  events { worker_connections 4096; }
  http {
    access_log off;
    client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    limit_req_zone $binary_remote_addr zone=api:10m rate=10r/s;
    limit_req_zone $binary_remote_addr zone=upload:10m rate=1r/s;
    limit_req_status 429;
    upstream agent { least_conn; ${replicas(8501)} }
    upstream static { ${replicas(8502)} }
    upstream app { hash $replica consistent; ${replicas(8501)} }
    split_clients $request_id $chosen { 33% r11; 33% r12; * r13; }
    map $http_cookie $replica { ~replica_app=(?<kept>r\\d+) $kept; default $chosen; }
    map $http_cookie $new_cookie { ~replica_app= ""; default "replica_app=$chosen; Path=/; HttpOnly; Secure"; }
    map $http_upgrade $upgraded { default upgrade; "" ""; }
    server { listen ${ADDRESS}:80; location / { return 301 https://$host$request_uri; } }
    ${server(
      AGENT,
      `location /api/ { ${api} } location = /health { ${api} }
      location /upload/ { limit_req zone=upload burst=5 nodelay; client_max_body_size 100m; proxy_request_buffering off; proxy_pass http://agent; }
      location = /api/ws { proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgraded; proxy_pass http://agent; }
      location /static/ { proxy_pass http://static; }
      location / { return 404; }`,
    )}
    ${server(
      APP,
      `location / { client_max_body_size 100m; proxy_read_timeout 3600s; proxy_send_timeout 3600s; proxy_request_buffering off;
      proxy_set_header Host $host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgraded;
      add_header Set-Cookie $new_cookie; proxy_pass http://app; }`,
    )}
  }`;
}
