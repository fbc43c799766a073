ARG PY
FROM python:${PY}
