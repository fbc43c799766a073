"""Operators of others that run beside the API server: what they make of the objects that are made for them."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from commands import HERE, PROGRAM, PROJECT, chart_of, definitions, eventually, install, kubectl, namespace, run, start

# Jobs that no object can stand for: the notes name them.
LEFT = ["nodes/kubelet", "nodes/cadvisor", "asked-for"]

PASSWORD = "from the Secret"

# It takes what it is given from every namespace, as the operator's own chart has it where nobody selects.
PROMETHEUS = """
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: all }
spec:
  replicas: 0
  serviceMonitorSelector: {}
  podMonitorSelector: {}
  probeSelector: {}
  scrapeConfigSelector: {}
  ruleSelector: {}
"""


def secret(space: str, name: str) -> dict[str, bytes]:
    """The values of a Secret, nothing where there is none."""
    said = run("kubectl", "--namespace", space, "get", "secret", name, "--output", "json", check=False)
    data: dict[str, str] = json.loads(said.stdout)["data"] if said.returncode == 0 else {}
    return {key: base64.b64decode(value) for key, value in data.items()}


def applied(space: str, text: str) -> None:
    run("kubectl", "--namespace", space, "apply", "--filename", "-", text=text)


def jobs_of(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Jobs by the name that their series have."""
    jobs = {}
    for job in config["scrape_configs"]:
        named = [step["replacement"] for step in job["relabel_configs"] if step.get("target_label") == "job" and not step.get("source_labels")]
        jobs[named[-1] if named else job["job_name"]] = job
    return jobs


def steps(job: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Steps of relabeling without the words that say what goes without saying."""
    usual = {"action": "replace", "regex": "(.*)", "separator": ";"}
    return [{name: value for name, value in step.items() if usual.get(name) != value} for step in job.get(key, [])]


def texts(value: Any) -> Any:
    """The same with numbers as texts, which is what Prometheus takes them for."""
    if isinstance(value, dict):
        return {key: texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [texts(inner) for inner in value]
    return str(value) if type(value) in (int, float) else value


def compare(wanted: dict[str, Any], found: dict[str, Any], config: dict[str, Any]) -> None:
    """A job of ours and what the operator has made of it."""
    name = wanted["job_name"]
    wanted, found = texts(wanted), texts(found)
    for key, usual in [("metrics_path", "/metrics"), ("scheme", "http"), ("params", {}), ("honor_labels", False), ("scrape_timeout", "")]:
        assert found.get(key, usual) == wanted.get(key, usual), f"{name}: {key} is {found.get(key)}"
    assert found["scrape_interval"] == wanted.get("scrape_interval", config["global"]["scrape_interval"]), name
    assert ("authorization" in found) == ("authorization" in wanted), name
    if login := wanted.get("basic_auth"):
        assert found["basic_auth"] == {"username": login["username"], "password": PASSWORD}, found["basic_auth"]
    if tls := wanted.get("tls_config"):
        assert found["tls_config"].get("insecure_skip_verify", False) == tls.get("insecure_skip_verify", False), name
        assert ("ca_file" in found["tls_config"]) == ("ca_file" in tls), f"{name}: {found['tls_config']}"
    if name.endswith("/probe"):
        return
    made = steps(found, "relabel_configs")
    expected = steps(wanted, "relabel_configs")
    if "static_configs" in found:
        assert found["static_configs"] == wanted["static_configs"], f"{name}: {found['static_configs']}"
    else:
        # Pods have other addresses: what a fixed one says is said by steps.
        labels = {label: value for static in wanted.get("static_configs", []) for label, value in static["labels"].items()}
        expected += [{"target_label": label, "replacement": value} for label, value in labels.items()]
    for step in expected:
        assert step in made, f"{name} lacks {step}: {made}"
    made = steps(found, "metric_relabel_configs")
    for step in steps(wanted, "metric_relabel_configs"):
        assert step in made, f"{name} lacks {step}: {made}"


def a_prometheus_operator_scrapes_what_we_scrape() -> None:
    """The reference platform, and one whose jobs say everything that a job may say."""
    definitions()
    for space in ("monitored", "reference-monitored"):
        namespace(space)
    start("prometheus-operator", "--web.listen-address=127.0.0.1:9181", "--namespaces=monitored,reference-monitored")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "monitored"
        shutil.copytree(HERE / "monitored", project, ignore=shutil.ignore_patterns("generated"))
        values = ["--from-literal=token=x", f"--from-literal=password={PASSWORD}"]
        kubectl("--namespace", "monitored", "create", "secret", "generic", "monitored", *values)
        scrapes("monitored", chart_of(project), [project / "own.yml"], {*LEFT, "off"})
    scrapes("reference-monitored", PROJECT / "generated/helm/mlops-crash-course", [], set())


def scrapes(space: str, chart: Path, own_rules: list[Path], left: set[str]) -> None:
    """The operator's configuration has our jobs with all that they say, and Prometheus' own tool takes it; its rule files have
    our rules."""
    text = (chart / "files/prometheus/prometheus.yml").read_text()
    # What the chart writes for it.
    wanted = yaml.safe_load(text.replace("mlopsgen-release-namespace", space))
    rules = {name for file in [*chart.glob("files/prometheus/rules/*.yml"), *own_rules] for name in rules_of(file.read_text())}
    # What is off has none; what no object stands for keeps its own.
    rules = {name for name in rules if name.partition(": ")[0] not in left - {*LEFT}}
    said = install(chart, space, "--set", "monitoring.operator=true")
    assert "unknown field" not in said, said
    assert (f"no object of a Prometheus operator stands for: {', '.join(LEFT)}" in said) == bool(left), said
    applied(space, PROMETHEUS)

    def config() -> dict[str, Any]:
        packed = secret(space, "prometheus-all").get("prometheus.yaml.gz")
        return yaml.safe_load(gzip.decompress(packed)) if packed else {"scrape_configs": []}

    jobs = {job["job_name"]: job for job in wanted["scrape_configs"] if job["job_name"] not in left}
    eventually(120, lambda: sorted(jobs_of(config())), lambda found: found == sorted(jobs))
    found = jobs_of(config())
    for name, job in jobs.items():
        compare(job, found[name], wanted)
    # The suite's tool is built without what finds pods.
    plain = config()
    for job in plain["scrape_configs"]:
        job.pop("kubernetes_sd_configs", None)
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        yaml.safe_dump(plain, file)
        checked = subprocess.run(["promtool", "check", "config", "--syntax-only", file.name], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr

    def made() -> set[str]:
        maps = json.loads(kubectl("--namespace", space, "get", "configmaps", "--selector=prometheus-name=all", "--output", "json"))
        return {name for item in maps["items"] for text in item["data"].values() for name in rules_of(text)}

    eventually(120, made, lambda found: found == rules)


# A rule on missing replicas, of what has one pod: the chart leaves it out.
ALONE = re.compile(r"^# mlopsgen:replicas \S+ [01]\n.*?(?=^# mlopsgen:end)", re.MULTILINE | re.DOTALL)


def rules_of(text: str) -> set[str]:
    groups = yaml.safe_load(ALONE.sub("", text))["groups"]
    return {f"{group['name']}: {rule.get('alert') or rule.get('record')}" for group in groups for rule in group["rules"]}


def the_external_secrets_operator_makes_every_secret() -> None:
    """The platform's, that of a chart of others, and a certificate whose key and chain stand apart, whatever the form of the key:
    by what `env secret` prints, and by the chart's values."""
    definitions()
    options = ["cluster-store-reconciler", "cluster-external-secret-reconciler", "push-secret-reconciler", "cluster-push-secret-reconciler"]
    start("external-secrets", "--metrics-addr=127.0.0.1:9182", *(f"--enable-{option}=false" for option in options))
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "secrets"
        shutil.copytree(HERE / "secrets", project, ignore=shutil.ignore_patterns("generated"))
        words = [str(PROGRAM), "env", "secret", "--format", "external-secrets", "-C", str(project)]
        printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        # The store has the optional one, too.
        printed = re.sub(r"^    # (- secretKey:|  remoteRef:|    key:|    property:)", r"    \1", printed, flags=re.MULTILINE)
        chart = chart_of(project)
        for form in ("rsa", "pkcs8", "ec"):
            makes(f"secrets-{form}", certificate(Path(folder), form), lambda space: applied(space, printed))
        values = ("--set", "externalSecrets.store=secrets", "--set", "externalSecrets.without={extra}")
        makes("secrets-values", certificate(Path(folder), "ec"), lambda space: installed(chart, space, values))


def installed(chart: Path, space: str, values: tuple[str, ...]) -> None:
    said = install(chart, space, *values)
    assert "unknown field" not in said, said


def makes(space: str, pem: str, made: Callable[[str], None]) -> None:
    """Every Secret of the platform, from a store that lacks the optional secret where `made` says so."""
    namespace(space)
    values = {"db-password": 'from "elsewhere" {{ }}', "door-tls": pem, "token": "t"}
    if space != "secrets-values":
        values["extra"] = "e"
    store: dict[str, Any] = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": {"name": "secrets"},
        "spec": {"provider": {"fake": {"data": [{"key": "secrets", "value": json.dumps(values)}]}}},
    }
    applied(space, json.dumps(store))
    made(space)
    kubectl("--namespace", space, "wait", "externalsecrets", "--all", "--for=condition=Ready", "--timeout=120s")
    # The password is read by the chart of the database alone.
    read = {key: value.encode() for key, value in values.items() if key != "db-password"}
    assert secret(space, "secrets") == read
    assert secret(space, "db-chart") == {"username": b"ml", "password": values["db-password"].encode()}
    pair = secret(space, "door-tls")
    assert pair["tls.crt"].count(b"BEGIN CERTIFICATE") == 2 and b"PRIVATE KEY" not in pair["tls.crt"], pair["tls.crt"]
    assert pair["tls.key"].count(b"-----BEGIN") == 1 and b"CERTIFICATE" not in pair["tls.key"], f"{space}: more than the key"
    loads(pair)


def loads(pair: dict[str, bytes]) -> None:
    """As a server does: the key has to be that of the first certificate."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in pair.items():
            (Path(folder) / name).write_bytes(text)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(Path(folder) / "tls.crt", Path(folder) / "tls.key")


def certificate(folder: Path, form: str) -> str:
    """A certificate, its key in a form that tools write, and the authority's certificate: one text."""
    key = folder / f"{form}.key"
    made = {
        "rsa": ["openssl", "genrsa", "-traditional", "-out", str(key), "2048"],
        "pkcs8": ["openssl", "genpkey", "-algorithm", "RSA", "-out", str(key)],
        "ec": ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", str(key)],
    }
    subprocess.run(made[form], check=True, capture_output=True)

    def signed(name: str) -> str:
        words = ["openssl", "req", "-x509", "-key", str(key), "-subj", f"/CN={name}", "-days", "2"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    return signed("door.example.com") + key.read_text() + signed("authority")


CHECKS: list[Callable[[], None]] = [
    a_prometheus_operator_scrapes_what_we_scrape,
    the_external_secrets_operator_makes_every_secret,
]
