#!/bin/sh
# Dumps the database and the roles into $WORK. SHA256SUMS is written last: where it is, the dump is complete and has
# been read back.
# Environment: PGHOST, PGUSER, PGDATABASE (libpq reads them itself), PASSWORD_FILE; WORK (/work).
set -eu
umask 027 # the publisher may be another user of the same group
: "${PGHOST:?}" "${PGUSER:?}" "${PGDATABASE:?}"
PGPASSWORD=$(cat "${PASSWORD_FILE:?}") # never an argument: those are there for every process to read
export PGPASSWORD
cd "${WORK:-/work}"
rm -rf ./* # left by an attempt before this one: the scratch volume outlives a container

pg_dump --format=custom --no-password --file=database.dump.part
pg_restore --list database.dump.part >database.toc
if ! grep -q '^[0-9]' database.toc; then
  echo "dump-postgres: the dump of $PGDATABASE on $PGHOST has no entries: an empty database is not backed up" >&2
  exit 1
fi
# --list reads the table of contents only, which comes first; this decodes every block, so that a cut file shows.
pg_restore --file=/dev/null database.dump.part
pg_dumpall --globals-only --no-role-passwords --no-password --file=globals.sql

mv database.dump.part database.dump
sha256sum -- * >.SHA256SUMS
mv .SHA256SUMS SHA256SUMS
echo "dump-postgres: $PGDATABASE on $PGHOST: $(grep -c '^[0-9]' database.toc) entries"
