# Debian's curl, and dash for busybox.
stand_in curlimages/curl --suite trixie --add-user curl_user:100:101 --from-packages 'curl ca-certificates' \
  --run "$(entrypoint curl '-*|http*')" --entrypoint '["docker-entrypoint.sh"]' --cmd '["curl"]' --user curl_user
