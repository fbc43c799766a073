"""Prints what Python reads in the file arguments, as JSON: {file: tree}.

A node of the syntax tree is [its class, its fields in order]; a constant stands with its value. The text of `doc_md`,
a page of Markdown, stands apart, under "FILE doc_md".
"""

import ast
import json
import sys


class Reader:
    def __init__(self) -> None:
        self.pages: list[str] = []

    def read(self, node: object) -> object:
        if isinstance(node, ast.keyword) and node.arg == "doc_md":
            self.pages.append(ast.literal_eval(node.value))
            return ["doc_md"]
        if isinstance(node, ast.Constant):
            return [type(node.value).__name__, node.value if isinstance(node.value, (str, int, float)) else None]
        if isinstance(node, ast.AST):
            return [type(node).__name__, *(self.read(value) for _, value in ast.iter_fields(node))]
        return [self.read(item) for item in node] if isinstance(node, list) else node


answer = {}
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        tree = ast.parse(file.read(), name)
    reader = Reader()
    answer[name] = reader.read(tree)
    # The module that the DAGs share is no DAG, so it has no documentation of one.
    if reader.pages or "/lib/" not in name:
        answer[f"{name} doc_md"] = reader.pages
json.dump(answer, sys.stdout)
