#!/bin/sh
# Publishes the dump in $WORK as $DESTINATION/<stamp>, and only then removes what has grown too old.
# A published backup is good when it has SHA256SUMS. That file comes last here and goes first in a removal: on S3 a
# folder is renamed and removed object by object, and a kill must not leave a copy that looks good and is not.
# Environment: DESTINATION (rclone path: /backups/NAME or s3:bucket/prefix/NAME, then RCLONE_CONFIG_S3_* too);
#   WORK (/work), RETENTION_DAYS (7), KEEP_AT_LEAST (3); STAMP and NOW (epoch seconds) make a test repeatable.
set -eu
umask 027
DESTINATION=${DESTINATION:?}
WORK=${WORK:-/work}
export RCLONE_CONFIG="${RCLONE_CONFIG:-/dev/null}" # the environment says it all
now=${NOW:-$(date +%s)}
stamp_of() { date -u -d "@$1" +%Y%m%dT%H%M%SZ; }
stamp=${STAMP:-$(stamp_of "$now")}
expired=$(stamp_of $((now - ${RETENTION_DAYS:-7} * 86400)))
stale=$(stamp_of $((now - 86400)))
partial=$DESTINATION/.partial-$stamp

if ! (cd "$WORK" && test -s SHA256SUMS && sha256sum -c SHA256SUMS); then
  echo "publish: no complete dump in $WORK: nothing is published, nothing is removed" >&2
  exit 1
fi
trap 'rclone purge "$partial" || :' EXIT # or failed copies would fill the volume
rclone copy "$WORK" "$partial" --exclude /SHA256SUMS
rclone check "$WORK" "$partial" --exclude /SHA256SUMS --one-way
folders=$(rclone lsf --dirs-only "$DESTINATION")
has() { printf '%s\n' "$1" | grep -qxF "$2"; }
if has "$folders" "$stamp/"; then
  echo "publish: $DESTINATION/$stamp exists" >&2
  exit 1
fi
rclone moveto "$partial" "$DESTINATION/$stamp"
trap - EXIT
rclone copyto "$WORK/SHA256SUMS" "$DESTINATION/$stamp/SHA256SUMS"
echo "publish: $DESTINATION/$stamp"

sums=$(rclone lsf -R --files-only --include '/*/SHA256SUMS' "$DESTINATION")
good=$(printf '%s\n' "$sums" | sed -n 's|^\([0-9]\{8\}T[0-9]\{6\}Z\)/SHA256SUMS$|\1|p' | sort -r)
# A listing without the newest would make good copies look unfinished.
has "$good" "$stamp" || { echo "publish: $stamp is not listed: nothing is removed" >&2 && exit 1; }
kept=$(printf '%s\n' "$good" | head -n "${KEEP_AT_LEAST:-3}")
older() { # the stamps before $2 of the folders that are called $1<stamp>; every other name is somebody else's
  printf '%s\n' "$folders" | sed -n "s|^$1\([0-9]\{8\}T[0-9]\{6\}Z\)/\$|\1|p" | awk -v limit="$2" '$0 "" < limit ""'
}
for old in $(older '' "$expired"); do
  if has "$kept" "$old" || ! has "$good" "$old"; then continue; fi
  rclone deletefile "$DESTINATION/$old/SHA256SUMS"
  rclone purge "$DESTINATION/$old"
  echo "publish: removed $DESTINATION/$old"
done
# What an interrupted run left.
for old in $(older '' "$stale"); do
  if ! has "$good" "$old"; then rclone purge "$DESTINATION/$old"; fi
done
for old in $(older '[.]partial-' "$stale"); do rclone purge "$DESTINATION/.partial-$old"; done
