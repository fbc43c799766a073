ARG V=3.12.1
FROM python:${V%.*}
