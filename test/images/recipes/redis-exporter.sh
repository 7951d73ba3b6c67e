# Debian's, which is older.
stand_in oliver006/redis_exporter --suite trixie --from-packages prometheus-redis-exporter \
  --run 'ln -s /usr/bin/prometheus-redis-exporter /redis_exporter' --entrypoint '["/redis_exporter"]' --user 59000:59000
