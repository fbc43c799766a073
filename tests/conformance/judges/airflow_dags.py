"""Imports folders of DAGs with Airflow's own DagBag, as its DAG processor does.

Arguments: folders. Prints one JSON object: {folder: {"errors": {file: message}, "dags": {id: {...}}}},
where a DAG says its file, its operators and the edges between its tasks. A file that Airflow reads and that has no DAG
is an error: `.airflowignore` is to name it.
"""

import json
import os
import sys
import warnings

from airflow.serialization.serialized_objects import DagSerialization

from dag_folder import read


def describe(dag) -> dict:
    # What the scheduler reads is the serialised form, so it has to exist.
    DagSerialization.to_dict(dag)
    return {
        "file": os.path.basename(dag.fileloc),
        "operators": {task.task_id: type(task).__name__ for task in dag.tasks},
        "edges": sorted([task.task_id, later] for task in dag.tasks for later in task.downstream_task_ids),
    }


def judge(folder: str) -> dict:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with read(folder) as bag:
            return describe_all(folder, bag, caught)


def describe_all(folder: str, bag, caught: list) -> dict:
    errors = {os.path.basename(file): message.strip() for file, message in bag.import_errors.items()}
    for warning in caught:
        if warning.filename.startswith(folder):
            errors.setdefault(os.path.basename(warning.filename), f"{warning.category.__name__}: {warning.message}")
    for found in bag.dagbag_stats:
        if not found.dag_num:
            errors.setdefault(os.path.basename(found.file), "Airflow reads it, and it has no DAG")
    dags = {}
    for name, dag in bag.dags.items():
        try:
            dags[name] = describe(dag)
        except Exception as error:
            errors[os.path.basename(dag.fileloc)] = f"cannot be serialised: {error}"
    return {"errors": errors, "dags": dags}


# Airflow prints to stdout while it imports; the answer is to be the only thing there.
answer = os.dup(1)
os.dup2(2, 1)
verdicts = {folder: judge(folder) for folder in sys.argv[1:]}
with os.fdopen(answer, "w") as file:
    json.dump(verdicts, file)
