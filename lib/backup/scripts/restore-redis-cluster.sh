#!/bin/sh
# Brings the RDB files that fetch.sh brought into $WORK, one of each shard, into a running Redis Cluster: each is loaded
# by a server inside this pod, and its keys are moved to the master that owns their slot now. Keys that are there
# already are replaced, others stay: empty the cluster first (FLUSHALL on each master) to have the backup and no more.
# Environment: REDIS_HOSTS (separated by spaces), PASSWORD_FILE, CONFIRM=yes; REDIS_PORT (6379), WORK (/work).
set -eu
umask 077
if [ "${CONFIRM:-}" != yes ]; then
  echo "restore-redis-cluster: this replaces keys of the cluster ${REDIS_HOSTS:?}." >&2
  echo "Scale what uses it to zero, then run it again with CONFIRM=yes in the environment." >&2
  exit 1
fi
REDISCLI_AUTH=$(cat "${PASSWORD_FILE:?}") # never an argument: those are there for every process to read
export REDISCLI_AUTH
cd "${WORK:-/work}"
sha256sum -c SHA256SUMS
first=${REDIS_HOSTS%% *}
local_port=7379
server=
trap '[ -z "$server" ] || kill "$server"' EXIT

for rdb in *.rdb; do
  # the same password, so that it is in no argument of redis-cli for either side
  printf 'requirepass "%s"\n' "$(sed 's/[\\"]/\\&/g' "$PASSWORD_FILE")" >server.conf
  redis-server server.conf --port $local_port --bind 127.0.0.1 --dir "$PWD" --dbfilename "$rdb" \
    --appendonly no --save '' &
  server=$!
  until [ "$(redis-cli -h 127.0.0.1 -p $local_port ping 2>/dev/null)" = PONG ]; do
    kill -0 "$server" || exit 1
    sleep 1
  done
  keys=$(redis-cli -h 127.0.0.1 -p $local_port dbsize)
  echo "restore-redis-cluster: $rdb has $keys keys"
  if [ "$keys" -gt 0 ]; then
    # it ends with 0 even if keys were left behind, so the local server is asked: what was moved is gone there
    printf '%s' "$REDISCLI_AUTH" | redis-cli --cluster import "$first:${REDIS_PORT:-6379}" \
      --cluster-from "127.0.0.1:$local_port" --cluster-from-askpass --cluster-replace
    left=$(redis-cli -h 127.0.0.1 -p $local_port dbsize)
    [ "$left" -eq 0 ] || { echo "restore-redis-cluster: $left keys of $rdb were not moved" >&2 && exit 1; }
  fi
  kill "$server"
  wait "$server" || :
  server=
done
echo "restore-redis-cluster: done"
