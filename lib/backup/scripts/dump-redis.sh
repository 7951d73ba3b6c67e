#!/bin/sh
# Takes one RDB file from every master among $REDIS_HOSTS into $WORK. SHA256SUMS is written last: where it is, the
# dump is complete and has been read back.
# Environment: REDIS_HOSTS (separated by spaces), PASSWORD_FILE; REDIS_PORT (6379), WORK (/work).
set -eu
umask 027 # the publisher may be another user of the same group
REDISCLI_AUTH=$(cat "${PASSWORD_FILE:?}") # never an argument: those are there for every process to read
export REDISCLI_AUTH
cd "${WORK:-/work}"
rm -rf ./* # left by an attempt before this one: the scratch volume outlives a container

redis() { redis-cli -h "$host" -p "${REDIS_PORT:-6379}" "$@"; }
masters=0
shards=1
for host in ${REDIS_HOSTS:?}; do
  role=$(redis role)
  case $role in
    master*) ;;
    slave*) continue ;; # its master is in the list too
    *)
      echo "dump-redis: $host does not say its role: $role" >&2
      exit 1
      ;;
  esac
  redis --rdb "$host.rdb.part"
  redis-check-rdb "$host.rdb.part"
  mv "$host.rdb.part" "$host.rdb"
  masters=$((masters + 1))
  # The number of masters with slots; a server that is no cluster answers with an error, and is the only shard.
  size=$(redis cluster info 2>&1 | tr -d '\r' | sed -n 's/^cluster_size:\([0-9]*\)$/\1/p')
  shards=${size:-$shards}
done
# A failover while this ran can make a shard's new master one that was passed over as a replica.
if [ "$masters" -lt "$shards" ]; then
  echo "dump-redis: $masters masters among \"$REDIS_HOSTS\", $shards expected" >&2
  exit 1
fi

sha256sum -- * >.SHA256SUMS
mv .SHA256SUMS SHA256SUMS
echo "dump-redis: $masters of $shards shards"
