#!/usr/bin/env python3
"""What the chart has to do in a real cluster. `suite.py control` needs no node, `suite.py node` runs a small platform.

Each check is a function; a failure names it and ends the run with 1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
PROGRAM = PROJECT / "target/debug/mlopsgen"
SMALL = HERE / "platform"

# Workloads that Pod Security's `restricted` may not admit; each says in the chart why.
EXCEPTIONS = {"cadvisor", "filebeat", "node-exporter"}


def run(*words: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command where the cluster is."""
    command = [str(HERE / "cluster"), "run", *words]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done


def kubectl(*words: str, **options: bool) -> str:
    return run("kubectl", *words, **options).stdout.strip()


def namespace(name: str, *, level: str = "") -> None:
    kubectl("create", "namespace", name)
    labels = ["pod-security.kubernetes.io/warn=restricted"]
    if level:
        labels.append(f"pod-security.kubernetes.io/enforce={level}")
    kubectl("label", "namespace", name, *labels)


def compiled(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Compiles a project as far as its chart."""
    command = [str(PROGRAM), "apply", "--yes", "--accept-removal", "-C", str(project), "--target", "helm", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def chart_of(project: Path, *options: str) -> Path:
    """Compiles a project and returns its chart, with small charts in place of those that it takes from elsewhere."""
    done = compiled(project, *options)
    assert done.returncode == 0, f"{project}: {done.stderr}"
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


def unrestricted(space: str) -> set[str]:
    """Workloads of the release that name a reason."""
    listed = json.loads(kubectl("--namespace", space, "get", "deploy,sts,ds,job", "--output", "json"))
    pods = [(item["metadata"], item["spec"]["template"]["metadata"]) for item in listed["items"]]
    named = [own for own, pod in pods if "mlopsgen.io/unrestricted" in pod.get("annotations", {})]
    return {own["labels"]["app.kubernetes.io/name"] for own in named}


# --- without a node ---


def reference_platform_is_restricted() -> None:
    namespace("reference")
    said = install(PROJECT / "generated/helm/mlops-crash-course", "reference")
    assert len(refused(said)) == len(EXCEPTIONS), said
    assert unrestricted("reference") == EXCEPTIONS


def every_example_installs() -> None:
    """Each is compiled in a folder of its own: what stands beside a case is no whole chart."""
    files = sorted(PROJECT.glob("tests/cases/*/platform.toml")) + sorted(PROJECT.glob("examples/*/platform.toml"))
    assert len(files) > 10
    for index, file in enumerate(files):
        if '"helm"' not in (re.findall(r"^targets = .*$", file.read_text(), re.MULTILINE) or ['"helm"'])[0]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / file.parent.name
            shutil.copytree(file.parent, project, ignore=shutil.ignore_patterns("expected*", "generated"))
            space = f"example-{index}"
            namespace(space)
            said = install(chart_of(project), space)
            assert len(refused(said)) <= len(unrestricted(space)), f"{file}\n{said}"
            made = kubectl("--namespace", space, "get", "deploy,sts,ds,job", "--output", "name")
            assert made, f"{file}: nothing was made"


STRANGER = """[components.stranger]
presets = ["box"]
group = "one"
command = ["sleep", "3600"]
health = false
allow = ["no-health-check"]
"""

DATA = 'volumes.data = { mount = "/data", size = "1Gi" }'
DATABASE = """[components.db]
kind = "postgres"
version = "17.6"
group = "one"
settings = { password = "${secrets.password}" }
[secrets]
password = { env = "PASSWORD" }
"""

# Changes that touch claims: what is replaced by what, and whether `apply` asks before it goes on.
OF_CLAIMS: dict[str, tuple[str, str, bool]] = {
    "size": (DATA, DATA.replace("1Gi", "2Gi"), False),
    "second volume": (DATA, DATA + '\nvolumes.more = { mount = "/more", size = "1Gi" }', False),
    "renamed volume": (DATA, DATA.replace("volumes.data", "volumes.files"), True),
    "moved volume": (DATA, DATA.replace("volumes.data", "volumes.files"), False),
    "shared volume": (DATA, 'volumes.data = { mount = "/data", shared = "common" }', True),
    "storage of one's own name": (DATA, DATA.replace('size = "1Gi"', 'size = "1Gi", name = "by-hand"'), True),
    "moved component": ("store", "stock", False),
    "moved platform": ('name = "small"', 'name = "little"', False),
    "minor version": ('version = "17.6"', 'version = "17.7"', False),
    "major version": ('version = "17.6"', 'version = "18.1"', True),
}

# What stands at the end of the file, by the change that needs it.
FURTHER = {
    "moved volume": '[[moved]]\nfrom = "components.store.volumes.data"\nto = "components.store.volumes.files"\n',
    "shared volume": '[volumes]\ncommon = { size = "1Gi", access = "one" }\n',
    "moved component": '[[moved]]\nfrom = "components.store"\nto = "components.stock"\n',
    "moved platform": '[[moved]]\nfrom = "platform.small"\nto = "platform.little"\n',
}

# A change of platform.toml, by its name: what is replaced by what, and values.
CHANGES: dict[str, tuple[str, str]] = {
    "port": ("ports.admin = 9090", "ports.admin = 9091"),
    "image": ('image = "busybox:1.37.0"', 'image = "busybox:1.36.1"'),
    "command": ("sleep 3", "sleep 4"),
    "env": ('command = ["sleep", "3600"]', 'command = ["sleep", "3600"]\nenv.LEVEL = "debug"'),
    "user": ('user = "65534:65534"', 'user = "1000:1000"'),
    "replicas": ("replicas = 2", "replicas = 3"),
    "one replica": ("replicas = 2", "replicas = 1"),
    "resources": ("health = false", 'health = false\nresources = { memory = "64Mi" }'),
    "component added": ("[components.stranger]", '[components.more]\npresets = ["box"]\ngroup = "one"\n[components.stranger]'),
    "component renamed": ("[components.stranger]", "[components.foreigner]"),
    "group": ('one = "All of it"', 'one = "Everything"'),
    "profile": ("health = false", 'health = false\nprofiles = ["debug"]'),
    "health": ('interval = "1s"', 'interval = "3s"'),
    "file": ('files."/dags" = { source = "dags" }', 'files."/dags" = { content = "text" }'),
    "job no longer awaited": ('depends_on = ["migrate"]', 'depends_on = ["store"]'),
    "edge": ('reaches = ["store.http"]', 'reaches = ["store"]'),
    "daemon": ("health = false", "health = false\ndaemon = true"),
    "description": ('name = "small"', 'name = "small"\ndescription = "A small one"'),
    "published": ("ports.admin = 9090", "ports.admin = { container = 9090, host = 9090 }"),
    "alert added": ("health = false", 'health = false\nalerts.Late = { expr = "up == 0", severity = "warning", summary = "late" }'),
    "component removed": (STRANGER, ""),
    "read-only root": ("health = false", "health = false\nread_only = true"),
}


def every_change_upgrades() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project)
        file = project / "platform.toml"
        start = file.read_text()
        namespace("changes")
        install(chart_of(project), "changes")
        for name, (before, after) in CHANGES.items():
            assert before in start, name
            for text in (start.replace(before, after), start):
                file.write_text(text)
                try:
                    install(chart_of(project), "changes")
                except AssertionError as error:
                    raise AssertionError(f"{name}: {error}") from error


EXPANDABLE = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: expandable }
provisioner: example.com/none
allowVolumeExpansion: true
"""

VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: { name: %s }
spec:
  capacity: { storage: 20Gi }
  accessModes: [ReadWriteOnce]
  storageClassName: expandable
  persistentVolumeReclaimPolicy: Retain
  hostPath: { path: /nowhere }
"""


def claims(space: str) -> dict[str, str]:
    """The claims of a namespace, each with what it is bound to."""
    listed = json.loads(kubectl("--namespace", space, "get", "pvc", "--output", "json"))
    return {item["metadata"]["name"]: item["spec"].get("volumeName", "") for item in listed["items"]}


def no_change_loses_a_claim() -> None:
    """Every claim is there after the upgrade, and bound to what it was; `apply` has asked where something starts empty."""
    run("kubectl", "apply", "--filename", "-", text=EXPANDABLE)
    for index, (name, (before, after, asks)) in enumerate(OF_CLAIMS.items()):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "small"
            shutil.copytree(SMALL, project)
            file = project / "platform.toml"
            start = file.read_text() + DATABASE
            file.write_text(start)
            space = f"claims-{index}"
            namespace(space)
            for number in range(3):
                run("kubectl", "apply", "--filename", "-", text=VOLUME % f"{space}-{number}")
            options = ("--set", "storageClass=expandable")
            install(chart_of(project), space, *options)
            kubectl("--namespace", space, "wait", "pvc", "--all", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s")
            was = claims(space)
            assert len(was) == 2 and all(was.values()), was
            assert before in start, name
            file.write_text(start.replace(before, after) + FURTHER.get(name, ""))
            refusal = compiled(project)
            assert (refusal.returncode != 0) == asks, f"{name}: {refusal.stderr}"
            if asks:
                assert "--accept-data-loss" in refusal.stderr, f"{name}: {refusal.stderr}"
            for chart in (project / "generated/helm").iterdir():
                if name == "moved platform" and chart.name == "small":
                    shutil.rmtree(chart)
            install(chart_of(project, "--accept-data-loss"), space, *options)
            now = claims(space)
            lost = {claim: volume for claim, volume in was.items() if now.get(claim) != volume}
            assert not lost, f"{name}: {lost}"
            if name.startswith("moved"):
                assert now == was, f"{name}: {now}"


def done_jobs_stay_done() -> None:
    """Another image to wait with, or another pull policy, runs no migration again."""
    namespace("jobs")
    chart = chart_of(SMALL)
    install(chart, "jobs")
    job = kubectl("--namespace", "jobs", "get", "job", "--output", "name")
    kubectl("--namespace", "jobs", "patch", job, "--subresource=status", "--type=merge", "--patch", json.dumps({"status": {
        "active": 0, "ready": 0, "succeeded": 1, "completionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "conditions": [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")],
    }}))  # fmt: skip
    install(chart, "jobs", "--set", "waitImage=busybox:1.36.1", "--set", "imagePullPolicy=Always")
    assert kubectl("--namespace", "jobs", "get", "job", "--output", "name") == job


def a_pending_job_is_replaced() -> None:
    """One that can't start may get another template: under another name, as a pod template never changes."""
    namespace("pending")
    chart = chart_of(SMALL)
    install(chart, "pending")
    install(chart, "pending", "--set-json", 'imagePullSecrets=[{"name":"registry"}]')


def what_charts_usually_take_is_taken() -> None:
    """Values that a user of other charts would try, on the real server, which refuses unknown fields."""
    namespace("usual")
    values = {
        "serviceAccount": {"annotations": {"a": "b"}},
        "securityContext": {"readOnlyRootFilesystem": True},
        "podSecurityContext": {"fsGroup": 1000},
        "extraEnv": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "extraEnvFrom": [{"configMapRef": {"name": "shared", "optional": True}}],
        "extraVolumes": [{"name": "cache", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "cache", "mountPath": "/cache"}],
        "initContainers": [{"name": "before", "image": "busybox:1.37.0"}],
        "sidecars": [{"name": "beside", "image": "busybox:1.37.0"}],
        "service": {"type": "NodePort", "annotations": {"a": "b"}, "nodePorts": {"http": 30080}, "externalTrafficPolicy": "Local"},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "topologySpread": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
        "priorityClassName": "system-node-critical",
        "hpa": {"maxReplicas": 5, "cpu": 80},
        "pdb": {"minAvailable": 1},
        "imagePullSecrets": [{"name": "registry"}],
        "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}, "data": {"a": "{{ b }}"}}],
    }
    said = install(chart_of(SMALL), "usual", "--set-json", f"components.web={json.dumps(values)}")
    assert "unknown field" not in said, said
    deployment = json.loads(kubectl("--namespace", "usual", "get", "deployment", "web", "--output", "json"))
    pod = deployment["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == "web" and pod["priorityClassName"] == "system-node-critical"
    assert [container["name"] for container in pod["containers"]] == ["web", "beside"]
    assert kubectl("--namespace", "usual", "get", "configmap", "own", "--output", "jsonpath={.data.a}") == "{{ b }}"
    assert kubectl("--namespace", "usual", "get", "hpa,pdb", "--output", "name").split() == [
        "horizontalpodautoscaler.autoscaling/web",
        "poddisruptionbudget.policy/web",
    ]


def an_unknown_port_of_the_ingress_is_an_error() -> None:
    chart = chart_of(SMALL)
    done = run("helm", "template", "r", str(chart), "--set", "ingress.enabled=true", "--set", "ingress.hosts.web.port=typo", check=False)
    assert done.returncode and "names the port typo" in done.stderr, done.stderr


# --- with a node ---


def ready(space: str) -> None:
    for kind in ("deployment", "statefulset"):
        for name in kubectl("--namespace", space, "get", kind, "--output", "name").split():
            kubectl("--namespace", space, "rollout", "status", name, "--timeout=180s")


def within(space: str, workload: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run("kubectl", "--namespace", space, "exec", f"deployment/{workload}", "--", *words, check=False)


def small_platform_runs_restricted() -> None:
    namespace("small", level="restricted")
    install(chart_of(SMALL), "small")
    ready("small")
    assert kubectl("--namespace", "small", "get", "job", "--output", "jsonpath={.items[0].status.succeeded}") == "1"


def the_charts_own_test_passes() -> None:
    said = run("helm", "test", "r", "--namespace", "small", "--timeout", "3m").stdout
    assert "Phase:" in said and "Succeeded" in said, said


def policies_hold_exactly_the_edges() -> None:
    connects = {
        ("web", "store", 8080): True,
        ("web", "store", 9090): False,
        ("stranger", "store", 8080): False,
        ("stranger", "web", 8080): False,
    }
    for (source, target, port), expected in connects.items():
        found = within("small", source, "nc", "-z", "-w", "3", target, str(port)).returncode == 0
        assert found == expected, f"{source} -> {target}:{port}: {found}"
    outside = within("small", "stranger", "nc", "-z", "-w", "3", "10.96.0.1", "443")
    assert outside.returncode, "a workload that needs no API server reaches it"


def mounted_folders_hold_no_links() -> None:
    listed = within("small", "web", "find", "/dags")
    assert "/dags/team/sub/second.py" in listed.stdout and "..data" not in listed.stdout, listed.stdout
    links = within("small", "web", "find", "/dags", "-type", "l")
    assert links.returncode == 0 and not links.stdout, links.stdout


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


CONTROL: list[Callable[[], None]] = [
    reference_platform_is_restricted,
    every_example_installs,
    what_charts_usually_take_is_taken,
    an_unknown_port_of_the_ingress_is_an_error,
    done_jobs_stay_done,
    a_pending_job_is_replaced,
    every_change_upgrades,
    no_change_loses_a_claim,
]
NODE: list[Callable[[], None]] = [
    small_platform_runs_restricted,
    the_charts_own_test_passes,
    policies_hold_exactly_the_edges,
    mounted_folders_hold_no_links,
    a_rolling_update_loses_no_request,
    data_outlives_its_pod,
    a_killed_process_starts_again,
    a_pod_in_init_stops_at_once,
]


def main() -> None:
    wanted = {"control": CONTROL, "node": NODE, "all": NODE + CONTROL}[sys.argv[1]]
    chosen = [check for check in wanted if len(sys.argv) < 3 or sys.argv[2] in check.__name__]
    failed = False
    for check in chosen:
        begun = time.monotonic()
        try:
            check()
        except AssertionError as error:
            failed = True
            print(f"FAILED {check.__name__}: {error}", flush=True)
        else:
            print(f"ok     {check.__name__} ({time.monotonic() - begun:.0f} s)", flush=True)
    sys.exit(int(failed))


if __name__ == "__main__":
    os.environ["PATH"] += f":{Path.home()}/.cache/mlopsgen-conformance/bin"
    main()
