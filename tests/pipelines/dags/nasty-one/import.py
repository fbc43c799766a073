"""The task `import` of the pipeline `nasty-one`.

mlopsgen made this file once and never touches it again: it is yours.
"""

from __future__ import annotations

from typing import Any


def import_(context: dict[str, Any]) -> Any:
    """Runs in Airflow, not in the pipeline's image. What it returns is what `xcom_pull` gives to other tasks.

    A component that it talks to belongs in `reaches` of the pipeline in platform.toml.

    `context` is Airflow's: `context["ds"]` is the day of the run, `context["params"]` holds its parameters.
    """
    raise NotImplementedError("write the body of `import_` in dags/nasty-one/import.py")
