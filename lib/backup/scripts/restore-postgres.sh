#!/bin/sh
# Restores the dump that fetch.sh brought into $WORK: all of it in one transaction, or nothing.
# Environment: PGHOST, PGUSER, PGDATABASE (libpq reads them itself), PASSWORD_FILE, CONFIRM=yes; WORK (/work).
set -eu
: "${PGHOST:?}" "${PGUSER:?}" "${PGDATABASE:?}"
if [ "${CONFIRM:-}" != yes ]; then
  echo "restore-postgres: this replaces what is in $PGDATABASE on $PGHOST, and waits for every open transaction." >&2
  echo "Scale what uses the database to zero, then run it again with CONFIRM=yes in the environment." >&2
  exit 1
fi
PGPASSWORD=$(cat "${PASSWORD_FILE:?}") # never an argument: those are there for every process to read
export PGPASSWORD
cd "${WORK:-/work}"
sha256sum -c SHA256SUMS

# The dump grants to roles, which must be there. Most are: an error says so and the next statement follows. Their
# passwords are in no backup; the ones that exist keep theirs.
echo "restore-postgres: roles; \"already exists\" is as it should be"
psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=0 --file=globals.sql
pg_restore --clean --if-exists --no-owner --exit-on-error --single-transaction --no-password \
  --dbname="$PGDATABASE" database.dump
echo "restore-postgres: $PGDATABASE on $PGHOST restored"
