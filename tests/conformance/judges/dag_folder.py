"""Reads a folder of DAGs with Airflow's own DagBag, as its DAG processor does: in a process that has read no other."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from airflow.dag_processing.dagbag import DagBag


@contextmanager
def read(folder: str) -> Iterator[DagBag]:
    """The DAGs of a folder. What they have imported from it is forgotten afterwards."""
    path = list(sys.path)
    try:
        yield DagBag(dag_folder=folder)
    finally:
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(f"{folder}/"):
                del sys.modules[name]
