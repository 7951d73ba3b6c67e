#!/bin/sh
# The last script of the image's entrypoint: the database is finished (postgres-start.sh).
# Environment: PGDATA.
set -eu
rm "${PGDATA:?}.unfinished"
# what is acknowledged from here on must not meet the mark again after a power cut
sync
