import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT, APP } from './client';

/** A certificate for both hosts. */
export function certificate(folder: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const names = ['-subj', `/CN=${AGENT}`, '-addext', `subjectAltName=DNS:${AGENT},DNS:${APP}`];
  const { status, stderr } = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...names,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  return { cert, key };
}

export const ADDRESS = '10.200.1.1';

/**
 * nginx with the guide's configuration, repaired: the timeouts that proxy_timeout means, headers with errors and in
 * every location, TLS where HSTS needs it, 429, websockets, and the replicas of this tier.
 */
export function startReference(folder: string, tls: { cert: string; key: string }): ChildProcess {
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
  const conf = `
  user root; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_processes 1; daemon off;
  events { worker_connections 4096; }
  http {
    access_log off;
    client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    limit_req_zone $binary_remote_addr zone=api:10m rate=10r/s;
    limit_req_zone $binary_remote_addr zone=upload:10m rate=1r/s;
    limit_req_status 429;
    upstream agent { least_conn; ${replicas(8501)} }
    upstream static { ${replicas(8080)} }
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
  writeFileSync(join(folder, 'nginx.conf'), conf);
  return spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log')], { stdio: 'inherit' });
}
