"""What needs a node and real programs: Airflow, MLflow, PostgreSQL and Prometheus, with `restricted` enforced."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from commands import HERE, PROGRAM, chart_of, compiled, eventually, install, kubectl, namespace, ready, run

SPACE = "programs"
PROGRAMS = HERE / "programs"
RUN = "trained-in-the-cluster"


def address(service: str) -> str:
    return kubectl("--namespace", SPACE, "get", "service", service, "--output", "jsonpath={.spec.clusterIP}")


def real_programs_run_restricted() -> None:
    """With the Secret that the program itself makes. Every pod is admitted and gets ready."""
    namespace(SPACE, level="restricted")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "programs"
        shutil.copytree(PROGRAMS, project, ignore=shutil.ignore_patterns("generated"))
        for words in (["apply", "--yes"], ["env", "init"]):
            subprocess.run([str(PROGRAM), *words, "-C", str(project)], check=True, capture_output=True)
        secret = subprocess.run([str(PROGRAM), "env", "secret", "-C", str(project)], check=True, capture_output=True, text=True)
        run("kubectl", "--namespace", SPACE, "apply", "--filename", "-", text=secret.stdout)
        install(chart_of(project), SPACE, "--values", str(PROGRAMS / "values.yaml"))
    ready(SPACE, seconds=600)


def in_database(query: str, name: str = "airflow") -> list[str]:
    asked = ["exec", "statefulset/db", "--", "psql", "--username=mlflow", f"--dbname={name}", "--no-align", "--tuples-only"]
    return kubectl("--namespace", SPACE, *asked, f"--command={query}").splitlines()


def airflow_runs_tasks_as_pods() -> None:
    """The policies hold for the tasks: the first one asserts that it can't reach the database."""
    eventually(300, lambda: in_database("select dag_id from dag"), lambda found: found == ["training"])
    for words in (["trigger", "training"], ["unpause", "training"]):
        kubectl("--namespace", SPACE, "exec", "deployment/airflow-scheduler", "--", "airflow", "dags", *words)
    eventually(400, lambda: in_database("select state from dag_run"), lambda found: found[0] in ("success", "failed"))
    tasks = in_database("select task_id, state from task_instance order by task_id")
    assert tasks == ["closed|success", "train|success"], tasks


# A pod as a task's is labelled. It ends with what the shell says.
TASK = """
apiVersion: v1
kind: Pod
metadata:
  name: %(name)s
  labels: { mlopsgen.io/pipeline: training, app.kubernetes.io/part-of: programs }
spec:
  restartPolicy: Never
  containers:
    - name: base
      image: busybox:1.37.0
      command: [sh, -c, "echo %(name)s; %(ends)s"]
      securityContext:
        { runAsUser: 1000, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }
"""


def a_failed_task_is_kept_until_it_is_removed() -> None:
    """With its log, which the weekly job takes away with it; it takes none that still runs."""
    for name, ends in (("task-failed", "exit 1"), ("task-runs", "exec sleep 3600")):
        run("kubectl", "--namespace", SPACE, "apply", "--filename", "-", text=TASK % {"name": name, "ends": ends})
    asked = ("--namespace", SPACE, "get", "pod", "task-failed", "--output", "jsonpath={.status.phase}")
    eventually(60, lambda: kubectl(*asked), lambda phase: phase == "Failed")
    assert kubectl("--namespace", SPACE, "logs", "task-failed") == "task-failed"
    kubectl("--namespace", SPACE, "create", "job", "removes", "--from=cronjob/programs-task-pods")
    kubectl("--namespace", SPACE, "wait", "job/removes", "--for=condition=Complete", "--timeout=120s")
    listed = ["kubectl", "--namespace", SPACE, "get", "pods", "--selector=mlopsgen.io/pipeline", "--output", "name"]
    eventually(30, lambda: run(*listed).stdout.split(), lambda names: "pod/task-failed" not in names)
    assert "pod/task-runs" in run(*listed).stdout.split()
    kubectl("--namespace", SPACE, "delete", "job/removes", "pod/task-runs", "--wait=false")


def mlflow_keeps_what_a_task_logged() -> None:
    """Its run, and its file, in a pod that knows neither."""
    kubectl("--namespace", SPACE, "delete", "pod", "mlflow-0")
    ready(SPACE, seconds=300)
    at = f"http://{address('mlflow')}:5000"
    asked = json.dumps({"experiment_ids": ["0"], "filter": f"attributes.run_name = '{RUN}'"})
    headers = ["--header", "Content-Type: application/json", "--header", "Host: mlflow:5000"]
    said = run("curl", "--silent", *headers, "--data", asked, f"{at}/api/2.0/mlflow/runs/search").stdout
    assert said.startswith("{"), said
    runs = json.loads(said)["runs"]
    assert [entry["data"]["metrics"][0]["value"] for entry in runs] == [0.9], said
    text = run("curl", "--silent", *headers, f"{at}/get-artifact?path=model.txt&run_uuid={runs[0]['info']['run_id']}").stdout
    assert text == "kept", text


def postgres_keeps_a_row_in_another_pod() -> None:
    """The image declares a volume for its data. A runtime throws that away with the container, unless the claim is mounted there.
    While the database is away no check restarts who uses it: parts of Airflow end by themselves, and come back."""
    for query in ("create table kept (word text)", "insert into kept values ('kept')"):
        in_database(query)
    kubectl("--namespace", SPACE, "delete", "pod", "db-0")
    ready(SPACE, seconds=300)
    eventually(120, lambda: in_database("select word from kept"), lambda found: found == ["kept"])
    events = json.loads(kubectl("--namespace", SPACE, "get", "events", "--field-selector=reason=Killing", "--output", "json"))["items"]
    checked = [event["message"] for event in events if "liveness" in event["message"]]
    assert events and not checked, checked


CHART = 'chart = { repository = "https://cloudnative-pg.github.io/charts", name = "cluster", version = "0.8.1" }'


def a_dump_that_a_plan_prints_is_restored() -> None:
    """Of a database that CloudNativePG takes over. Its operator is not here: another database stands for the one that it makes, and
    the superuser of this image for the one of its pods."""
    for query in ("create table dumped (word text)", "insert into dumped values ('kept')"):
        in_database(query, "mlflow")
    in_database("create database restored owner mlflow", "postgres")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "programs"
        shutil.copytree(PROGRAMS, project, ignore=shutil.ignore_patterns("generated"))
        compiled(project)
        file = project / "platform.toml"
        file.write_text(file.read_text().replace('kind = "postgres"', f'kind = "postgres"\n{CHART}'))
        plan = subprocess.run([str(PROGRAM), "plan", "-C", str(project)], capture_output=True, text=True, check=True).stdout
        dump, restore = re.findall(r"^ *(kubectl exec .*)$", plan, re.MULTILINE)
        restore = restore.replace("db-1 --container=postgres --", "statefulset/db -- env PGUSER=mlflow").replace("--dbname=mlflow", "--dbname=restored")
        assert "env PGUSER" in restore and "--dbname=restored" in restore, plan
        shell = f'kubectl() {{ command kubectl --namespace {SPACE} "$@"; }}\nset -e\ncd {folder}\n{dump}\n{restore}'
        run("bash", "-c", shell)
    found = in_database("select word, tableowner from dumped, pg_tables where tablename = 'dumped'", "restored")
    assert found == ["kept|mlflow"], found


def every_target_of_prometheus_is_up() -> None:
    url = f"http://{address('prometheus')}:9090/api/v1/targets"

    def states() -> dict[str, str]:
        said = json.loads(run("curl", "--silent", url).stdout)
        return {target["labels"]["job"]: target["health"] for target in said["data"]["activeTargets"]}

    expected = dict.fromkeys(["airflow", "db", "mlflow", "prometheus"], "up")
    eventually(300, states, lambda found: found == expected)


CHECKS: list[Callable[[], None]] = [
    real_programs_run_restricted,
    airflow_runs_tasks_as_pods,
    a_failed_task_is_kept_until_it_is_removed,
    mlflow_keeps_what_a_task_logged,
    postgres_keeps_a_row_in_another_pod,
    a_dump_that_a_plan_prints_is_restored,
    every_target_of_prometheus_is_up,
]
