"""What needs a node: a small platform that runs."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from commands import SMALL, chart_of, eventually, install, kubectl, namespace, ready, run


def small_platform_runs_restricted() -> None:
    namespace("small", level="restricted")
    install(chart_of(SMALL), "small")
    ready("small")
    assert kubectl("--namespace", "small", "get", "job", "--output", "jsonpath={.items[0].status.succeeded}") == "1"


def the_charts_own_test_passes() -> None:
    said = run("helm", "test", "r", "--namespace", "small", "--timeout", "3m").stdout
    assert "Phase:" in said and "Succeeded" in said, said


def mounted_folders_hold_no_links() -> None:
    found = ["kubectl", "--namespace", "small", "exec", "deployment/web", "--", "find", "/dags"]
    listed = run(*found)
    assert "/dags/team/sub/second.py" in listed.stdout and "..data" not in listed.stdout, listed.stdout
    links = run(*found, "-type", "l")
    assert not links.stdout, links.stdout


def a_rolling_update_loses_no_request() -> None:
    kubectl("--namespace", "small", "exec", "statefulset/store", "--", "sh", "-c", "echo kept > /data/kept")
    failures: list[int] = []
    asked = 0
    stop = threading.Event()
    address = kubectl("--namespace", "small", "get", "service", "web", "--output", "jsonpath={.spec.clusterIP}")

    def load() -> None:
        nonlocal asked
        while not stop.is_set():
            asked += 1
            failures.append(run("curl", "--silent", "--max-time", "2", f"http://{address}:8080/", check=False).returncode)
            time.sleep(0.02)

    thread = threading.Thread(target=load)
    thread.start()
    kubectl("--namespace", "small", "rollout", "restart", "deployment/web")
    kubectl("--namespace", "small", "rollout", "status", "deployment/web", "--timeout=120s")
    time.sleep(2)
    stop.set()
    thread.join()
    assert asked > 50 and not any(failures), f"{sum(map(bool, failures))} of {asked} requests failed"


def a_drain_leaves_a_pod_that_serves() -> None:
    """The budget lets one pod go. The other one stays until a node has taken the first one's place."""
    node = kubectl("get", "node", "--output", "name").removeprefix("node/")
    words = ["kubectl", "drain", node, "--pod-selector=app.kubernetes.io/name=web", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=20s"]
    try:
        drained = run(*words, check=False)
        assert drained.returncode and "disruption budget" in drained.stdout + drained.stderr, drained.stderr
        serving = kubectl("--namespace", "small", "get", "deployment", "web", "--output", "jsonpath={.status.readyReplicas}")
        assert serving == "1", f"{serving} pods serve"
        address = kubectl("--namespace", "small", "get", "service", "web", "--output", "jsonpath={.spec.clusterIP}")
        run("curl", "--silent", "--max-time", "2", f"http://{address}:8080/")
    finally:
        kubectl("uncordon", node)
    kubectl("--namespace", "small", "rollout", "status", "deployment/web", "--timeout=120s")


def a_killed_process_starts_again() -> None:
    """The process dies on its node, as one that runs out of memory does."""
    pod = kubectl("--namespace", "small", "get", "pods", "--selector=app.kubernetes.io/name=stranger", "--output=jsonpath={.items[0].metadata.name}")
    container = kubectl("--namespace", "small", "get", "pod", pod, "--output=jsonpath={.status.containerStatuses[0].containerID}")
    identity = container.removeprefix("containerd://")
    pids = [path.parent.name for path in Path("/proc").glob("[0-9]*/cgroup") if identity in text_of(path)]
    assert pids, f"no process of {container}"
    for pid in pids:
        os.kill(int(pid), 9)
    restarts = "0"
    for _ in range(60):
        restarts = kubectl("--namespace", "small", "get", "pod", pod, "--output=jsonpath={.status.containerStatuses[0].restartCount}")
        if restarts != "0":
            break
        time.sleep(1)
    assert restarts != "0", "the container does not start again"
    kubectl("--namespace", "small", "wait", "pod", pod, "--for=condition=Ready", "--timeout=60s")


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


# A check that asks a dependency: it says whether the pod takes work, and nothing of whether its program lives.
ASKS = ('health = { tcp = "http", interval = "1s", start_period = "2s" }', 'health = { shell = "nc -z -w 1 store 8080", interval = "1s", start_period = "2s" }')


def restarts(space: str, workload: str = "") -> list[str]:
    """How often each container has been restarted."""
    selector = [f"--selector=app.kubernetes.io/name={workload}"] if workload else []
    return kubectl("--namespace", space, "get", "pods", *selector, "--output=jsonpath={.items[*].status.containerStatuses[*].restartCount}").split()


def a_dead_dependency_restarts_nobody() -> None:
    """Its users get no more work while it is away, and go on when it is back. A liveness check of theirs would have failed ten times."""
    namespace("dead")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        assert ASKS[0] in file.read_text()
        file.write_text(file.read_text().replace(*ASKS))
        install(chart_of(project), "dead")
    ready("dead")
    asked = ("--namespace", "dead", "get", "deployment", "web", "--output", "jsonpath={.status.readyReplicas}")
    kubectl("--namespace", "dead", "scale", "statefulset/store", "--replicas=0")
    eventually(60, lambda: kubectl(*asked), lambda pods: pods in ("", "0"))
    time.sleep(20)
    assert restarts("dead", "web") == ["0", "0"], restarts("dead", "web")
    kubectl("--namespace", "dead", "scale", "statefulset/store", "--replicas=1")
    eventually(90, lambda: kubectl(*asked), lambda pods: pods == "2")
    assert set(restarts("dead")) == {"0"}, restarts("dead")
    kubectl("delete", "namespace", "dead", "--wait=false")


def new_code_waits_for_the_new_migration() -> None:
    """An upgrade of both: no pod of the new code starts its program before the new job has succeeded, and old pods serve meanwhile."""
    space = ("--namespace", "small", "get")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        web = 'group = "one"\ndepends_on = ["migrate"]'
        changed = file.read_text().replace("sleep 3", "sleep 8").replace(web, f'{web}\nenv.CODE = "new"')
        assert "env.CODE" in changed and "sleep 8" in changed
        file.write_text(changed)
        install(chart_of(project), "small", "--reset-values")
    for _ in range(3):
        assert int(kubectl(*space, "deployment", "web", "--output", "jsonpath={.status.readyReplicas}")) == 2
        time.sleep(1)
    ready("small")
    # The job before it is gone with the upgrade.
    done = kubectl(*space, "job", "--output", "jsonpath={.items[*].status.completionTime}").split()
    asked = ("pods", "--selector=app.kubernetes.io/name=web", "--output", "jsonpath={.items[*].status.containerStatuses[0].state.running.startedAt}")
    # Until the old ones have gone.
    eventually(60, lambda: kubectl(*space, *asked).split(), lambda times: len(times) == 2)
    started = kubectl(*space, *asked).split()
    assert len(done) == 1 and min(started) >= done[0], (done, started)
    install(chart_of(SMALL), "small", "--reset-values")
    ready("small")


def data_outlives_its_pod() -> None:
    kubectl("--namespace", "small", "delete", "pod", "store-0")
    kubectl("--namespace", "small", "rollout", "status", "statefulset/store", "--timeout=120s")
    kept = kubectl("--namespace", "small", "exec", "statefulset/store", "--", "cat", "/data/kept")
    assert kept == "kept", kept


def a_pod_in_init_stops_at_once() -> None:
    namespace("waiting")
    kubectl("--namespace", "waiting", "create", "deployment", "x", "--image=busybox:1.37.0", "--replicas=0", "--", "sleep", "1")
    install(chart_of(SMALL), "waiting", "--set", "components.store.image.tag=missing")
    for _ in range(60):
        if "Init:0/1" in kubectl("--namespace", "waiting", "get", "pods", check=False):
            break
        time.sleep(1)
    time.sleep(3)
    pod = re.findall(r"pod/migrate\S+", kubectl("--namespace", "waiting", "get", "pods", "--output", "name"))[0]
    begun = time.monotonic()
    kubectl("--namespace", "waiting", "delete", pod, "--wait=true")
    assert time.monotonic() - begun < 15, "an init container ignores SIGTERM"


CHECKS: list[Callable[[], None]] = [
    small_platform_runs_restricted,
    the_charts_own_test_passes,
    mounted_folders_hold_no_links,
    a_rolling_update_loses_no_request,
    new_code_waits_for_the_new_migration,
    data_outlives_its_pod,
    a_dead_dependency_restarts_nobody,
    a_drain_leaves_a_pod_that_serves,
    a_killed_process_starts_again,
    a_pod_in_init_stops_at_once,
]
