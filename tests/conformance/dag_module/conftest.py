"""The module that generated DAGs share, loaded as under Compose and as in a cluster, with the real operators.

AIRFLOW_HOME is a folder for Airflow to write to.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[3]
DAGS = PROJECT / "generated/airflow/dags"
MODULE = next(DAGS.glob("lib/*.py"))


@pytest.fixture
def dags() -> Path:
    """The generated DAGs of this repository."""
    return DAGS


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Loads the module for a runner, with these variables in Airflow's environment."""

    def load(runner: str, **environment: str) -> ModuleType:
        monkeypatch.setenv("MLOPSGEN_RUNNER", runner)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location(f"{MODULE.stem}_{runner}", MODULE)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return load
