# Debian's Redis 7.0 for 7.4, and GNU tools for busybox.
stand_in redis \
  --add-user redis:999:1000 --from-packages 'redis-server redis-tools' --run 'mkdir -p /data && chown 999:1000 /data' \
  --run "$(entrypoint redis-server '-*|*.conf')" --entrypoint '["docker-entrypoint.sh"]' --cmd '["redis-server"]' --user 999:1000 --workdir /data
