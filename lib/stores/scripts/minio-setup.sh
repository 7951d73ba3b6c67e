#!/bin/sh
# Makes what an object store begins with, and leaves alone what is so already: buckets, their lifecycle rules, and for
# each consumer a key that its policy allows its buckets and nothing else. A key that no consumer has any more goes.
# Arguments: buckets. Environment: URL of MinIO; ROOT, the folder with its user and password; CONSUMERS, their names;
# KEYS, with such a folder for each; CONFIG, with BUCKET.lifecycle.json and CONSUMER.policy.json; PAUSE (5 seconds).
# The image of mc has a shell and coreutils, and nothing else.
set -eu

# mc reads them from standard input: they are never arguments. printf is the shell's own here.
key() { printf '%s\n%s\n' "$(cat "$1/user")" "$(cat "$1/password")"; }

# MinIO may be on its way still; the Job's deadline ends this
until key "$ROOT" | mc --quiet alias set minio "$URL"; do sleep "${PAUSE:-5}"; done

for bucket; do
  mc mb --ignore-existing "minio/$bucket"
  rules=$CONFIG/$bucket.lifecycle.json
  if [ -e "$rules" ]; then
    mc ilm import "minio/$bucket" <"$rules"
  elif mc ilm export "minio/$bucket" >/dev/null 2>&1; then
    mc ilm rm --all --force "minio/$bucket"
  fi
done

kept=' '
for consumer in $CONSUMERS; do
  user=$(cat "$KEYS/$consumer/user")
  policy=consumer-$consumer
  key "$KEYS/$consumer" | mc admin user add minio
  mc admin policy create minio "$policy" "$CONFIG/$consumer.policy.json"
  case $(mc --json admin user info minio "$user") in
    *"\"policyName\":\"$policy\""*) ;; # to attach it again would be an error
    *) mc admin policy attach minio "$policy" --user "$user" ;;
  esac
  kept="$kept$policy=$user "
done

# of the keys that this script has made, and of no others
mc --json admin user list minio | while read -r line; do
  policy=${line#*'"policyName":"'}
  policy=${policy%%'"'*}
  user=${line#*'"accessKey":"'}
  user=${user%%'"'*}
  case $policy in consumer-*) ;; *) continue ;; esac
  case $kept in
    *" $policy=$user "*) ;;
    *) mc admin user remove minio "$user" ;;
  esac
done
