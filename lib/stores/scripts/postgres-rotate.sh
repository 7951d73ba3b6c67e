#!/bin/sh
# Gives the owner of a database a new password, in three steps: prepare keeps it in the Secret, as the key next, before
# anything is changed; alter changes the role; publish changes password and url, and takes next away. Who starts again
# after a failure goes on with the same password. A next that is there already, made by the user, is taken.
# usage: postgres-rotate.sh prepare|alter|publish
# Environment: NEW (file of the new password, for all steps); prepare, publish: SECRET, AUTH (folder of its keys), URL
# (with {password}), NS, API, CA, TOKEN_FILE (the ServiceAccount's own); alter: PGHOST, PGDATABASE, OWNER, PASSWORD_FILE.
set -eu
umask 077
: "${NEW:?}"
fail() { echo "postgres-rotate: $1" >&2 && exit 1; }
# No secret value, nor the token, is ever an argument or printed. printf is the shell's own here.
patch() { # the Secret with the body from standard input
  account=/var/run/secrets/kubernetes.io/serviceaccount
  url=${API:-https://kubernetes.default.svc}/api/v1/namespaces/${NS:?}/secrets/${SECRET:?}
  headers=$(mktemp)
  trap 'rm -f "$headers"' EXIT
  token=$(cat "${TOKEN_FILE:-$account/token}")
  printf 'Authorization: Bearer %s\nContent-Type: application/merge-patch+json\n' "$token" >"$headers"
  # the answer has the values in it, so only the code comes through
  code=$(curl -sS --cacert "${CA:-$account/ca.crt}" -X PATCH -H "@$headers" --data-binary @- \
    --retry 5 --retry-connrefused --connect-timeout 10 --max-time 30 -w '\n%{http_code}' "$url" | tail -n 1)
  [ "$code" = 200 ] || fail "secret/$SECRET: HTTP $code from $url"
}
sql() { psql --no-password --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }

case ${1:-} in
  prepare)
    if [ -s "${AUTH:?}/next" ]; then
      cat "$AUTH/next" >"$NEW"
    else
      head -c 1024 /dev/urandom | LC_ALL=C tr -dc A-Za-z0-9 | head -c 40 >"$NEW"
    fi
    new=$(cat "$NEW")
    case $new in *[!A-Za-z0-9._~-]*) fail 'key next: expected letters, digits and ._~- only: it becomes a part of url' ;; esac
    [ "${#new}" -ge 16 ] || fail 'key next: expected at least 16 characters'
    printf '{"stringData":{"next":"%s"}}' "$new" | patch
    ;;
  alter)
    PGPASSWORD=$(cat "${PASSWORD_FILE:?}")
    export PGPASSWORD
    sql --username postgres --set owner="${OWNER:?}" <<'SQL'
-- the statement stays out of the log and of statistics, however slow or wrong
SET log_statement = 'none';
SET pg_stat_statements.track = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
\set password `cat "$NEW"`
ALTER ROLE :"owner" PASSWORD :'password';
SQL
    PGPASSWORD=$(cat "$NEW")
    sql --username "$OWNER" --command='SELECT 1' >/dev/null
    ;;
  publish)
    new=$(cat "$NEW")
    printf '{"data":{"next":null},"stringData":{"password":"%s","url":"%s"}}' \
      "$new" "${URL%%'{password}'*}$new${URL#*'{password}'}" | patch
    echo "postgres-rotate: secret/$SECRET has the new password; restart what reads it"
    ;;
  *) fail 'expected prepare, alter or publish' ;;
esac
