#!/bin/sh
# Makes buckets, and leaves those alone that are there. Arguments: their names. Environment: rclone's remote "s3".
set -eu
for bucket; do
  # MinIO may be on its way still; the Job's deadline ends this
  until rclone mkdir "s3:$bucket"; do sleep 5; done
  echo "minio-buckets: $bucket is there"
done
