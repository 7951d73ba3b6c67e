#!/bin/sh
# Drains PgBouncer before its container ends: serves on while endpoints learn of the end, lets every transaction finish,
# and takes no new one. Returns only when it is gone: a second signal, as the kubelet's, would cut off what still runs.
# Environment: SETTLE (seconds).
set -eu
sleep "${SETTLE:?}"
kill -INT 1
while kill -0 1 2>/dev/null; do sleep 1; done
