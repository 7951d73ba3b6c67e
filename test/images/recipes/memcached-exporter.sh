# Its Go module, at the version of the image. No shell in it, as in the official one.
stand_in quay.io/prometheus/memcached-exporter --scratch \
  --copy "$(go_program memcached-exporter github.com/prometheus/memcached_exporter/cmd/memcached_exporter "$(tag_of quay.io/prometheus/memcached-exporter)"):/bin/memcached_exporter:755" \
  --entrypoint '["/bin/memcached_exporter"]' --user nobody
