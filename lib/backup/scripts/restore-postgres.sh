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
export PGOPTIONS='-c client_min_messages=warning' # a member that is one already is no news
cd "${WORK:-/work}"
sha256sum -c SHA256SUMS

# The dump names owners, and grants to roles, which must be there. Those that are missing come from the backup, without a
# password; those that exist keep theirs, and what they may do.
query() { psql --no-psqlrc --quiet --no-password "$@"; }
query --tuples-only --no-align --command='SELECT quote_ident(rolname) FROM pg_roles' >present
awk 'NR == FNR { present[$0]; next }
  { name = $3; sub(/;$/, "", name) }
  /^(CREATE ROLE|ALTER ROLE .* WITH) / && name in present { next }
  { print }' present globals.sql >roles.sql
query --set ON_ERROR_STOP=0 --file=roles.sql
pg_restore --clean --if-exists --exit-on-error --single-transaction --no-password --dbname="$PGDATABASE" database.dump
echo "restore-postgres: $PGDATABASE on $PGHOST restored"
