#!/bin/sh
# Replaces what is in the volume $TARGET by the archive that fetch.sh brought into $WORK. What uses the volume must be
# scaled to zero: that cannot be seen from here.
# Environment: TARGET, CONFIRM=yes; WORK (/work).
set -eu
TARGET=${TARGET:?}
if [ "${CONFIRM:-}" != yes ]; then
  echo "restore-files: this replaces everything in $TARGET." >&2
  echo "Scale what uses the volume to zero, then run it again with CONFIRM=yes in the environment." >&2
  exit 1
fi
cd "${WORK:-/work}"
sha256sum -c SHA256SUMS

# Unpacked beside, then swapped in: while .restore-partial is there, a restore was interrupted and is to be run
# again. Until the archive is unpacked nothing of the old is touched; the volume must hold both.
new=$TARGET/.restore-partial
rm -rf "$new"
mkdir "$new"
tar -C "$new" -xpzf files.tar.gz
find "$TARGET" -mindepth 1 -maxdepth 1 ! -name .restore-partial ! -name lost+found -exec rm -rf {} +
find "$new" -mindepth 1 -maxdepth 1 -exec mv {} "$TARGET/" \;
rmdir "$new" # fails when an entry was not moved
echo "restore-files: $TARGET restored"
