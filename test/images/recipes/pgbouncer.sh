# Debian's, of the version before. It makes no configuration of variables, which the platform does not ask for.
stand_in edoburu/pgbouncer --suite trixie --add-user postgres:70:70 --from-packages pgbouncer --cmd '["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]' --user postgres
