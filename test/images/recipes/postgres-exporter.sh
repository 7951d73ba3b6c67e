# Debian's, which is older.
stand_in quay.io/prometheuscommunity/postgres-exporter --suite trixie --from-packages prometheus-postgres-exporter \
  --run 'ln -s prometheus-postgres-exporter /usr/bin/postgres_exporter' --entrypoint '["/bin/postgres_exporter"]' --user nobody
