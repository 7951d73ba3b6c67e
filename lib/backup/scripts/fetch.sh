#!/bin/sh
# Brings a published backup into $WORK: the one that $BACKUP names, or the newest good one. SHA256SUMS must agree.
# Environment: DESTINATION (rclone path: /backups/NAME or s3:bucket/prefix/NAME, then RCLONE_CONFIG_S3_* too);
#   BACKUP (a stamp, 20261122T020000Z), WORK (/work).
set -eu
umask 027 # the restoring container may be another user of the same group
DESTINATION=${DESTINATION:?}
WORK=${WORK:-/work}
export RCLONE_CONFIG="${RCLONE_CONFIG:-/dev/null}" # the environment says it all

# Without SHA256SUMS a folder is what an interrupted publish or removal left.
sums=$(rclone lsf -R --files-only --include '/*/SHA256SUMS' "$DESTINATION")
good=$(printf '%s\n' "$sums" | sed -n 's|^\([0-9]\{8\}T[0-9]\{6\}Z\)/SHA256SUMS$|\1|p' | sort -r)
backup=${BACKUP:-$(printf '%s\n' "$good" | head -n 1)}
if [ -z "$backup" ] || ! printf '%s\n' "$good" | grep -qxF "$backup"; then
  echo "fetch: no good backup ${BACKUP:+"$BACKUP" }in $DESTINATION. Those there are, newest first:" >&2
  printf '%s\n' "${good:-(none)}" >&2
  exit 1
fi

rm -rf "${WORK:?}"/* # left by an attempt before this one: the scratch volume outlives a container
# SHA256SUMS last here too, because the restore scripts go by it.
rclone copy "$DESTINATION/$backup" "$WORK" --exclude /SHA256SUMS
rclone copyto "$DESTINATION/$backup/SHA256SUMS" "$WORK/SHA256SUMS"
if ! (cd "$WORK" && test -s SHA256SUMS && sha256sum -c SHA256SUMS); then
  rm -f "$WORK/SHA256SUMS"
  echo "fetch: $DESTINATION/$backup is damaged. Choose another by BACKUP=<stamp>, newest first:" >&2
  printf '%s\n' "$good" >&2
  exit 1
fi
echo "fetch: $DESTINATION/$backup"
