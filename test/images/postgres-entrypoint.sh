#!/bin/bash
# Stands in for the entrypoint of the official PostgreSQL image (docker-library/postgres), for a server from a
# distribution: makes the database in an empty PGDATA, once, and becomes the server. What it promises is the same:
# POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD and POSTGRES_INITDB_ARGS, each of them as NAME_FILE too;
# POSTGRES_HOST_AUTH_METHOD; /docker-entrypoint-initdb.d/*.sh, *.sql and *.sql.gz in order, while the server has no TCP; a
# script that fails ends it, and leaves behind a database that the next start takes for complete. It does not change users.
set -Eeuo pipefail

from_file() { # NAME: its value, by default from the file that NAME_FILE names
  local file=${1}_FILE
  if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: both $1 and $file are set (but are exclusive)" >&2
    exit 1
  fi
  if [ -n "${!file:-}" ]; then export "$1"="$(<"${!file}")"; fi
  unset "$file"
}

# the official entrypoint gives this one to scripts that it sources
docker_process_sql() {
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc --dbname "$POSTGRES_DB" "$@"
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        echo "$0: $file"
        # shellcheck disable=SC1090 # whatever the user gives
        if [ -x "$file" ]; then "$file"; else . "$file"; fi
        ;;
      *.sql) echo "$0: $file" && docker_process_sql -f "$file" ;;
      *.sql.gz) echo "$0: $file" && gunzip -c "$file" | docker_process_sql ;;
      *) echo "$0: ignoring $file" ;;
    esac
  done
}

make_database() { # the server's arguments
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    exit 1
  fi
  # the arguments of initdb are words, with a shell's quotes
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"${POSTGRES_INITDB_ARGS:-}"
  printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
  shift
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    docker_process_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db" ;'
  fi
  run_init_files
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

[ "${1:0:1}" != - ] || set -- postgres "$@"
if [ "$1" = postgres ]; then
  mkdir -p "$PGDATA"
  chmod 00700 "$PGDATA" || :
  chmod 03775 /var/run/postgresql 2>/dev/null || :
  for name in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS; do from_file $name; done
  export POSTGRES_USER="${POSTGRES_USER:-postgres}"
  export POSTGRES_DB="${POSTGRES_DB:-$POSTGRES_USER}"
  : "${POSTGRES_HOST_AUTH_METHOD:=scram-sha-256}"
  if [ -s "$PGDATA/PG_VERSION" ]; then
    echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
  else
    make_database "$@"
  fi
fi
exec "$@"
