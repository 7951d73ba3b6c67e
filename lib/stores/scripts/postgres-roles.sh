#!/bin/sh
# Makes the roles, when the image makes the database: the owner of the database, and one that reads statistics.
# Environment: POSTGRES_DB, POSTGRES_USER (the image's); OWNER, OWNER_PASSWORD_FILE, MONITORING_PASSWORD_FILE.
set -eu
: "${OWNER_PASSWORD_FILE:?}" "${MONITORING_PASSWORD_FILE:?}" # psql reads them: no value is an argument
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-password --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set owner="${OWNER:?}" --set database="$POSTGRES_DB" <<'SQL'
-- statements with passwords stay out of the log and of statistics, however slow or wrong
SET log_statement = 'none';
SET pg_stat_statements.track = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\set password `cat "$OWNER_PASSWORD_FILE"`
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
ALTER DATABASE :"database" OWNER TO :"owner";
\set password `cat "$MONITORING_PASSWORD_FILE"`
CREATE ROLE monitoring LOGIN IN ROLE pg_monitor PASSWORD :'password';
SQL
