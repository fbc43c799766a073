"""What needs no node: installs on the API server, and what the chart answers to values."""

from __future__ import annotations

import base64
import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from commands import (
    PROJECT,
    SMALL,
    chart_of,
    containers_refused,
    containers_unrestricted,
    install,
    kubectl,
    namespace,
    refused,
    run,
    unrestricted,
    workloads,
)

# Workloads that Pod Security's `restricted` may not admit; each says in the chart why.
EXCEPTIONS = {"cadvisor", "filebeat", "node-exporter", "node-exporter-network"}



def reference_platform_is_restricted() -> None:
    namespace("reference")
    said = install(PROJECT / "generated/helm/mlops-crash-course", "reference")
    assert len(refused(said)) == len(EXCEPTIONS), said
    assert unrestricted(workloads("reference")) == EXCEPTIONS


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
            # PodMonitors belong to an operator that is not installed.
            said = install(chart_of(project), space, "--set", "monitoring.operator=false")
            made = workloads(space)
            assert len(refused(said)) <= len(unrestricted(made)), f"{file}\n{said}"
            unannounced = containers_refused(said) - containers_unrestricted(made)
            assert not unannounced, f"{file}: {unannounced} have no reason\n{said}"
            assert made, f"{file}: nothing was made"


def done_jobs_stay_done() -> None:
    """Another image to wait with, pull policy or pull secret, another name of the Secret, and another registry run no migration
    again."""
    namespace("jobs")
    chart = chart_of(SMALL)
    install(chart, "jobs")
    job = kubectl("--namespace", "jobs", "get", "job", "--output", "name")
    kubectl("--namespace", "jobs", "patch", job, "--subresource=status", "--type=merge", "--patch", json.dumps({"status": {
        "active": 0, "ready": 0, "succeeded": 1, "completionTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "conditions": [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")],
    }}))  # fmt: skip
    install(chart, "jobs", "--set", "waitImage=busybox:1.36.1", "--set", "imagePullPolicy=Always")
    install(chart, "jobs", "--set", "existingSecret=another")
    install(chart, "jobs", "--set-json", 'imagePullSecrets=[{"name":"registry"}]')
    assert kubectl("--namespace", "jobs", "get", "job", "--output", "name") == job
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        start = file.read_text()
        for registry in ('"registry.example.com/ml"', '{ "docker.io" = "mirror.example.com/hub" }'):
            file.write_text(start.replace('name = "small"', f'name = "small"\nregistry = {registry}'))
            install(chart_of(project), "jobs")
            image = kubectl("--namespace", "jobs", "get", "deployment", "stranger", "--output", "jsonpath={.spec.template.spec.containers[0].image}")
            assert image.endswith(".example.com/ml/busybox:1.37.0") or image == "mirror.example.com/hub/library/busybox:1.37.0", image
            assert kubectl("--namespace", "jobs", "get", "job", "--output", "name") == job, registry
        # Another image is another job.
        file.write_text(start.replace("busybox:1.37.0", "busybox:1.36.1"))
        install(chart_of(project), "jobs")
        assert kubectl("--namespace", "jobs", "get", "job", "--output", "name") != job


def a_pending_job_is_replaced() -> None:
    """One that can't start may get another template: under another name, as a pod template never changes."""
    namespace("pending")
    chart = chart_of(SMALL)
    install(chart, "pending")
    install(chart, "pending", "--set-json", 'imagePullSecrets=[{"name":"registry"}]')


def an_autoscaler_takes_over_what_runs() -> None:
    """The upgrade that adds it leaves as many pods as there are: without a number the server would make it one."""
    namespace("scaled")
    chart = chart_of(SMALL)
    install(chart, "scaled")
    kubectl("--namespace", "scaled", "scale", "deployment/web", "--replicas=4")
    for options in (["--set-json", 'components.web.hpa={"maxReplicas":9,"cpu":60}'], ["--set", "components.web.replicas=null"]):
        install(chart, "scaled", *options)
        asked = ("get", "deployment", "web", "--output", "jsonpath={.spec.replicas}")
        assert kubectl("--namespace", "scaled", *asked) == "4", options


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
        "sidecars": [{"name": "beside", "image": "busybox:1.37.0", "securityContext": {"runAsUser": 1000}}],
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
    assert pod["topologySpreadConstraints"][0]["labelSelector"] == deployment["spec"]["selector"], said
    assert pod["serviceAccountName"] == "web" and pod["priorityClassName"] == "system-node-critical"
    assert [container["name"] for container in pod["containers"]] == ["web", "beside"]
    beside = pod["containers"][1]["securityContext"]
    assert beside["capabilities"] == {"drop": ["ALL"]} and beside["runAsUser"] == 1000, beside
    assert pod["initContainers"][-1]["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}, pod["initContainers"]
    reason = deployment["spec"]["template"]["metadata"]["annotations"]["mlopsgen.io/unrestricted"]
    assert reason.startswith("its container before may run as root"), reason
    assert kubectl("--namespace", "usual", "get", "configmap", "own", "--output", "jsonpath={.data.a}") == "{{ b }}"
    assert kubectl("--namespace", "usual", "get", "hpa,pdb", "--output", "name").split() == [
        "horizontalpodautoscaler.autoscaling/web",
        "poddisruptionbudget.policy/web",
    ]
    least = kubectl("--namespace", "usual", "get", "hpa", "web", "--output", "jsonpath={.spec.minReplicas}")
    assert least == "2", f"{least}: the platform asks for two pods"


# Helm stores a release in a Secret. The API server takes no larger one (MaxSecretSize in pkg/apis/core/types.go of Kubernetes).
LIMIT = 1 << 20


def thousand() -> str:
    """A platform of a thousand components: stores, what reaches them, and what watches all of them."""
    out = ['[platform]', 'name = "big"', '[secrets]', 'password = { env = "PASSWORD" }', "[groups]", *(f'g{group} = "One of many"' for group in range(20))]
    for number in range(998):
        group, kind, store = number % 20, number % 10, number - number % 10
        if kind == 0:
            out += [f"[components.db-{number}]", 'kind = "postgres"', 'settings = { password = "${secrets.password}" }']
        elif kind == 1:
            out += [f"[components.cache-{number}]", 'kind = "redis"']
        else:
            out += [
                f"[components.app-{number}]",
                f'image = "team/app-{number}:1.{kind}.0"',
                'ports.http = 8000\nhealth = { http = "/health", port = "http" }\nmetrics = { port = "http" }',
                f'depends_on = ["db-{store}"]',
                f'env.DB = "postgresql://x:${{secrets.password}}@${{components.db-{store}.postgres.address}}/x"',
                f'env.CACHE = "${{components.cache-{store + 1}.redis.address}}"',
            ]
        out.append(f'group = "g{group}"')
    out += ["[components.prometheus]", 'kind = "prometheus"', 'group = "g0"']
    out += ["[components.grafana]", 'kind = "grafana"', 'group = "g0"', 'settings = { admin_password = "${secrets.password}" }']
    return "\n".join(out)


def a_thousand_components_install() -> None:
    """With room left for the platform to grow."""
    namespace("big")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "platform.toml").write_text(thousand())
        install(chart_of(Path(folder)), "big")
    asked = "jsonpath={.data.release}"
    release = base64.b64decode(kubectl("--namespace", "big", "get", "secret", "sh.helm.release.v1.r.v1", "--output", asked))
    assert len(release) < LIMIT * 8 // 10, f"the release takes {len(release)} of {LIMIT} bytes"
    made = kubectl("--namespace", "big", "get", "deploy,sts", "--output", "name").splitlines()
    assert len(made) > 1000, len(made)
    kubectl("delete", "namespace", "big", "--wait=false")


def values_that_lead_nowhere_are_errors() -> None:
    chart = chart_of(SMALL)
    for values, said in [
        (["ingress.enabled=true", "ingress.hosts.web.port=typo"], "names the port typo"),
        (["gateway.enabled=true"], "gateway.parentRefs is empty"),
        (["networkPolicy.extraIngress[0].to[0]=typo"], "names the workload typo"),
        (["networkPolicy.extraIngress[0].to[0]=web", "networkPolicy.extraIngress[0].ports[0]=typo"], "names the port typo"),
        (["components.store.volumes.data.size=2Gi"], "is the claim `volumes.store-data`, which stands alone"),
    ]:
        options = [word for value in values for word in ("--set", value)]
        done = run("helm", "template", "r", str(chart), *options, check=False)
        assert done.returncode and said in done.stderr, done.stderr


# Whoever may do everything in one namespace, and nothing elsewhere.
TENANT = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: tenant, namespace: tenant }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin }
subjects: [{ kind: User, name: tenant, apiGroup: rbac.authorization.k8s.io }]
"""


def who_may_not_ask_for_the_api_reads_what_to_set() -> None:
    """Rights in one's own namespace alone lead to no addresses of the API server. Without that question the chart installs."""
    namespace("tenant")
    run("kubectl", "apply", "--filename", "-", text=TENANT)
    chart = chart_of(SMALL)
    words = ["helm", "upgrade", "--install", "r", str(chart), "--namespace", "tenant", "--kube-as-user", "tenant"]
    refusal = run(*words, "--set", "networkPolicy.apiServer.lookup=true", check=False)
    assert refusal.returncode and "set networkPolicy.apiServer.cidrs, or its lookup to false" in refusal.stderr, refusal.stderr
    for value in ("networkPolicy.apiServer.lookup=false", "networkPolicy.apiServer.cidrs={10.96.0.1/32}"):
        said = run(*words, "--reset-values", "--set", value).stdout
        assert ("was not asked for the addresses" in said) == value.endswith("false"), said


CHECKS: list[Callable[[], None]] = [
    reference_platform_is_restricted,
    every_example_installs,
    a_thousand_components_install,
    what_charts_usually_take_is_taken,
    values_that_lead_nowhere_are_errors,
    done_jobs_stay_done,
    an_autoscaler_takes_over_what_runs,
    a_pending_job_is_replaced,
    who_may_not_ask_for_the_api_reads_what_to_set,
]
