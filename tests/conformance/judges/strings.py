"""Prints the strings that the file arguments list, as JSON: {file: [string, ...]}. How one is read, its name tells."""

import ast
import json
import sys
from xml.etree import ElementTree

import yaml


def strings(name: str) -> list:
    with open(name, encoding="utf-8", newline="") as file:
        text = file.read()
    if name.endswith(".yaml"):
        return yaml.safe_load(text)
    if name.endswith(".json"):
        return json.loads(text)
    if name.endswith(".py"):
        return ast.literal_eval(text)
    if name.endswith(".svg"):
        return [text for node in ElementTree.fromstring(text) for text in (node.get("a"), node.text or "")]
    raise SystemExit(f"{name} lists no strings")


json.dump({name: strings(name) for name in sys.argv[1:]}, sys.stdout)
