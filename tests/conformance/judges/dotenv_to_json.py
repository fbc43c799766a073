"""Prints what the `.env` file arguments set, as JSON: {file: {variable: value}}."""

import json
import sys

import dotenv

# What `${NAME}` is to this reader is no matter of quotes, so it is not asked.
json.dump({name: dotenv.dotenv_values(name, interpolate=False) for name in sys.argv[1:]}, sys.stdout)
