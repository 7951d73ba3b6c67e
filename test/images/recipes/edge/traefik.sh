# Traefik itself, built from its module (.ci/edge), without the official image's Alpine and entrypoint script.
stand_in traefik --scratch --copy "$(.ci/edge | tail -1)/bin/traefik:/usr/local/bin/traefik:755" --env PATH=/usr/local/bin --entrypoint '["traefik"]' --user 65532:65532
