# The last version of its Go module that the module proxy has, which is older than the image.
stand_in quay.io/minio/mc --from-packages ca-certificates \
  --copy "$(built mc):/usr/bin/mc:755" --entrypoint '["mc"]'
