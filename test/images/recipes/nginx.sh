# Debian's nginx, as NGINX's unprivileged image has it: on port 8080, with everything that it writes below /tmp.
stand_in nginxinc/nginx-unprivileged --add-user nginx:101:101 --from-packages nginx-light \
  --run 'rm -rf /etc/nginx/sites-enabled/* && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log' \
  --entrypoint '[]' --cmd '["nginx", "-g", "daemon off;"]' --user 101
