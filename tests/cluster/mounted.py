"""What pods mount: configuration from ConfigMaps, whatever the targets of the platform, and the volume of a driver that makes the Secret."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from commands import chart_of, install, kubectl, namespace

WATCHED = """[platform]
name = "watched"
targets = ["compose", "helm"]
[secrets]
password = { env = "PASSWORD" }
[groups]
one = "All of it"
[components.db]
kind = "postgres"
group = "one"
settings = { password = "${secrets.password}" }
[components.airflow]
kind = "airflow"
group = "one"
uses.database = "db"
settings = { admin_user = "admin", admin_password = "${secrets.password}" }
[components.alertmanager]
kind = "alertmanager"
group = "one"
[components.prometheus]
kind = "prometheus"
group = "one"
uses.alertmanager = "alertmanager"
[components.grafana]
kind = "grafana"
group = "one"
uses.datasource = ["prometheus"]
settings = { admin_password = "${secrets.password}" }
[components.api]
image = "busybox:1.37.0"
group = "one"
ports.http = 8000
metrics.port = "http"
files."/etc/api/limits" = { content = "ten" }
[pipelines.train]
schedule = "@daily"
start = 2026-01-01
image = "busybox:1.37.0"
tasks.fit = { run = "true" }
"""


def installed(space: str, text: str, *options: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "watched"
        project.mkdir()
        (project / "platform.toml").write_text(text)
        return install(chart_of(project), space, *options)


def pods_of(space: str) -> dict[str, dict[str, Any]]:
    listed = json.loads(kubectl("--namespace", space, "get", "deploy,sts,ds,job", "--selector=app.kubernetes.io/part-of", "--output", "json"))
    return {item["metadata"]["labels"]["app.kubernetes.io/name"]: item["spec"]["template"]["spec"] for item in listed["items"]}


def mounted(space: str) -> dict[str, dict[str, str]]:
    """The text of each file by workload and path. Each is a key of a ConfigMap that is there."""
    listed = json.loads(kubectl("--namespace", space, "get", "configmap", "--output", "json"))
    maps = {item["metadata"]["name"]: item.get("data", {}) | item.get("binaryData", {}) for item in listed["items"]}
    out: dict[str, dict[str, str]] = {}
    for workload, pod in pods_of(space).items():
        files = out.setdefault(workload, {})
        paths = {(mount["name"], mount.get("subPath")): mount["mountPath"] for container in pod["containers"] for mount in container.get("volumeMounts", [])}
        for volume in pod.get("volumes", []):
            sources = [source["configMap"] for source in volume.get("projected", {}).get("sources", []) if "configMap" in source]
            for source in sources:
                if source["name"] == "kube-root-ca.crt":
                    continue
                for item in source["items"]:
                    top, _, below = item["path"].partition("/")
                    path = paths[volume["name"], top]
                    files[f"{path}/{below}" if below else path] = maps[source["name"]][item["key"]]
    return out


def what_is_mounted_does_not_ask_for_its_target() -> None:
    """Without the targets `prometheus`, `grafana` and `airflow` the programs have the same files as with them."""
    found = {}
    for space, targets in (("mounted", 'targets = ["compose", "helm"]\n'), ("mounted-all", "")):
        namespace(space)
        installed(space, WATCHED.replace('targets = ["compose", "helm"]\n', targets))
        found[space] = mounted(space)
    files = found["mounted"]
    everywhere = {workload: {path: text.replace("mounted-all", "mounted") for path, text in texts.items()} for workload, texts in found["mounted-all"].items()}
    assert files == everywhere, {name: set(files[name]) ^ set(everywhere[name]) for name in files}
    empty = [path for texts in files.values() for path, text in texts.items() if not text.strip()]
    assert not empty, empty
    jobs = yaml.safe_load(files["prometheus"]["/etc/prometheus/prometheus.yml"])["scrape_configs"]
    assert {"api", "grafana", "prometheus"} <= {job["job_name"] for job in jobs}, jobs
    rules = [path for path in files["prometheus"] if path.startswith("/etc/prometheus/rules/")]
    assert rules and all(yaml.safe_load(files["prometheus"][path])["groups"] for path in rules), rules
    boards = [text for path, text in files["grafana"].items() if path.endswith(".json")]
    assert boards and all(json.loads(text)["panels"] for text in boards), files["grafana"].keys()
    sources = [yaml.safe_load(text) for path, text in files["grafana"].items() if "/datasources/" in path]
    assert sources[0]["datasources"][0]["url"] == "http://prometheus:9090", sources
    assert yaml.safe_load(files["alertmanager"]["/etc/alertmanager/alertmanager.yml"])["route"], files["alertmanager"]
    pipelines = [text for path, text in files["airflow-dag-processor"].items() if path.endswith("train.py")]
    assert pipelines and '"fit"' in pipelines[0], files["airflow-dag-processor"].keys()
    compile(pipelines[0], "train.py", "exec")
    assert files["api"] == {"/etc/api/limits": "ten"}, files["api"]


def reads_secret(container: dict[str, Any], pod: dict[str, Any]) -> bool:
    """By a variable, or by a file."""
    from_secret = {volume["name"] for volume in pod.get("volumes", []) if any("secret" in source for source in volume.get("projected", {}).get("sources", []))}
    by_file = any(mount["name"] in from_secret for mount in container.get("volumeMounts", []))
    return by_file or any("secretKeyRef" in variable.get("valueFrom", {}) for variable in container.get("env", []))


def a_driver_that_makes_the_secret_is_mounted_by_who_reads_it() -> None:
    """The server takes the volumes of the Secrets Store CSI driver; the driver itself belongs to the node, which is not here."""
    namespace("driver")
    said = installed("driver", WATCHED, "--set", "secretsStore.providerClass=vault")
    assert "unknown field" not in said, said
    pods = pods_of("driver")
    readers = {name for name, pod in pods.items() if any(reads_secret(container, pod) for container in pod["containers"])}
    assert {"db", "grafana"} <= readers and not readers & {"api", "prometheus"}, readers
    for name, pod in pods.items():
        drivers = [volume["csi"] for volume in pod.get("volumes", []) if "csi" in volume]
        wanted = {"driver": "secrets-store.csi.k8s.io", "readOnly": True, "volumeAttributes": {"secretProviderClass": "vault"}}
        assert drivers == ([wanted] if name in readers else []), f"{name}: {drivers}"
        for container in pod["containers"]:
            mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
            assert ("mlopsgen-secrets-store" in mounts) == reads_secret(container, pod), f"{name}: {mounts}"


CHECKS: list[Callable[[], None]] = [
    what_is_mounted_does_not_ask_for_its_target,
    a_driver_that_makes_the_secret_is_mounted_by_who_reads_it,
]
