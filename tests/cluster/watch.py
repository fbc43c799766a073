"""What needs a node and what watches it: kube-state-metrics, the kubelet and its cAdvisor, the exporter of the machine."""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import HERE, chart_of, eventually, install, kubectl, namespace, ready, run

SPACE = "watch"

# Series that rules and dashboards of the kinds read.
SERIES = [
    "kube_deployment_spec_replicas",
    "kube_deployment_status_replicas_available",
    "kube_statefulset_status_replicas_ready",
    "kube_daemonset_status_desired_number_scheduled",
    "kube_persistentvolumeclaim_status_phase",
    "kube_pod_container_status_restarts_total",
    "kube_pod_status_phase",
    'kubelet_volume_stats_available_bytes{namespace="watch"}',
    'kubelet_volume_stats_inodes_free{namespace="watch"}',
    'container_cpu_usage_seconds_total{namespace="watch",container="prometheus"}',
    'container_memory_working_set_bytes{namespace="watch",container="prometheus"}',
    "node_filesystem_avail_bytes",
    "node:cpu_utilisation:ratio",
    "node:memory_utilisation:ratio",
]

FAILING = """
apiVersion: batch/v1
kind: Job
metadata: { name: fails }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: fails, image: "busybox:1.37.0", command: [sh, -c, exit 1] }]
"""


def prometheus(path: str, **parameters: str) -> Any:
    """The `data` of an answer of Prometheus' API; nothing while it does not answer, as right after its start."""
    address = kubectl("--namespace", SPACE, "get", "service", "prometheus", "--output", "jsonpath={.spec.clusterIP}")
    url = f"http://{address}:9090/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    said = run("curl", "--silent", url, check=False).stdout
    return json.loads(said)["data"] if said.startswith("{") else {}


def what_watches_the_cluster_runs() -> None:
    """The kubelet asks the API server whether Prometheus may read its metrics, as in any cluster."""
    namespace(SPACE)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "watch"
        shutil.copytree(HERE / "watch", project, ignore=shutil.ignore_patterns("generated"))
        install(chart_of(project), SPACE)
    ready(SPACE, seconds=300)
    for name in ("machine", "machine-network", "reader"):
        kubectl("--namespace", SPACE, "rollout", "status", f"daemonset/{name}", "--timeout=120s")
    expected = dict.fromkeys(["counted", "machine", "machine-network", "nodes/cadvisor", "nodes/kubelet", "prometheus", "state"], "up")

    def states() -> dict[str, str]:
        return {target["labels"]["job"]: target["health"] for target in prometheus("targets").get("activeTargets", [])}

    eventually(180, states, lambda found: found == expected)


def each_replica_is_scraped() -> None:
    """An autoscaler, too, asks for more pods than the chart says."""
    kubectl("--namespace", SPACE, "scale", "deployment/counted", "--replicas=3")

    def answering() -> list[str]:
        found = prometheus("query", query='up{job="counted"} == 1').get("result", [])
        return [series["metric"]["instance"] for series in found]

    eventually(180, answering, lambda found: len(set(found)) == 3)


def every_series_arrives() -> None:
    def missing() -> list[str]:
        return [query for query in SERIES if not prometheus("query", query=query).get("result")]

    eventually(180, missing, lambda found: not found)


def every_rule_is_evaluated() -> None:
    """Without an error; and the alert about a failed job is there once one has failed."""
    run("kubectl", "--namespace", SPACE, "apply", "--filename", "-", text=FAILING)

    def rules() -> list[dict[str, Any]]:
        return [rule for group in prometheus("rules").get("groups", []) for rule in group["rules"]]

    def faults() -> list[str]:
        return [f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}" for rule in rules() if rule["health"] != "ok"]

    eventually(180, faults, lambda found: not found)
    assert len(rules()) > 20, rules()

    def firing() -> list[str]:
        return [rule["name"] for rule in rules() if rule.get("state") == "firing"]

    eventually(180, firing, lambda found: "KubeJobFailed" in found)


def daemons_see_their_node() -> None:
    listed = kubectl("--namespace", SPACE, "exec", "daemonset/reader", "--", "ls", "/logs")
    assert "prometheus-0_watch_prometheus-" in listed, listed
    node = kubectl("get", "nodes", "--output", "jsonpath={.items[0].metadata.name}")
    asked = prometheus("query", query='up{job=~"machine.*"}')["result"]
    names = {series["metric"]["job"]: series["metric"]["instance"] for series in asked}
    assert names == {"machine": node, "machine-network": node}, names
    memory = prometheus("query", query="node_memory_MemTotal_bytes")["result"][0]["value"][1]
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    assert float(memory) == int(total.split()[1]) * 1024, f"{memory}: {total}"
    mounted = prometheus("query", query='node_filesystem_size_bytes{mountpoint="/"}')["result"]
    assert mounted, "the machine's root is not seen"


CHECKS: list[Callable[[], None]] = [
    what_watches_the_cluster_runs,
    each_replica_is_scraped,
    every_series_arrives,
    every_rule_is_evaluated,
    daemons_see_their_node,
]
