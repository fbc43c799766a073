"""What needs a node: an ingress controller that runs in the cluster, HAProxy's, and requests to it from outside of the pods."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from commands import HERE, PROGRAM, chart_of, definitions, eventually, install, kubectl, namespace, ready, run

SPACE = "published"
# Not the namespace that the chart lets in unless told otherwise.
CONTROLLER = "door"
HOST, SECOND = "ml.example.com", "second.example.com"

OBJECTS = """
apiVersion: v1
kind: ServiceAccount
metadata: { name: controller, namespace: door }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: door }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: controller, namespace: door }]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: haproxy }
spec: { controller: haproxy-ingress.github.io/controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: haproxy }
spec: { controllerName: haproxy-ingress.github.io/controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: door }
spec:
  gatewayClassName: haproxy
  listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
---
apiVersion: v1
kind: Pod
metadata: { name: controller, namespace: door }
spec:
  serviceAccountName: controller
  terminationGracePeriodSeconds: 1
  volumes: [{ name: etc, emptyDir: {} }, { name: lib, emptyDir: {} }, { name: run, emptyDir: {} }]
  containers:
    - name: controller
      image: localhost/haproxy-ingress:1
      command: [sh, -c, cp -R /etc/lua /etc/haproxy/ && exec /haproxy-ingress --ingress-class=haproxy --watch-gateway]
      env:
        - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
      volumeMounts: [{ name: etc, mountPath: /etc/haproxy }, { name: lib, mountPath: /var/lib/haproxy }, { name: run, mountPath: /var/run/haproxy }]
"""


class Door:
    """The controller's pod, and the authority that its clients trust."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "ca.crt"
        self.address = ""

    def asks(self, url: str, *options: str) -> str:
        """The status of an answer and its text; nothing where there is no answer."""
        host = url.split("/")[2]
        to = [word for port in (80, 443) for word in ("--resolve", f"{host}:{port}:{self.address}")]
        words = ["--silent", "--max-time", "8", "--cacert", str(self.authority), "--write-out", " %{http_code}", *to, *options, url]
        text, _, status = run("curl", *words, check=False).stdout.rpartition(" ")
        return f"{status} {text.strip()}" if status != "503" else status

    def answers(self, url: str, expected: str) -> None:
        eventually(60, lambda: f"{url}: {self.asks(url)}", lambda said: said == f"{url}: {expected}")


def certificate(folder: Path, *hosts: str) -> str:
    """One for all hosts, from an authority of its own: the certificate, its chain and the key as one text."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=door", "-keyout", "own.key", "-out", "own.csr")
    names = ",".join(f"DNS:{host}" for host in hosts)
    (folder / "names").write_text(f"subjectAltName={names}\n")
    signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
    openssl("x509", "-req", "-in", "own.csr", *signing, "-out", "own.crt")
    return "".join((folder / name).read_text() for name in ("own.crt", "ca.crt", "own.key"))


def serves_an_older_version() -> None:
    """The controller asks for the Gateway API as it was before its first release. What it reads of it has the same form."""
    for kind in ("gatewayclasses", "gateways", "httproutes"):
        name = f"{kind}.gateway.networking.k8s.io"
        versions = json.loads(kubectl("get", "crd", name, "--output", "json"))["spec"]["versions"]
        older = next(version for version in versions if version["storage"]) | {"name": "v1alpha2", "storage": False}
        patch = [{"op": "add", "path": "/spec/versions/-", "value": older}]
        kubectl("patch", "crd", name, "--type=json", "--patch", json.dumps(patch))


def requests_come_through_a_controller() -> None:
    definitions()
    serves_an_older_version()
    namespace(CONTROLLER)
    namespace(SPACE, level="restricted")
    eventually(60, lambda: run("kubectl", "apply", "--filename", "-", text=OBJECTS, check=False), lambda done: done.returncode == 0)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        door, project = Door(folder), folder / "published"
        shutil.copytree(HERE / "published", project, ignore=shutil.ignore_patterns("generated"))
        variables = os.environ | {"ML_TLS": certificate(folder, HOST, SECOND)}
        secret = subprocess.run([str(PROGRAM), "env", "secret", "-C", str(project)], env=variables, check=True, capture_output=True, text=True)
        run("kubectl", "--namespace", SPACE, "apply", "--filename", "-", text=secret.stdout)
        chart = chart_of(project)
        install(chart, SPACE, "--set", "ingress.className=haproxy")
        ready(SPACE)
        kubectl("--namespace", CONTROLLER, "wait", "pod/controller", "--for=condition=Ready", "--timeout=60s")
        door.address = kubectl("--namespace", CONTROLLER, "get", "pod", "controller", "--output", "jsonpath={.status.podIP}")
        by_ingress(door, chart)
        by_gateway(door, chart)


def lets_in(space: str) -> str:
    return json.dumps([{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space}}}])


def by_ingress(door: Door, chart: Path) -> None:
    """Another namespace than the controller's is let in at first: the route is there, and its pods are not to be reached."""
    door.answers(f"https://{HOST}/", "503")
    install(chart, SPACE, "--reuse-values", "--set-json", f"networkPolicy.controller={lets_in(CONTROLLER)}")
    for url, expected in {
        f"https://{HOST}/": "200 whole",
        f"https://{HOST}/kept/": "200 kept",
        f"https://{HOST}/taken/": "200 taken",
        f"https://{HOST}/taken/cgi-bin/prefix": "200 /taken",
        f"https://{HOST}/other": "404",
        f"https://{SECOND}/": "200 second",
        f"https://{SECOND}/kept/": "404",
    }.items():
        if expected == "404":
            eventually(60, lambda url=url: door.asks(url), lambda said: said.startswith("404"))
        else:
            door.answers(url, expected)
    assert door.asks(f"http://{HOST}/").startswith("302"), "plain HTTP is not redirected"
    # It is let in to what is published, and to nothing else.
    for service, is_open in (("whole", True), ("hidden", False)):
        words = ["exec", "controller", "--", "nc", "-z", "-w", "2", f"{service}.{SPACE}.svc.cluster.local", "8080"]
        reached = run("kubectl", "--namespace", CONTROLLER, *words, check=False).returncode == 0
        assert reached == is_open, f"{service}: {reached}"


def by_gateway(door: Door, chart: Path) -> None:
    """The same hosts and paths by HTTPRoutes alone. This controller has no filters, so nothing takes a path away."""
    values = ["ingress.enabled=false", "gateway.enabled=true", "gateway.parentRefs[0].name=public", f"gateway.parentRefs[0].namespace={CONTROLLER}"]
    install(chart, SPACE, "--reuse-values", *(word for value in values for word in ("--set", value)))
    for url, expected in {
        f"http://{HOST}/": "200 whole",
        f"http://{HOST}/kept/": "200 kept",
        f"http://{SECOND}/": "200 second",
    }.items():
        door.answers(url, expected)
    # This controller may go on to offer a route that is gone, and then nobody lets it in.
    install(chart, SPACE, "--reuse-values", "--set", "gateway.enabled=false")
    eventually(60, lambda: door.asks(f"http://{HOST}/"), lambda said: said[:3] in ("404", "503"))


CHECKS: list[Callable[[], None]] = [requests_come_through_a_controller]
