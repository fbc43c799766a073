#!/usr/bin/env bash
# A class of Kafka's with all of its jars.
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} -server \
  -Dlog4j2.configurationFile="${KAFKA_LOG4J_CONFIG:-/etc/kafka/docker/log4j2.yaml}" -cp '/opt/kafka/libs/*' "$@"
