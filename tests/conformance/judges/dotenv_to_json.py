"""Prints what the `.env` file arguments set, as JSON: {file: {variable: value}}."""

import json
import sys

import dotenv

# The tests are about quotes: this reader does not replace `${NAME}`.
json.dump({name: dotenv.dotenv_values(name, interpolate=False) for name in sys.argv[1:]}, sys.stdout)
