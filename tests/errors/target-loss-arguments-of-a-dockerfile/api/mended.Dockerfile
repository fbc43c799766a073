ARG V=3.12.1
ARG REGISTRY=docker.io/library
FROM ${REGISTRY}/python:${V%.*}
FROM ${REGISTRY}/python:3.12-$TARGETARCH
