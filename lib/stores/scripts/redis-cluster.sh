#!/bin/sh
# Keeps this pod a member of its Redis Cluster, for as long as the pod lives.
# Redis knows its peers by address, and pods get new ones. When all get new ones at once, no member finds another and
# the cluster stays down for ever (redis/redis#15136): so each pod introduces itself to the peers that it has no link
# with. The first pod also forms the cluster, once, and finds a place for a pod that comes with an empty volume.
# On SIGTERM a master hands over to its replica, while the server's preStop hook still holds the server back.
# Environment: NODES (host names of all pods in order), POD_NAME, POD_IP, PASSWORD_FILE; PAUSE (5 seconds).
set -u
REDISCLI_AUTH=$(cat "$PASSWORD_FILE") || exit 1
export REDISCLI_AUTH

# A stranger's Redis that a stale name leads to does not know the password, and so gets no further than this.
redis() {
  host=$1
  shift
  timeout 3 redis-cli -h "$host" "$@" 2>/dev/null </dev/null | tr -d '\r'
}
slots() { redis "$1" cluster info | sed -n 's/^cluster_slots_assigned://p'; }

# $view is this pod's list of members: id address flags master ping pong epoch link [slots]
# $views has those of all pods that answer, each line with the pod's host name before it; $pods what each says of itself.
look() {
  view=$(redis "$POD_IP" cluster nodes)
  # side by side: one that is gone takes seconds to say so
  views=$({
    for node in $NODES; do
      redis "$node" cluster nodes | sed "s/^/$node /" &
    done
    wait
  } | sort)
  pods=$(echo "$views" | grep myself)
}

# Whether every pod answers. A stale name that leads to another pod makes two of one.
present() {
  [ "$(echo "$pods" | cut -d ' ' -f 2 | sort -u | wc -l)" -eq "$(echo "$NODES" | wc -w)" ]
}

meet() {
  echo "$pods" | while read -r node id address _; do
    [ -n "$id" ] || continue
    # a link that is still being made to an old address counts as connected
    known=$(echo "$view" | awk -v id="$id" '$1 == id && $8 == "connected" { print $2 }')
    [ "${known%:*}" != "${address%:*}" ] || continue
    # as long as neither is in a cluster, both wait for the first pod to form it
    [ "$(slots "$POD_IP")" = 16384 ] || [ "$(slots "$node")" = 16384 ] || continue
    echo "redis-cluster: meets $node at $address"
    redis "$POD_IP" cluster meet "${address%:*}" 6379
  done
}

# Redis learns the new address of a master by gossip too, and then goes on asking at the old one.
follow() {
  master=$(echo "$view" | awk '$3 ~ /myself/ { print $4 }')
  known=$(echo "$view" | awk -v id="$master" '$1 == id { print $2 }')
  address=$(echo "$pods" | awk -v id="$master" '$2 == id { print $3 }')
  asked=$(redis "$POD_IP" info replication | sed -n 's/^master_host://p')
  if [ -z "$asked" ] || [ -z "$address" ] || [ "$asked" = "${address%:*}" ]; then return; fi
  [ "${known%:*}" = "${address%:*}" ] || return 0 # it is met first
  echo "redis-cluster: follows its master from $asked to $address"
  redis "$POD_IP" cluster replicate "$master"
}

# Only when every pod answers that it has no keys and is in no whole cluster. The reset takes back what an attempt
# that was cut short left behind; Redis refuses it where there are keys.
form() {
  present || return 0
  addresses=
  for node in $NODES; do
    case $(slots "$node") in '' | 16384) return ;; esac
    [ "$(redis "$node" dbsize)" = 0 ] || return
    addresses="$addresses $node:6379"
  done
  for node in $NODES; do redis "$node" cluster reset hard; done
  # shellcheck disable=SC2086 # a word for each node
  timeout 120 redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
}

# A master without slots came with an empty volume: it becomes replica of the master that has the fewest. One in each
# round, so that the next round counts it. Redis refuses where there are keys.
adopt() {
  orphan=$(echo "$pods" | awk '$4 ~ /master/ && NF == 9 { print $1; exit }')
  master=$(echo "$pods" | awk '
    $4 ~ /master/ && NF > 9 { masters[$2] }
    $4 ~ /slave/ { replicas[$5]++ }
    END { for (id in masters) if (best == "" || replicas[id] + 0 < replicas[best] + 0) best = id; print best }')
  if [ -z "$orphan" ] || [ -z "$master" ]; then return; fi
  echo "redis-cluster: $orphan becomes a replica of $master"
  redis "$orphan" cluster replicate "$master"
}

# Every pod answers, and a member that failed is none of them: its volume is lost. Its replica takes its slots, which
# Redis leaves to a person if the replica restarted in the meantime. It is forgotten only if nobody knows of slots that
# it has: this pod may be new here, and then knows of none.
bury() {
  present || return 0
  ids=$(echo "$pods" | cut -d ' ' -f 2 | tr '\n' ' ')
  echo "$views" | awk -v ids="$ids" '
    index(ids, $2) { next }
    $4 ~ /fail($|,)|noaddr/ { dead[$2] }
    NF > 9 { slots[$2] }
    END { for (id in dead) print id, (id in slots) ? "slots" : "" }' |
    while read -r dead slots; do
      heir=$(echo "$pods" | awk -v dead="$dead" '$5 == dead { print $1; exit }')
      if [ -n "$heir" ]; then
        echo "redis-cluster: $heir takes over from $dead"
        redis "$heir" cluster failover force
      elif [ -z "$slots" ]; then
        echo "redis-cluster: forgets $dead"
        for node in $NODES; do redis "$node" cluster forget "$dead"; done
      fi
    done
}

leave() {
  view=$(redis "$POD_IP" cluster nodes)
  replica=$(echo "$view" | awk '
    $3 ~ /myself/ { me = $1 }
    $3 ~ /slave/ && $3 !~ /fail/ { replica[$4] = $2 }
    END { print replica[me] }')
  if [ -n "$replica" ]; then
    echo "redis-cluster: hands over to $replica"
    redis "${replica%:*}" cluster failover
  fi
  exit 0
}
trap leave TERM INT

while :; do
  look
  if [ -n "$view" ]; then
    meet
    follow
    case $NODES in "$POD_NAME".*)
      form
      bury
      adopt
      ;;
    esac
  fi
  sleep "${PAUSE:-5}" &
  wait $!
done
