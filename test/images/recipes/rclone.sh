# Debian's rclone 1.60, and GNU tools for busybox.
stand_in rclone/rclone --add-user rclone:1009:1009 --from-packages 'rclone ca-certificates' --run 'mkdir -p /data /config/rclone' \
  --env XDG_CONFIG_HOME=/config --entrypoint '["rclone"]' --workdir /data
