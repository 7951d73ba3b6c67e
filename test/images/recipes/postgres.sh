# Debian's PostgreSQL 15 with glibc's collations. dumb-init turns SIGTERM into the SIGINT that is the official image's STOPSIGNAL;
# it stands in the entrypoint, through which a pod's own command goes as well. Debian's wrappers of the clients, in Perl, come last.
stand_in postgres \
  --add-user postgres:70:70 --pre 'mkdir -p /etc/postgresql-common && echo create_main_cluster = false >/etc/postgresql-common/createcluster.conf' \
  --from-packages 'postgresql-15 dumb-init' --copy test/images/postgres-entrypoint.sh:/usr/local/bin/postgres-entrypoint.sh:755 \
  --run "printf '%s\n' '#!/bin/sh' 'exec dumb-init --single-child --rewrite 15:2 -- postgres-entrypoint.sh \"\$@\"' >/usr/local/bin/docker-entrypoint.sh" \
  --run 'chmod 755 /usr/local/bin/docker-entrypoint.sh' \
  --run 'mkdir -p /docker-entrypoint-initdb.d /var/lib/postgresql/data && chown -R 70:70 /var/lib/postgresql /var/run/postgresql && chmod 3777 /var/run/postgresql' \
  --run "sed -i \"s/^#listen_addresses = 'localhost'/listen_addresses = '*'/\" /usr/share/postgresql/15/postgresql.conf.sample" \
  --env PGDATA=/var/lib/postgresql/data --env LANG=C.UTF-8 --env PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --entrypoint '["docker-entrypoint.sh"]' --cmd '["postgres"]'
