"""Prints the documents of the YAML file arguments as JSON: {file: [document, ...]}; `-` is standard input."""

import json
import sys

import yaml


def documents(name: str) -> list:
    if name == "-":
        return list(yaml.load_all(sys.stdin, yaml.CSafeLoader))
    with open(name, encoding="utf-8") as file:
        return list(yaml.load_all(file, yaml.CSafeLoader))


try:
    json.dump({name: documents(name) for name in sys.argv[1:]}, sys.stdout, default=repr)
except yaml.YAMLError as error:
    sys.exit(f"not YAML: {error}")
