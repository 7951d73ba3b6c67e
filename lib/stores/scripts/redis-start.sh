#!/bin/sh
# Starts Redis with the password of its Secret. It goes to a file in memory that the configuration includes, and so is
# in no argument, in no environment and on no disk.
# Arguments: those of redis-server. Environment: PASSWORD_FILE, AUTH_FILE; in a cluster NODES_FILE (nodes.conf)
# and JOINED_FILE (of redis-probe.sh).
set -eu
umask 077 # as the image's entrypoint: what Redis writes is for Redis alone
# Redis reads a quoted value with \ as escape
password=$(sed 's/[\\"]/\\&/g' "$PASSWORD_FILE")
if [ -z "$password" ]; then
  echo "redis-start: $PASSWORD_FILE is empty, and Redis would ask nobody for a password" >&2
  exit 1
fi
printf 'requirepass "%s"\nmasterauth "%s"\n' "$password" "$password" >"$AUTH_FILE"
# Where a peer was before may be anybody now, and a replica copies whoever has its master's address and the password:
# peers start at an address that no connection can be made to, and redis-cluster.sh introduces them
if [ -s "${NODES_FILE:-}" ]; then
  rm -f "${JOINED_FILE:?}" # it must find them again
  sed '/ myself,/!s/^\([0-9a-f]\{40\}\) [^ ,]*\(:[0-9]*@\)/\1 255.255.255.255\2/' "$NODES_FILE" >"$NODES_FILE.new"
  mv "$NODES_FILE.new" "$NODES_FILE"
fi
exec redis-server "$@"
