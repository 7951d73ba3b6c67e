#!/bin/sh
# Puts the RDB file that fetch.sh brought into $WORK into the data volume of a Redis that is scaled to zero.
# A Redis 7 with appendonly on reads appendonlydir and nothing else, so the RDB becomes the base of a new one: that
# is what the manifest says. With appendonly off it reads dump.rdb, which is therefore the same file.
# Environment: CONFIRM=yes; TARGET (/target), WORK (/work), RDB (the file's name, when there is one for each shard).
set -eu
umask 027
TARGET=${TARGET:-/target}
if [ "${CONFIRM:-}" != yes ]; then
  echo "restore-redis: this replaces what is in $TARGET." >&2
  echo "Scale the Redis that owns it to zero, then run it again with CONFIRM=yes in the environment." >&2
  exit 1
fi
cd "${WORK:-/work}"
sha256sum -c SHA256SUMS
if [ -z "${RDB:-}" ]; then
  set -- *.rdb
  if [ "$#" -ne 1 ]; then
    echo "restore-redis: there is one file for each shard: choose by RDB=<name>: $*" >&2
    exit 1
  fi
  RDB=$1
fi

# Made beside, then renamed: while .restore-partial is there, a restore was interrupted and is to be run again.
new=$TARGET/.restore-partial
base=appendonly.aof.1.base.rdb
rm -rf "$new"
mkdir "$new"
cp "$RDB" "$new/$base"
redis-check-rdb "$new/$base"
echo "file $base seq 1 type b" >"$new/appendonly.aof.manifest"

rm -rf "$TARGET/appendonlydir" "$TARGET/dump.rdb"
ln "$new/$base" "$TARGET/dump.rdb" || cp "$new/$base" "$TARGET/dump.rdb" # not every file system has links
mv "$new" "$TARGET/appendonlydir"
echo "restore-redis: $RDB is in $TARGET; scale the Redis up"
