ARG BASE=python:3.12
FROM $BASE AS build
FROM debian:12
