#!/bin/sh
# Starts PostgreSQL through the entrypoint of its image, which makes the database where there is none. It takes a data
# folder for whole once a version is in it, so one that a kill, or an error in a script, left unfinished is made anew:
# nobody was let in yet.
# Environment: PGDATA.
set -eu
unfinished=${PGDATA:?}.unfinished # on the same volume
if [ -e "$unfinished" ]; then
  echo "postgres-start: the database was not finished by an earlier start; making it anew"
  rm -rf "$PGDATA"
fi
[ -s "$PGDATA/PG_VERSION" ] || : >"$unfinished"
exec docker-entrypoint.sh postgres "$@"
