#!/usr/bin/env bash
# What the image promises: airflow, bash and python are run as they are, anything else is a command of airflow's.
set -euo pipefail
case "${1:-}" in
  airflow | bash | python) exec "$@" ;;
  celery) shift && exec airflow celery "$@" ;;
  *) exec airflow "$@" ;;
esac
