# Its Go module, at the version of the image. No shell in it, as in the official one.
stand_in quay.io/prometheus/memcached-exporter --scratch \
  --copy "$(built memcached_exporter):/bin/memcached_exporter:755" \
  --entrypoint '["/bin/memcached_exporter"]' --user nobody
