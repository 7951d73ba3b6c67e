# The wheel of the same version: it has the server, and needs none of the wheel's dependencies.
stand_in chromadb/chroma --from-packages 'python3-minimal python3-pip dumb-init ca-certificates' \
  --run "pip install -q --no-deps --no-compile --root-user-action=ignore --target /opt/chroma chromadb==$(tag_of chromadb/chroma)
    rm -rf /opt/chroma/chromadb /opt/chroma/bin && apt-get purge -qq --auto-remove python3-pip >/dev/null
    mkdir /data && echo 'persist_path: \"/data\"' >/config.yaml" \
  --copy test/images/chroma.py:/usr/local/bin/chroma:755 \
  --env PYTHONDONTWRITEBYTECODE=1 --entrypoint '["dumb-init", "--", "chroma"]' --cmd '["run", "/config.yaml"]'
