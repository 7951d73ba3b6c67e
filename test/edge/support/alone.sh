#!/bin/sh
# alone.sh COMMAND...: runs it in namespaces of its own. Its network is one loopback interface with 10.200.0.0/15, so that
# servers and clients have addresses and ports of their own and no traffic leaves; with its process namespace ends
# whatever was started in it.
set -eu
if [ "${ALONE:-}" = yes ]; then
  ip link set lo up
  ip addr add 10.200.0.1/15 dev lo
  exec "$@"
fi
ALONE=yes exec unshare --map-root-user --net --mount-proc --pid --fork --kill-child "$0" "$@"
