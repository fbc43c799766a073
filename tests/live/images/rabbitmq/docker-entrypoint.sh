#!/usr/bin/env bash
# What the image promises: the server never runs as root, and listens beyond its own container to its first user.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  chown -R rabbitmq /var/lib/rabbitmq
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$BASH_SOURCE" "$@"
fi
exec "$@"
