#!/bin/sh
# Health of the Redis server in this pod. redis-cli exits with 0 on errors such as NOAUTH too: the answer decides.
#   alive    it answers, if only that it still loads its data, or has no connection left
#   ready    it serves
#   member   it serves, and was once part of a whole cluster and in step with its master: a cluster that is in trouble
#            later must not lose the pods that still serve
# Environment: AUTH_FILE (of redis-start.sh: a Secret that was changed since is not the server's); for member: JOINED_FILE.
set -u
REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' "$AUTH_FILE" | sed 's/\\\(.\)/\1/g')
export REDISCLI_AUTH
redis() { timeout 3 redis-cli -h 127.0.0.1 "$@" 2>&1; }

answer=$(redis ping)
case "$1 $answer" in
  *' PONG') ;;
  'alive LOADING'* | 'alive MASTERDOWN'* | 'alive '*'max number of clients reached'*) exit 0 ;;
  *)
    echo "redis-probe: $answer"
    exit 1
    ;;
esac
if [ "$1" != member ] || [ -e "$JOINED_FILE" ]; then exit 0; fi

# a server that has not found its peers yet believes that all is well
linked=$(redis cluster nodes | awk '
  $8 == "connected" && $2 !~ /^255/ { up++ }
  END { print (up * 2 > NR) ? "yes" : "no" }')
case "linked:$linked $(redis cluster info) $(redis info replication)" in
  *master_link_status:down*) problem='still copies its master' ;;
  'linked:yes '*cluster_state:ok*cluster_slots_assigned:16384*) problem= ;;
  *) problem='is not in a whole cluster' ;;
esac
if [ -n "$problem" ]; then
  echo "redis-probe: $problem"
  exit 1
fi
: >"$JOINED_FILE"
