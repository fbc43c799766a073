"""What needs a node: Traefik in a pod, as a controller of Ingresses and of a Gateway, and as an entry point with a log-in."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from commands import CACHE, HERE, PROGRAM, chart_of, definitions, eventually, install, kubectl, namespace, ready, run
from published import HOST, SECOND, Door, certificate, lets_in

# Where the controller runs, and the namespaces of the platforms behind it.
CONTROLLER, PUBLISHED, LOGIN = "traefik", "by-traefik", "login"

OBJECTS = """
apiVersion: v1
kind: ServiceAccount
metadata: { name: controller, namespace: traefik }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: traefik }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: controller, namespace: traefik }]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: traefik }
spec: { controller: traefik.io/ingress-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: traefik }
spec: { controllerName: traefik.io/gateway-controller }
---
apiVersion: v1
kind: Pod
metadata: { name: controller, namespace: traefik }
spec:
  serviceAccountName: controller
  terminationGracePeriodSeconds: 1
  containers:
    - name: controller
      image: docker.io/library/traefik:v3.7.13
      command:
        - traefik
        - --entrypoints.web.address=:80
        - --entrypoints.websecure.address=:443
        - --entrypoints.websecure.http.tls=true
        - --providers.kubernetesingress=true
        - --providers.kubernetescrd=true
        - --providers.kubernetesgateway=true
        - --global.checknewversion=false
        - --ping=true
        - --ping.entrypoint=web
      readinessProbe: { httpGet: { path: /ping, port: 80 }, periodSeconds: 1 }
"""

# Beside the chart, where the certificate is.
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public }
spec:
  gatewayClassName: traefik
  listeners:
    - { name: http, port: 80, protocol: HTTP }
    - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: ml-tls }] } }
"""

# In the place of an answer's text: where it leads.
LEADS = ["--output", "/dev/null", "--write-out", "%{redirect_url} %{http_code}"]

# What both forms lead to; the path with `strip` is told to the program.
ANSWERS = {
    f"https://{HOST}/": "200 whole",
    f"https://{HOST}/kept/": "200 kept",
    f"https://{HOST}/taken/": "200 taken",
    f"https://{HOST}/taken/cgi-bin/prefix": "200 /taken",
    f"https://{SECOND}/": "200 second",
}


def load(image: str) -> None:
    with (CACHE / "images" / f"{image}.tar").open("rb") as tar:
        subprocess.run([str(HERE / "cluster"), "load"], stdin=tar, check=True, capture_output=True)


def controller() -> None:
    """Starts it; the second time it runs."""
    if kubectl("get", "namespace", CONTROLLER, "--ignore-not-found"):
        return
    # The other controller's check has added a version to some.
    if not kubectl("get", "crd", "middlewares.traefik.io", "--ignore-not-found"):
        definitions()
    load("traefik")
    namespace(CONTROLLER)
    eventually(60, lambda: run("kubectl", "apply", "--filename", "-", text=OBJECTS, check=False), lambda done: done.returncode == 0)
    kubectl("--namespace", CONTROLLER, "wait", "pod/controller", "--for=condition=Ready", "--timeout=90s")


def installed(name: str, space: str, folder: Path, hosts: list[str], variables: dict[str, str]) -> tuple[Door, Path]:
    """Installs a platform behind the controller, with its Secret and a certificate of an authority made for it. Traefik has one
    certificate for a host, whoever asks: each platform has hosts of its own."""
    door, project = Door(folder), folder / name
    shutil.copytree(HERE / name, project, ignore=shutil.ignore_patterns("generated"))
    known = os.environ | variables | {"ML_TLS": certificate(folder, *hosts)}
    secret = subprocess.run([str(PROGRAM), "env", "secret", "-C", str(project)], env=known, check=True, capture_output=True, text=True)
    run("kubectl", "--namespace", space, "apply", "--filename", "-", text=secret.stdout)
    chart = chart_of(project)
    lets = ["--set-json", f"networkPolicy.controller={lets_in(CONTROLLER)}"]
    install(chart, space, "--set", "ingress.className=traefik", *lets)
    ready(space)
    door.address = kubectl("--namespace", CONTROLLER, "get", "pod", "controller", "--output", "jsonpath={.status.podIP}")
    return door, chart


def is_sent_on(door: Door, url: str) -> None:
    """Plain HTTP leads to the same address by HTTPS."""
    eventually(60, lambda: door.asks(f"http://{url}", *LEADS), lambda said: said == f"301 https://{url}")


def requests_come_through_traefik() -> None:
    controller()
    namespace(PUBLISHED, level="restricted")
    with tempfile.TemporaryDirectory() as text:
        door, chart = installed("published", PUBLISHED, Path(text), [HOST, SECOND], {})
        for url, expected in ANSWERS.items():
            door.answers(url, expected)
        for url in (f"{HOST}/", f"{HOST}/taken/x?y=1", f"{SECOND}/"):
            is_sent_on(door, url)
        install(chart, PUBLISHED, "--reuse-values", "--set", "ingress.redirect=false")
        door.answers(f"http://{HOST}/", "200 whole")
        by_gateway(door, chart)


def by_gateway(door: Door, chart: Path) -> None:
    """The same by HTTPRoutes: those of the platform at the listener of HTTPS, and at the plain one what leads there."""
    run("kubectl", "--namespace", PUBLISHED, "apply", "--filename", "-", text=GATEWAY)
    values = ["ingress.enabled=false", "ingress.redirect=true", "gateway.enabled=true", "gateway.parentRefs[0].name=public", "gateway.redirectRefs[0].name=public", "gateway.redirectRefs[0].sectionName=http"]
    words = [word for value in values for word in ("--set", value)]
    try:
        install(chart, PUBLISHED, "--reuse-values", *words)
    except AssertionError as error:
        assert "gateway.parentRefs takes every listener of the Gateway public" in str(error), error
    else:
        raise AssertionError("routes at every listener leave nothing to be sent on")
    install(chart, PUBLISHED, "--reuse-values", *words, "--set", "gateway.parentRefs[0].sectionName=https")
    for url, expected in ANSWERS.items():
        door.answers(url, expected)
    for url in (f"{HOST}/", f"{HOST}/taken/x?y=1", f"{SECOND}/"):
        is_sent_on(door, url)


def a_login_stands_before_a_route() -> None:
    """The controller leads to the platform's own entry point, which asks the log-in before every request."""
    controller()
    load("oauth2-proxy")
    namespace(LOGIN, level="baseline")
    host, password = "login.example.com", "not-a-secret"
    hashed = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
    people = {"PEOPLE": f"ada:{{SHA}}{hashed}\n", "CLIENT_SECRET": "x", "LOGIN_COOKIE_SECRET": "0123456789abcdef"}
    with tempfile.TemporaryDirectory() as text:
        door, _ = installed("login", LOGIN, Path(text), [host], people)
        url = f"https://{host}/cgi-bin/who"
        is_sent_on(door, f"{host}/cgi-bin/who")
        forged = ["--header", "X-Auth-Request-User: forged"]
        door.answers(f"https://{host}/oauth2/auth", "401 Unauthorized")
        said = door.asks(url, *forged, *LEADS)
        assert said.startswith("302 https://accounts.example.com/login?"), said
        assert f"redirect_uri=https%3A%2F%2F{host}%2Foauth2%2Fcallback" in said, said
        wrong = door.asks(url, "--user", "ada:wrong", "--output", "/dev/null")
        assert wrong.startswith(("302", "401")), wrong
        said = door.asks(url, *forged, "--user", f"ada:{password}")
        assert said == f"200 ada https {host}", said


CHECKS: list[Callable[[], None]] = [requests_come_through_traefik, a_login_stands_before_a_route]
