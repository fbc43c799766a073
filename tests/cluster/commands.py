"""Commands where the cluster is, and charts to install there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PROGRAM = PROJECT / "target/debug/mlopsgen"
SMALL = HERE / "platform"
CACHE = Path(os.environ.get("MLOPSGEN_CLUSTER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlopsgen-cluster")


def run(*words: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command where the cluster is."""
    command = [str(HERE / "cluster"), "run", *words]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done


def kubectl(*words: str, **options: bool) -> str:
    return run("kubectl", *words, **options).stdout.strip()


def start(program: str, *options: str, name: str = "", variables: dict[str, str] | None = None) -> None:
    """Starts a program beside the API server, with every right; it ends with the cluster."""
    environment = os.environ | (variables or {})
    subprocess.run([str(HERE / "cluster"), "begin", name or program, program, *options], check=True, env=environment)


def definitions() -> None:
    """Those of every operator and controller; the second time they are there."""
    run("kubectl", "apply", "--server-side", "--filename", str(CACHE / "definitions"))
    # It fails at once where the server has said nothing yet of one of them.
    words = ["kubectl", "wait", "crd", "--all", "--for=condition=Established", "--timeout=60s"]
    eventually(60, lambda: run(*words, check=False).returncode, lambda code: code == 0)


def namespace(name: str, *, level: str = "") -> None:
    labels = {"pod-security.kubernetes.io/warn": "restricted"}
    if level:
        labels["pod-security.kubernetes.io/enforce"] = level
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    run("kubectl", "create", "--filename", "-", text=json.dumps(made))


def compiled(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Compiles a project as far as its chart."""
    command = [str(PROGRAM), "apply", "--yes", "--accept-removal", "-C", str(project), "--target", "helm", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def chart_of(project: Path, *options: str) -> Path:
    """Compiles a project and returns its chart, with small charts in place of those that it takes from elsewhere."""
    done = compiled(project, *options)
    assert done.returncode == 0, f"{project}: {done.stderr}"
    return compiled_chart(project)


def compiled_chart(project: Path) -> Path:
    chart = next((project / "generated/helm").iterdir())
    for name in re.findall(r"^  - name: (.*)$", (chart / "Chart.yaml").read_text(), re.MULTILINE):
        shutil.copytree(PROJECT / "tests/conformance/charts" / name, chart / "charts" / name, dirs_exist_ok=True)
    return chart


def install(chart: Path, space: str, *options: str) -> str:
    """Installs or upgrades the release `r`; returns what Helm and the server said."""
    done = run("helm", "upgrade", "--install", "r", str(chart), "--namespace", space, *options)
    return done.stdout + done.stderr


def refused(said: str) -> set[str]:
    """Workloads that `restricted` would not admit, by the server's warnings."""
    return {line for line in said.splitlines() if "would violate" in line}


def workloads(space: str) -> list[dict[str, Any]]:
    return json.loads(kubectl("--namespace", space, "get", "deploy,sts,ds,job", "--output", "json"))["items"]


def unrestricted(listed: list[dict[str, Any]]) -> set[str]:
    """Workloads that name a reason."""
    pods = [(item["metadata"], item["spec"]["template"]["metadata"]) for item in listed]
    named = [own for own, pod in pods if "mlopsgen.io/unrestricted" in pod.get("annotations", {})]
    return {own["labels"]["app.kubernetes.io/name"] for own in named}


def containers_unrestricted(listed: list[dict[str, Any]]) -> set[str]:
    """The containers of pods that name a reason."""
    pods = [item["spec"]["template"] for item in listed]
    named = [pod["spec"] for pod in pods if "mlopsgen.io/unrestricted" in pod["metadata"].get("annotations", {})]
    return {container["name"] for pod in named for container in pod["containers"] + pod.get("initContainers", [])}


def containers_refused(said: str) -> set[str]:
    """The containers that the server's warnings name."""
    listed = re.findall(r'containers? ((?:"[^"]+"(?:, )?)+)', "\n".join(refused(said)))
    return {name for names in listed for name in re.findall(r'"([^"]+)"', names)}


def ready(space: str, seconds: int = 180) -> None:
    for kind in ("deployment", "statefulset"):
        for name in kubectl("--namespace", space, "get", kind, "--output", "name").split():
            kubectl("--namespace", space, "rollout", "status", name, f"--timeout={seconds}s")


def eventually(seconds: int, ask: Callable[[], object], wanted: Callable[[Any], bool]) -> None:
    """Asks until the answer is as wanted, or fails with the last one."""
    end = time.monotonic() + seconds
    while not wanted(answer := ask()):
        assert time.monotonic() < end, f"after {seconds} s: {answer}"
        time.sleep(3)
