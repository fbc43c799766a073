"""The folder of DAGs as Airflow reads it, where it lies on disk and where Kubernetes mounts it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag


def as_config_map(dags: Path, mount: Path) -> Path:
    """The folder as a mounted ConfigMap: files behind the link `..data`, to which all names at the top are links."""
    mount.mkdir(parents=True)
    shutil.copytree(dags, mount / "..2026_11_28_10_00_00.123456789")
    (mount / "..data").symlink_to("..2026_11_28_10_00_00.123456789")
    for entry in dags.iterdir():
        (mount / entry.name).symlink_to(f"..data/{entry.name}")
    return mount


@pytest.fixture(params=["on disk", "in a cluster"])
def folder(request, dags, tmp_path) -> Path:
    """The folder that Airflow searches: the DAGs stand in a folder below it, beside those of the user."""
    root = tmp_path / "dags"
    if request.param == "on disk":
        shutil.copytree(dags, root / "platform")
    else:
        as_config_map(dags, root / "platform")
    (root / "own").mkdir()
    (root / "own/own.py").write_text("from airflow.sdk import DAG\nwith DAG('own', schedule=None): pass\n")
    return root


@pytest.mark.parametrize("syntax", ["glob", "regexp"])
def test_airflow_reads_every_dag_and_nothing_else(folder, dags, monkeypatch, syntax):
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", syntax)
    bag = DagBag(dag_folder=str(folder))
    assert bag.import_errors == {}
    assert set(bag.dags) == {"own", *[file.stem for file in dags.glob("*.py")]}
    assert all(found.dag_num == 1 for found in bag.dagbag_stats), bag.dagbag_stats


def test_folders_beside_it_shadow_nothing_and_switch_nothing_off(dags, tmp_path, monkeypatch):
    root = tmp_path / "dags"
    shutil.copytree(dags, root / "platform")
    module = next(dags.glob("lib/*.py")).stem
    for name in [module, "own", "pendulum"]:
        (root / name).mkdir()
        (root / name / "__init__.py").write_text("raise RuntimeError('shadowed')\n")
        (root / name / ".airflowignore").write_text("*\n../platform/*\n/platform/*\nplatform\n")
    # The DAG processor appends the folder; what other tests have left is out of the way.
    monkeypatch.setattr(sys, "path", [*(it for it in sys.path if not it.endswith("/lib")), str(root)])
    monkeypatch.delitem(sys.modules, module, raising=False)
    bag = DagBag(dag_folder=str(root))
    assert bag.import_errors == {}
    assert set(bag.dags) == {file.stem for file in dags.glob("*.py")}


def test_airflow_refuses_a_config_map_without_its_airflowignore(dags, tmp_path):
    mount = as_config_map(dags, tmp_path / "dags/platform")
    (mount / ".airflowignore").unlink()
    with pytest.raises(RuntimeError, match="recursive loop"):
        DagBag(dag_folder=str(tmp_path / "dags"))


def test_the_module_and_the_dags_are_typed(dags, tmp_path):
    # The clients of Docker and Kubernetes bring no types.
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\n[mypy-docker.*,kubernetes.*]\nignore_missing_imports = True\n")
    # Airflow's own types take most of the time and never change: they are kept beside the installed judges.
    cache = Path.home() / "mypy"
    command = [sys.executable, "-m", "mypy", "--config-file", config, "--cache-dir", cache]
    files = [str(file) for file in sorted(dags.rglob("*.py"))]
    environment = {**os.environ, "MYPYPATH": str(dags / "lib")}
    done = subprocess.run([*command, *files], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
