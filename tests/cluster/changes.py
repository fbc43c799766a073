"""Kinds of changes of platform.toml, each as one upgrade on the API server."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from commands import SMALL, chart_of, compiled, compiled_chart, eventually, install, kubectl, namespace, run

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
    "database renamed": ("[components.db]", "[components.pg]", True),
    "database removed": (DATABASE, "", True),
    "database elsewhere": ('version = "17.6"', 'external = { host = "db.example.com", port = 5432 }', True),
    "platform renamed": ('name = "small"', 'name = "little"', False),
}

# What stands at the end of the file, by the change that needs it.
FURTHER = {
    "moved volume": '[[moved]]\nfrom = "components.store.volumes.data"\nto = "components.store.volumes.files"\n',
    "shared volume": '[volumes]\ncommon = { size = "1Gi", access = "one" }\n',
    "moved component": '[[moved]]\nfrom = "components.store"\nto = "components.stock"\n',
    "moved platform": '[[moved]]\nfrom = "platform.small"\nto = "platform.little"\n',
}

# A change of platform.toml, by its name: texts and what takes the place of each.
CHANGES: dict[str, tuple[str, ...]] = {
    "port": ("ports.admin = 9090", "ports.admin = 9091"),
    "image": ('image = "busybox:1.37.0"', 'image = "busybox:1.36.1"'),
    "job changed": ("sleep 3", "sleep 4"),
    "job renamed": ("migrate", "prepare"),
    "command": ('command = ["sleep", "3600"]', 'command = ["sleep", "7200"]'),
    "env": ('command = ["sleep", "3600"]', 'command = ["sleep", "3600"]\nenv.LEVEL = "debug"'),
    "user": ('user = "65534:65534"', 'user = "1000:1000"'),
    "replicas": ("replicas = 2", "replicas = 3"),
    "one replica": ("replicas = 2", "replicas = 1"),
    "resources": ("health = false", 'health = false\nresources = { memory = "64Mi" }'),
    "component added": ("[components.stranger]", '[components.more]\npresets = ["box"]\ngroup = "one"\n[components.stranger]'),
    "component renamed": ("[components.stranger]", "[components.foreigner]"),
    "group described": ('one = "All of it"', 'one = "Everything"'),
    "another group": ('one = "All of it"', 'one = "All of it"\ntwo = "The rest"', 'group = "one"\ncommand = ["sleep", "3600"]', 'group = "two"\ncommand = ["sleep", "3600"]'),
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
    """Each upgrade takes one change back and makes the next: half as many as there and back for each."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        start = file.read_text()
        namespace("changes")
        install(chart_of(project), "changes")
        before = "nothing"
        for name, texts in [*CHANGES.items(), ("nothing", ())]:
            changed = start
            for old, new in zip(texts[::2], texts[1::2], strict=True):
                assert old in changed, name
                changed = changed.replace(old, new)
            file.write_text(changed)
            try:
                install(chart_of(project), "changes")
            except AssertionError as error:
                raise AssertionError(f"{name}, after {before}: {error}") from error
            before = name


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


def volumes(space: str) -> None:
    """Three that the claims of a namespace may be bound to, of a class that takes larger claims."""
    objects = [EXPANDABLE, *(VOLUME % f"{space}-{number}" for number in range(3))]
    run("kubectl", "apply", "--filename", "-", text="---".join(objects))


def claims(space: str) -> dict[str, str]:
    """The claims of a namespace, each with what it is bound to."""
    listed = json.loads(kubectl("--namespace", space, "get", "pvc", "--output", "json"))
    return {item["metadata"]["name"]: item["spec"].get("volumeName", "") for item in listed["items"]}


def no_change_loses_a_claim() -> None:
    """Every claim is there after the upgrade, and bound to what it was; `apply` has asked where something starts empty."""
    for index, (name, (before, after, asks)) in enumerate(OF_CLAIMS.items()):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "small"
            shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
            file = project / "platform.toml"
            start = file.read_text() + DATABASE
            file.write_text(start)
            space = f"claims-{index}"
            namespace(space)
            volumes(space)
            options = ("--set", "storageClass=expandable")
            install(chart_of(project), space, *options)
            eventually(60, lambda space=space: claims(space), lambda was: len(was) == 2 and all(was.values()))
            was = claims(space)
            assert before in start, name
            file.write_text(start.replace(before, after) + FURTHER.get(name, ""))
            refusal = compiled(project)
            assert (refusal.returncode != 0) == asks, f"{name}: {refusal.stderr}"
            if asks:
                assert "--accept-data-loss" in refusal.stderr, f"{name}: {refusal.stderr}"
            for chart in (project / "generated/helm").iterdir():
                if chart.name == "small" and "little" in file.read_text():
                    shutil.rmtree(chart)
            install(chart_of(project, "--accept-data-loss") if asks else compiled_chart(project), space, *options)
            now = claims(space)
            lost = {claim: volume for claim, volume in was.items() if now.get(claim) != volume}
            assert not lost, f"{name}: {lost}"
            if name.startswith("moved"):
                assert now == was, f"{name}: {now}"


# Values of a person who installs the chart and has no platform.toml.
VALUES = {
    "replicas": "components.web.replicas=3",
    "image": "components.web.image.tag=1.36.1",
    "resources": "components.store.resources.requests.memory=64Mi",
    "off": "components.stranger.enabled=false",
    "node": "nodeSelector.disk=ssd",
    "pull policy": "imagePullPolicy=Always",
    "egress": "networkPolicy.egress=strict",
    "no policies": "networkPolicy.enabled=false",
    "ingress": "ingress.enabled=true",
    "Prometheus operator": "monitoring.labels.release=prometheus",
    "another Secret": "existingSecret=by-hand",
}


def values_alone_upgrade() -> None:
    """Each upgrade takes one value back and sets the next."""
    namespace("values")
    chart = chart_of(SMALL)
    install(chart, "values")
    before = "nothing"
    for name, value in [*VALUES.items(), ("nothing", "")]:
        try:
            install(chart, "values", "--reset-values", *(["--set", value] if value else []))
        except AssertionError as error:
            raise AssertionError(f"{name}, after {before}: {error}") from error
        before = name


def the_steps_of_a_plan_lead_through() -> None:
    """Claims that a StatefulSet of several pods makes can't change by an upgrade: the plan says what to type before it."""
    space = "steps"
    namespace(space)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        several = file.read_text().replace(DATA, f"{DATA}\nreplicas = 2")
        file.write_text(several)
        volumes(space)
        options = ("--set", "storageClass=expandable")
        install(chart_of(project), space, *options)
        kubectl("--namespace", space, "wait", "pvc", "--all", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s")
        was = claims(space)
        assert len(was) == 2, was
        file.write_text(several.replace("1Gi", "2Gi"))
        said = compiled(project).stdout
        typed = [line.strip().split("   (")[0] for line in said.splitlines() if line.strip().startswith("kubectl ")]
        assert len(typed) == 2, said
        for number, step in [(number, step) for step in typed for number in range(2)]:
            words = step.replace("kubectl ", f"kubectl --namespace {space} ", 1).replace("store-0", f"store-{number}")
            if number == 0 or "store-1" in words:
                run("sh", "-c", words)
        install(chart_of(project), space, *options)
        assert claims(space) == was, claims(space)
        asked = "jsonpath={.items[*].spec.resources.requests.storage}"
        assert kubectl("--namespace", space, "get", "pvc", "--output", asked).split() == ["2Gi", "2Gi"]


def a_kept_claim_goes_to_another_release() -> None:
    """Helm refuses it first; then the command of the docs, or the name of the claim in the values, leads through."""
    space = "kept"
    namespace(space)
    volumes(space)
    options = ("--set", "storageClass=expandable")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        chart = chart_of(project)
        install(chart, space, *options)
        kubectl("--namespace", space, "wait", "pvc", "--all", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s")
        was = claims(space)
        run("helm", "uninstall", "r", "--namespace", space)
        assert claims(space) == was, claims(space)
        words = ["helm", "install", "other", str(chart), "--namespace", space, *options]
        refusal = run(*words, check=False)
        assert refusal.returncode and "invalid ownership metadata" in refusal.stderr, refusal.stderr
        run(*words, "--set", "volumes.store-data.existingClaim=store-data")
        mounted = kubectl("--namespace", space, "get", "statefulset", "store", "--output", "jsonpath={.spec.template.spec.volumes}")
        assert '"claimName":"store-data"' in mounted, mounted
        run("helm", "uninstall", "other", "--namespace", space)
        owner = ["meta.helm.sh/release-name=other", f"meta.helm.sh/release-namespace={space}"]
        kubectl("--namespace", space, "annotate", "pvc", "store-data", *owner, "--overwrite")
        run(*words)
        assert claims(space) == was, claims(space)


CHECKS: list[Callable[[], None]] = [
    every_change_upgrades,
    values_alone_upgrade,
    no_change_loses_a_claim,
    the_steps_of_a_plan_lead_through,
    a_kept_claim_goes_to_another_release,
]
