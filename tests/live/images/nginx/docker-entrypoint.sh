#!/bin/sh
# What the image promises: templates of /etc/nginx/templates become files of conf.d, in which variables that are set are filled in.
set -eu
if [ "$1" = nginx ]; then
  variables=$(awk 'BEGIN { for (name in ENVIRON) printf "${%s} ", name }' </dev/null)
  for template in /etc/nginx/templates/*.template; do
    [ -e "$template" ] || continue
    envsubst "$variables" <"$template" >"/etc/nginx/conf.d/$(basename "$template" .template)"
  done
fi
exec "$@"
