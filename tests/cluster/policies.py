"""What needs a node: who reaches whom in the small platform, from its own pods and from other namespaces.

A refusal counts only where the port listens: `nobody_is_refused_by_a_closed_port` proves that first.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import SMALL, chart_of, eventually, install, kubectl, namespace, ready, run, start

# Where a pod stands for the ingress controller: the namespace that the chart names unless told otherwise.
CONTROLLER = "ingress-nginx"
ELSEWHERE = "elsewhere"
API_SERVER = ("10.96.0.1", 443)
OUTSIDE = "172.31.254.2"

# It listens where a DNS server would, and on a further port of an API server.
LISTENS = "for port in 53 6443; do /bin/busybox httpd -p $port -h /tmp; done; exec sleep 36000"


def reaches(space: str, pod: str, host: str, port: int) -> bool:
    return run("kubectl", "--namespace", space, "exec", pod, "--", "nc", "-z", "-w", "2", host, str(port), check=False).returncode == 0


def expect(found: dict[tuple[str, str, str, int], bool]) -> None:
    """Asks for each `(namespace, pod, host, port)`, some seconds where a policy may still be on its way."""
    for asked, expected in found.items():
        eventually(20, lambda asked=asked: (*asked, reaches(*asked)), lambda said, expected=expected: said[-1] == expected)


def service(name: str, space: str = "small") -> str:
    return f"{name}.{space}.svc.cluster.local"


def address_of(space: str, pod: str) -> str:
    return kubectl("--namespace", space, "get", "pod", pod, "--output", "jsonpath={.status.podIP}")


def nobody_is_refused_by_a_closed_port() -> None:
    for workload, port in [("statefulset/store", 8080), ("statefulset/store", 9090), ("deployment/web", 8080)]:
        assert reaches("small", workload, "127.0.0.1", port), f"{workload} does not listen on {port}"
    for space in (CONTROLLER, ELSEWHERE):
        namespace(space)
        kubectl("--namespace", space, "run", "guest", "--image=busybox:1.37.0", "--", "sh", "-c", LISTENS)
    for space in (CONTROLLER, ELSEWHERE):
        kubectl("--namespace", space, "wait", "pod/guest", "--for=condition=Ready", "--timeout=60s")
        expect({(space, "guest", address_of(ELSEWHERE, "guest"), port): True for port in (53, 6443)})


def policies_hold_exactly_the_edges() -> None:
    guest = address_of(ELSEWHERE, "guest")
    expect({
        ("small", "deployment/web", "store", 8080): True,
        ("small", "deployment/web", "store", 9090): False,
        ("small", "deployment/stranger", "store", 8080): False,
        ("small", "deployment/stranger", "web", 8080): False,
        ("small", "deployment/stranger", guest, 6443): False,
        (ELSEWHERE, "guest", service("store"), 8080): False,
        (ELSEWHERE, "guest", service("web"), 8080): False,
    })  # fmt: skip


def only_the_clusters_dns_is_asked() -> None:
    guest = address_of(ELSEWHERE, "guest")
    for pod in ("deployment/web", "deployment/stranger"):
        expect({("small", pod, "10.96.0.10", 53): True, ("small", pod, guest, 53): False})


def only_who_waits_for_a_job_asks_the_api_server() -> None:
    """And nothing else that listens on its ports: a value says its addresses, or lets the release ask the cluster for them. Without
    either every private address is open to who waits."""
    addresses = kubectl("get", "endpointslices", "kubernetes", "--output", "jsonpath={.endpoints[*].addresses[*]}").split()
    cidrs = [f"{address}/32" for address in addresses]
    guest = address_of(ELSEWHERE, "guest")
    for options, is_open in [
        ([], True),
        (["--set", "networkPolicy.apiServer.lookup=true"], False),
        (["--set-json", f"networkPolicy.apiServer={json.dumps({'cidrs': cidrs})}"], False),
    ]:
        install(chart_of(SMALL), "small", "--reset-values", *options)
        expect({
            ("small", "deployment/web", *API_SERVER): True,
            ("small", "deployment/web", guest, 6443): is_open,
            ("small", "deployment/stranger", *API_SERVER): False,
            ("small", "statefulset/store", *API_SERVER): False,
        })  # fmt: skip
    install(chart_of(SMALL), "small", "--reset-values")


def only_the_controller_reaches_what_is_published() -> None:
    """`web` publishes a port, `store` none. Before the ingress is on, nothing is published."""
    expect({(CONTROLLER, "guest", service("web"), 8080): False})
    install(chart_of(SMALL), "small", "--reuse-values", "--set", "ingress.enabled=true")
    closed = {(CONTROLLER, "guest", service("store"), port): False for port in (8080, 9090)}
    expect({(CONTROLLER, "guest", service("web"), 8080): True, (ELSEWHERE, "guest", service("web"), 8080): False, **closed})
    # Another namespace, and of it only the pods that the value names.
    named: list[dict[str, Any]] = [{
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ELSEWHERE}},
        "podSelector": {"matchLabels": {"run": "guest"}},
    }]  # fmt: skip
    install(chart_of(SMALL), "small", "--reuse-values", "--set-json", f"networkPolicy.controller={json.dumps(named)}")
    expect({(CONTROLLER, "guest", service("web"), 8080): False, (ELSEWHERE, "guest", service("web"), 8080): True})
    install(chart_of(SMALL), "small", "--reuse-values", "--set", "ingress.enabled=false")
    expect({(ELSEWHERE, "guest", service("web"), 8080): False})


def a_further_peer_reaches_what_its_value_names() -> None:
    peer: dict[str, Any] = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ELSEWHERE}}}

    def admitted(**more: list[str]) -> None:
        install(chart_of(SMALL), "small", "--reuse-values", "--set-json", f"networkPolicy.extraIngress={json.dumps([peer | more])}")

    def open_to(space: str, *names: str) -> None:
        targets = {"store.http": ("store", 8080), "store.admin": ("store", 9090), "web.http": ("web", 8080)}
        expect({(space, "guest", service(host), port): name in names for name, (host, port) in targets.items()})

    admitted(to=["store"], ports=["admin"])
    open_to(ELSEWHERE, "store.admin")
    open_to(CONTROLLER)
    admitted(to=["store"])
    open_to(ELSEWHERE, "store.http", "store.admin")
    admitted()
    open_to(ELSEWHERE, "store.http", "store.admin", "web.http")
    install(chart_of(SMALL), "small", "--reset-values")
    ready("small")
    open_to(ELSEWHERE)


def a_service_for_outside_is_open_to_its_sources() -> None:
    """Its own ports alone, and only while it has an address outside of the cluster."""
    peers = json.dumps([{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": CONTROLLER}}}])
    outside = ("--set", "components.web.service.type=NodePort")
    for options, to_all in [(outside, True), ((*outside, "--set-json", f"networkPolicy.serviceSources={peers}"), False)]:
        install(chart_of(SMALL), "small", "--reset-values", *options)
        expect({
            (CONTROLLER, "guest", service("web"), 8080): True,
            (ELSEWHERE, "guest", service("web"), 8080): to_all,
            (ELSEWHERE, "guest", service("store"), 8080): False,
        })  # fmt: skip
    install(chart_of(SMALL), "small", "--reset-values")
    expect({(CONTROLLER, "guest", service("web"), 8080): False})


def what_is_outside_is_open_unless_it_is_strict() -> None:
    """The node's own address stands for one outside of the cluster, once the values say so."""
    start("busybox", "httpd", "-f", "-p", f"{OUTSIDE}:9780", "-h", "/tmp", name="outside")
    narrow = ("--set", "networkPolicy.clusterCidrs={10.0.0.0/8}")
    for options, is_open in [((), False), (narrow, True), ((*narrow, "--set", "networkPolicy.egress=strict"), False)]:
        install(chart_of(SMALL), "small", "--reset-values", *options)
        expect({("small", "deployment/stranger", OUTSIDE, 9780): is_open, ("small", "deployment/web", "store", 8080): True})
    install(chart_of(SMALL), "small", "--reset-values")


# What each says of where it connects to; `named` is an address by its name, which no policy knows.
TELLING = """env.API_HOST = "172.31.254.2"
env.API_PORT = "9781"
env.OTHER = "http://guest.elsewhere.svc:6443"
reaches = ["named"]
[components.named]
external = { host = "named.example.com", port = 9783 }
[raw.helm.networkPolicy]
egress = "strict"
extraEgress = [{ ipBlock = { cidr = "172.31.254.2/32" }, ports = [{ port = 9782 }], from = ["web"] }]
"""


def addresses_that_keys_name_are_reached() -> None:
    """With `strict`: a host and a port of two variables, a Service of another namespace, a component elsewhere by its name, and
    `extraEgress`; each by whom it is for, on its own port."""
    for port in (9781, 9782, 9783):
        start("busybox", "httpd", "-f", "-p", f"{OUTSIDE}:{port}", "-h", "/tmp", name=f"outside-{port}")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        file.write_text(file.read_text() + TELLING)
        # `web` waits for a job: else it would reach each private address on the API server's ports.
        install(chart_of(project), "small", "--reset-values", "--set", "networkPolicy.apiServer.lookup=true")
        ready("small")
    guest = address_of(ELSEWHERE, "guest")
    expect({
        ("small", "deployment/stranger", OUTSIDE, 9781): True,
        ("small", "deployment/stranger", OUTSIDE, 9783): True,
        ("small", "deployment/stranger", guest, 6443): True,
        ("small", "deployment/web", OUTSIDE, 9782): True,
        ("small", "deployment/stranger", OUTSIDE, 9782): False,
        ("small", "deployment/stranger", guest, 53): False,
        ("small", "deployment/web", OUTSIDE, 9781): False,
        ("small", "deployment/web", OUTSIDE, 9783): False,
        ("small", "deployment/web", guest, 6443): False,
        ("small", "statefulset/store", guest, 6443): False,
    })  # fmt: skip
    install(chart_of(SMALL), "small", "--reset-values")
    ready("small")


CHECKS: list[Callable[[], None]] = [
    nobody_is_refused_by_a_closed_port,
    policies_hold_exactly_the_edges,
    only_the_clusters_dns_is_asked,
    only_who_waits_for_a_job_asks_the_api_server,
    only_the_controller_reaches_what_is_published,
    a_further_peer_reaches_what_its_value_names,
    a_service_for_outside_is_open_to_its_sources,
    what_is_outside_is_open_unless_it_is_strict,
    addresses_that_keys_name_are_reached,
]
