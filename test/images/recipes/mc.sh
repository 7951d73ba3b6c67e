# The last version of its Go module that the module proxy has, which is older than the image.
stand_in quay.io/minio/mc --from-packages ca-certificates \
  --copy "$(go_program mc github.com/minio/mc v0.0.0-20250313080218-cf909e1063a9):/usr/bin/mc:755" --entrypoint '["mc"]'
