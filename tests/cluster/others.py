"""What the chart makes for operators and controllers of others, against their own definitions on the server, which prunes
and warns of what it does not know."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from commands import HERE, PROGRAM, PROJECT, chart_of, definitions, install, kubectl, namespace


# Where an Ingress names Traefik's Middlewares.
MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"


def an_operator_takes_what_the_chart_makes() -> None:
    definitions()
    namespace("operators")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "operators"
        shutil.copytree(PROJECT / "tests/cases/operators", project, ignore=shutil.ignore_patterns("expected*", "generated"))
        said = install(chart_of(project), "operators")
    assert "unknown field" not in said, said
    asked = "jsonpath={.spec.instances} {.spec.storage.size} {.spec.bootstrap.initdb.owner} {.spec.bootstrap.initdb.secret.name}"
    assert kubectl("--namespace", "operators", "get", "clusters.postgresql.cnpg.io", "db", "--output", asked) == "3 20Gi lab db-chart"
    service = json.loads(kubectl("--namespace", "operators", "get", "service", "db", "--output", "json"))
    assert service["spec"]["selector"] == {"cnpg.io/cluster": "db", "cnpg.io/instanceRole": "primary"}


def a_door_is_published_both_ways() -> None:
    """By Ingresses, with what Traefik takes a path away by; or by routes of a Gateway. Each names its host and its path."""
    definitions()
    # What a person adds goes behind the chart's own.
    added = json.dumps({MIDDLEWARES: "door-login@kubernetescrd, door-more@kubernetescrd"})
    by_ingress = ("--set", "ingress.className=traefik", "--set-json", f"ingress.annotations={added}")
    by_gateway = ("--set", "gateway.enabled=true", "--set", "gateway.parentRefs[0].name=public")
    middlewares = ["Middleware", "Middleware"]
    published("door", by_ingress, ["Ingress", "Ingress", *middlewares])
    published("gate", by_gateway, ["HTTPRoute", "HTTPRoute"])


def published(space: str, options: tuple[str, ...], expected: list[str]) -> None:
    """Installs the platform `door` with these values, and holds each object that publishes it to its host and path."""
    namespace(space)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "door"
        shutil.copytree(HERE / "door", project, ignore=shutil.ignore_patterns("generated"))
        said = install(chart_of(project), space, *options)
    assert "unknown field" not in said, said
    items = json.loads(kubectl("--namespace", space, "get", "ingress,httproutes,middlewares.traefik.io", "--output", "json"))["items"]
    kinds = sorted(item["kind"] for item in items)
    assert kinds == expected, kinds
    paths = set()
    for item in items:
        spec = item["spec"]
        if item["kind"] == "Ingress":
            host, path = spec["rules"][0]["host"], spec["rules"][0]["http"]["paths"][0]["path"]
            first, *others = item["metadata"]["annotations"][MIDDLEWARES].split(",")
            assert first == "door-door-https@kubernetescrd" and others[-2:] == ["door-login@kubernetescrd", "door-more@kubernetescrd"], item
            assert spec["ingressClassName"] == "traefik" and spec["tls"] == [{"hosts": [host], "secretName": "door-tls"}], spec
        elif item["kind"] == "HTTPRoute":
            host, path = spec["hostnames"][0], spec["rules"][0]["matches"][0]["path"]["value"]
            assert spec["parentRefs"][0]["name"] == "public", spec
        else:
            assert spec in ({"stripPrefix": {"prefixes": ["/api"]}}, {"redirectScheme": {"scheme": "https", "permanent": True}}), spec
            continue
        paths.add((host, path))
    assert paths == {("ml.example.com", "/api"), ("ml.example.com", "/prometheus")}, paths


def tools_that_install_from_git_take_their_objects() -> None:
    """Argo CD's and Flux' own definitions accept each environment's; a field that they do not know is an error."""
    definitions()
    for space in ("argocd", "flux-system"):
        namespace(space)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "door"
        shutil.copytree(HERE / "door", project, ignore=shutil.ignore_patterns("generated"))
        subprocess.run([str(PROGRAM), "apply", "--yes", "--all-envs", "-C", str(project)], check=True, capture_output=True)
        files = sorted(project.glob("generated/**/gitops/*.yaml"))
        assert [file.name for file in files] == ["argocd.yaml", "flux.yaml"], files
        for file in files:
            kubectl("create", "--validate=strict", "--filename", str(file))
    named = kubectl("get", "applications.argoproj.io,gitrepositories,helmreleases", "--all-namespaces", "--output", "name").split()
    assert named == [
        "application.argoproj.io/door",
        "gitrepository.source.toolkit.fluxcd.io/door-production",
        "helmrelease.helm.toolkit.fluxcd.io/door-production",
    ], named


CHECKS: list[Callable[[], None]] = [
    an_operator_takes_what_the_chart_makes,
    a_door_is_published_both_ways,
    tools_that_install_from_git_take_their_objects,
]
