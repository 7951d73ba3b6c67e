#!/bin/sh
# Starts PgBouncer with a list of users made of the Secret's file: the password is in no ConfigMap and no argument.
# Environment: OWNER, PASSWORD_FILE, USERLIST.
set -eu
umask 077
quoted=$(sed 's/"/""/g' "${PASSWORD_FILE:?}")
printf '"%s" "%s"\n' "${OWNER:?}" "$quoted" >"${USERLIST:?}"
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
