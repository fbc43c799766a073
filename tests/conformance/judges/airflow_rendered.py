"""Renders every task of folders of DAGs as Airflow does before it runs one, and prints what a container or a pod gets.

Arguments: folders. Prints one JSON object: {folder: {DAG: {what: value}}}.
"""

import json
import os
import sys

from dag_folder import read

CONTEXT = {"ds": "2026-01-01", "params": {}, "ti": None, "run_id": "run"}


def container(task) -> dict:
    """What the engine is asked for."""
    return {
        "image": task.image,
        "entrypoint": task.entrypoint,
        "command": task.format_command(task.command),
        "environment": {**task.environment, **task._private_environment},
        "mounts": task.mounts,
        "labels": task.labels,
        "network_mode": task.network_mode,
    }


def pod(task) -> dict:
    """What Kubernetes is asked for, the pod's own name aside."""
    request = task.build_pod_request_obj(dry_run=True).to_dict()
    request["metadata"] = request["metadata"]["labels"]
    return request


def rendered(task) -> object:
    task.render_template_fields(dict(CONTEXT))
    if hasattr(task, "build_pod_request_obj"):
        return pod(task)
    if hasattr(task, "format_command"):
        return container(task)
    return type(task).__name__


def judge(folder: str) -> dict:
    with read(folder) as bag:
        if bag.import_errors:
            raise SystemExit(json.dumps(bag.import_errors))
        return {
            name: {
                "description": dag.description,
                "tags": sorted(dag.tags),
                "params": dag.params.dump(),
                "tasks": {task.task_id: rendered(task) for task in dag.tasks},
            }
            for name, dag in bag.dags.items()
        }


# Airflow prints to stdout while it imports; the answer is to be the only thing there.
answer = os.dup(1)
os.dup2(2, 1)
verdicts = {folder: judge(folder) for folder in sys.argv[1:]}
with os.fdopen(answer, "w") as file:
    json.dump(verdicts, file, default=str)
