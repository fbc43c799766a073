"""Tools that install from git: what Flux' and Argo CD's own controllers make of the objects that are generated for them."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import CACHE, HERE, PROGRAM, SMALL, definitions, eventually, kubectl, namespace, ready, run, start

SERVED = CACHE / "test-state" / "git"
ADDRESS = "http://127.0.0.1:9300"

DATA = 'volumes.data = { mount = "/data", size = "1Gi" }'


class Repository:
    """A project whose generated files are committed, and pushed to where a tool looks for them."""

    def __init__(self, folder: Path, tool: str) -> None:
        self.folder, self.space = folder, f"by-{tool}"
        shutil.copytree(SMALL, folder, ignore=shutil.ignore_patterns("generated"), dirs_exist_ok=True)
        deploy = {"repository": f"{ADDRESS}/{tool}.git", "namespace": self.space, "values": ["clusters/all.yaml"]}
        self.file = folder / "platform.toml"
        text = self.file.read_text().replace('name = "small"', 'name = "small"\ntargets = ["helm", "gitops"]')
        keys = ", ".join(f"{key} = {json.dumps(value)}" for key, value in deploy.items())
        self.file.write_text(f"{text}\n[deploy]\n{tool} = {{ {keys} }}\n")
        (folder / "clusters").mkdir()
        (folder / "clusters/all.yaml").write_text("components:\n  stranger:\n    enabled: false\n")
        self.git("init", "--quiet", "--initial-branch=main")
        shutil.rmtree(SERVED / f"{tool}.git", ignore_errors=True)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(SERVED / f"{tool}.git")], check=True)
        self.git("remote", "add", "origin", str(SERVED / f"{tool}.git"))
        self.push()

    def git(self, *words: str) -> None:
        who = ["-c", "user.name=suite", "-c", "user.email=suite@example.com"]
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True)

    def push(self) -> None:
        words = ["apply", "--yes", "--accept-removal", "--accept-data-loss", "-C", str(self.folder)]
        subprocess.run([str(PROGRAM), *words], check=True, capture_output=True)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=change")
        self.git("push", "--quiet", "origin", "main")

    def change(self, *texts: tuple[str, str]) -> None:
        text = self.file.read_text()
        for before, after in texts:
            assert before in text, before
            text = text.replace(before, after)
        self.file.write_text(text)
        self.push()

    def objects(self, *words: str) -> list[dict[str, Any]]:
        """Objects of the release."""
        return json.loads(kubectl("--namespace", self.space, "get", *words, "--output", "json"))["items"]

    def names(self, kind: str) -> list[str]:
        return [item["metadata"]["name"] for item in self.objects(kind)]

    def replicas(self) -> str:
        return kubectl("--namespace", self.space, "get", "deployment", "web", "--output", "jsonpath={.spec.replicas}", check=False)

    def runs(self) -> None:
        """The values of the repository hold, and everything is up."""
        assert self.names("deployment") == ["web"], self.names("deployment")
        ready(self.space)
        assert self.objects("job")[0]["status"]["succeeded"] == 1


def serves_git() -> None:
    SERVED.mkdir(parents=True, exist_ok=True)
    start(sys.executable, str(HERE / "gitserver.py"), str(SERVED), ADDRESS.rpartition(":")[2], name="git")


def condition(kind: str, name: str, space: str) -> tuple[str, str]:
    """Whether an object of Flux' is ready, and what it says."""
    found = json.loads(kubectl("--namespace", space, "get", kind, name, "--output", "json")).get("status", {})
    told = [it for it in found.get("conditions", []) if it["type"] == "Ready"]
    return (told[0]["status"], told[0]["message"]) if told else ("", "")


def flux_installs_upgrades_and_removes() -> None:
    definitions()
    serves_git()
    namespace("flux-system")
    variables = {"RUNTIME_NAMESPACE": "flux-system"}
    stored = ["--storage-path", str(CACHE / "test-state"), "--storage-addr=127.0.0.1:9301", "--storage-adv-addr=127.0.0.1:9301"]
    listening = ["--metrics-addr=127.0.0.1:9302", "--health-addr=127.0.0.1:9303"]
    start("source-controller", *stored, *listening, variables=variables)
    start("helm-controller", "--metrics-addr=127.0.0.1:9304", "--health-addr=127.0.0.1:9305", variables=variables)
    with tempfile.TemporaryDirectory() as folder:
        project = Repository(Path(folder), "flux")
        kubectl("apply", "--filename", str(project.folder / "generated/gitops/flux.yaml"))
        eventually(240, lambda: condition("helmrelease", "small", "flux-system"), lambda said: said[0] == "True")
        project.runs()
        project.change(("replicas = 2", "replicas = 3"))
        asked = f"reconcile.fluxcd.io/requestedAt={datetime.datetime.now(datetime.UTC).isoformat()}"
        kubectl("--namespace", "flux-system", "annotate", "gitrepository/small", asked)
        eventually(120, project.replicas, lambda found: found == "3")
        eventually(120, lambda: condition("helmrelease", "small", "flux-system"), lambda said: said[0] == "True")
        kubectl("--namespace", "flux-system", "delete", "helmrelease", "small", "--timeout=120s")
        assert not project.names("deployment,statefulset")
        assert project.names("pvc") == ["store-data"]


PROJECT_OF_ARGOCD = """
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cm, namespace: argocd, labels: { app.kubernetes.io/part-of: argocd } }
---
apiVersion: v1
kind: Secret
metadata: { name: argocd-secret, namespace: argocd, labels: { app.kubernetes.io/part-of: argocd } }
stringData: { server.secretkey: suite }
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: default, namespace: argocd }
spec:
  sourceRepos: ["*"]
  destinations: [{ namespace: "*", server: "*" }]
  clusterResourceWhitelist: [{ group: "*", kind: "*" }]
"""


def starts_argocd() -> None:
    namespace("argocd")
    run("kubectl", "apply", "--filename", "-", text=PROJECT_OF_ARGOCD)
    cache, repositories = "127.0.0.1:9310", "127.0.0.1:9311"
    variables = {"ARGOCD_GPG_ENABLED": "false", "ARGOCD_FAKE_IN_CLUSTER": "true"}
    start("argocd", "cache", cache, name="argocd-cache")
    listening = ["--address=127.0.0.1", "--port=9311", "--metrics-address=127.0.0.1", "--metrics-port=9312"]
    start("argocd", "argocd-repo-server", f"--redis={cache}", "--disable-tls", *listening, name="argocd-repo-server", variables=variables)
    options = [f"--redis={cache}", f"--repo-server={repositories}", "--repo-server-plaintext", "--namespace=argocd", "--metrics-port=9313"]
    start("argocd", "argocd-application-controller", *options, name="argocd-controller", variables=variables)


def application() -> dict[str, Any]:
    return json.loads(kubectl("--namespace", "argocd", "get", "application", "small", "--output", "json"))


def state() -> tuple[str, str, str]:
    """Whether all is as it is in git, whether it works, and what the last operation said."""
    status = application().get("status", {})
    operation = status.get("operationState", {})
    said = f"{operation.get('phase')}: {operation.get('message')} {status.get('conditions', '')}"
    return status.get("sync", {}).get("status", ""), status.get("health", {}).get("status", ""), said


def refresh() -> None:
    """What a webhook of the git server asks for."""
    kubectl("--namespace", "argocd", "annotate", "application", "small", "argocd.argoproj.io/refresh=normal", "--overwrite")


def is_there(said: tuple[str, str, str]) -> bool:
    return said[:2] == ("Synced", "Healthy") and said[2].startswith("Succeeded")


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def argocd_syncs_in_waves() -> None:
    definitions()
    serves_git()
    starts_argocd()
    with tempfile.TemporaryDirectory() as folder:
        project = Repository(Path(folder), "argocd")
        kubectl("apply", "--filename", str(project.folder / "generated/gitops/argocd.yaml"))
        eventually(300, state, is_there)
        project.runs()
        # A wave begins once the one before is healthy: the job once the store is ready, `web` once the job is done.
        [store] = project.objects("pod", "--selector=app.kubernetes.io/name=store")
        [job] = project.objects("job")
        [web] = project.objects("deployment")
        is_up = next(it for it in store["status"]["conditions"] if it["type"] == "Ready")["lastTransitionTime"]
        assert moment(is_up) <= moment(job["metadata"]["creationTimestamp"]), "the job is older than the store is ready"
        done = job["status"]["completionTime"]
        assert moment(done) <= moment(web["metadata"]["creationTimestamp"]), "`web` is older than the job is done"

        # What a person changed by hand is changed back, and a job that is done stays as it is.
        kubectl("--namespace", project.space, "scale", "deployment/web", "--replicas=1")
        eventually(120, project.replicas, lambda found: found == "2")
        project.change(("replicas = 2", "replicas = 3"))
        refresh()
        eventually(120, project.replicas, lambda found: found == "3")
        eventually(120, state, is_there)
        assert project.objects("job")[0]["metadata"]["uid"] == job["metadata"]["uid"], "the job ran again"

        # Another job runs, the old one goes; and a claim stays that nothing mounts any more.
        project.change(("sleep 3", "sleep 2"), (DATA, ""), ("-h /data", "-h /tmp"))
        refresh()
        eventually(180, lambda: project.names("job"), lambda names: len(names) == 1 and names != [job["metadata"]["name"]])
        ready(project.space)
        assert project.names("pvc") == ["store-data"]


CHECKS: list[Callable[[], None]] = [
    flux_installs_upgrades_and_removes,
    argocd_syncs_in_waves,
]
