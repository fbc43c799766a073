#!/bin/sh
# What the image promises: options alone mean redis-server, and the server never runs as root.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
  set -- redis-server "$@"
fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec /usr/bin/setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
fi
umask 0077
# That of Redis 8 appends its modules to the words.
if [ "$1" = redis-server ]; then
  set -- "$@" --loglevel notice
fi
exec "$@"
