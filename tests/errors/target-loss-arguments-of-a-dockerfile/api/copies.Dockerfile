ARG BASE=python:3.12
FROM $BASE
COPY --from=astral/uv:0.5 /uv /bin/uv
