#!/bin/sh
# Packs the volume $SOURCE into $WORK. SHA256SUMS is written last: where it is, the copy is complete and has been
# read back.
# With QUIESCENT=true only a copy during which nothing changed is taken: Chroma writes its index files, their pickle
# and its sqlite file at different moments, and a copy of some from before and some from after is torn.
# Environment: SOURCE; WORK (/work), QUIESCENT (false), ATTEMPTS (5), PAUSE (60 seconds between attempts).
set -eu
umask 027 # the publisher may be another user of the same group
SOURCE=${SOURCE:?}
cd "${WORK:-/work}"
rm -rf ./* # left by an attempt before this one: the scratch volume outlives a container

if [ -e "$SOURCE/.restore-partial" ]; then
  echo "dump-files: a restore into $SOURCE was interrupted: run it again before there can be a backup" >&2
  exit 1
fi
# Sizes and times as the volume's own file system gives them: a marker file elsewhere would have another clock.
fingerprint() {
  find "$SOURCE" -path "$SOURCE/lost+found" -prune -o -exec stat -c '%n %i %s %Y %Z' {} + | sort | sha256sum
}
# sqlite has these files only while a transaction is open.
transactions() { find "$SOURCE" \( -name '*-journal' -o -name '*-wal' -size +0c \) 2>/dev/null; }
pack() {
  if [ "${QUIESCENT:-false}" = true ]; then
    before=$(fingerprint)
    sleep 2 # times are compared by the second: no change during the copy may bear a second that is in "before"
  fi
  # tar fails when a file changes or goes away under it.
  tar -C "$SOURCE" --exclude ./lost+found -czf files.tar.gz.part . || return 1
  [ "${QUIESCENT:-false}" != true ] || { [ "$before" = "$(fingerprint)" ] && [ -z "$(transactions)" ]; }
}
attempt=1
until pack; do
  echo "dump-files: $SOURCE changed during attempt $attempt of ${ATTEMPTS:-5}, or could not be read" >&2
  if [ "$attempt" -ge "${ATTEMPTS:-5}" ]; then
    echo "dump-files: no copy of $SOURCE is taken: back up at a quieter hour, or with its agents scaled to zero" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep "${PAUSE:-60}"
done

gzip -t <files.tar.gz.part
tar -tzf files.tar.gz.part >/dev/null
mv files.tar.gz.part files.tar.gz
sha256sum -- * >.SHA256SUMS
mv .SHA256SUMS SHA256SUMS
echo "dump-files: $SOURCE, attempt $attempt"
