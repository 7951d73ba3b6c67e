# Debian's Memcached.
stand_in memcached --suite trixie --add-user memcache:11211:11211 --from-packages memcached \
  --run "$(entrypoint memcached)" --entrypoint '["docker-entrypoint.sh"]' --cmd '["memcached"]' --user memcache
