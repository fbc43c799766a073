#!/usr/bin/env bash
exec worker
