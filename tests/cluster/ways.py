"""What a plan prints where an upgrade would leave data behind: typed word for word, with real data in real pods."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from changes import DATA
from commands import SMALL, chart_of, compiled, eventually, install, kubectl, namespace, ready, run

SEVERAL = f"{DATA}\nreplicas = 2"
SHARED = 'volumes.data = { mount = "/data", shared = "common" }'
MOVED = '[[moved]]\nfrom = "components.store"\nto = "components.stock"\n'


@dataclass
class Way:
    """A change of platform.toml that would leave data behind, and what holds it afterwards."""

    name: str
    before: str
    after: tuple[tuple[str, str], ...]
    # Where each of the first pods' files is found, by the pod that wrote it.
    found: dict[str, str]
    further: str = ""
    # The claims that each has to be typed for.
    numbers: int = 1
    # The commands come after the upgrade, not before it.
    is_late: bool = False


WAYS = [
    Way("renamed", SEVERAL, (("volumes.data", "volumes.files"),), {"store-0": "store-0", "store-1": "store-1"}, numbers=2),
    Way("more-pods", DATA, ((DATA, SEVERAL),), {"store-0": "store-0"}),
    Way("one-pod", SEVERAL, ((SEVERAL, DATA),), {"store-0": "store-0"}),
    Way(
        "together",
        SEVERAL,
        ((SEVERAL, SHARED),),
        {"store-0": "deployment/store", "store-1": "deployment/store"},
        further='[volumes]\ncommon = { size = "1Gi", access = "many" }\n',
        numbers=2,
        is_late=True,
    ),
    Way("moved", DATA, (("store", "stock"),), {"store-0": "stock-0"}, further=MOVED),
    Way("moved-pods", SEVERAL, (("store", "stock"),), {"store-0": "stock-0", "store-1": "stock-1"}, further=MOVED, numbers=2),
]


def typed(space: str, text: str) -> None:
    """A shell's text, in the namespace of the release."""
    shell = f'kubectl() {{ command kubectl --namespace {space} "$@"; }}\nset -e\n{text}'
    done = run("bash", "-c", shell, check=False)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"


def printed(text: str) -> tuple[str, str]:
    """Lines for platform.toml, and commands, of what the plan says below `to keep`."""
    block = re.search(r"^    to keep it.*\n((?:        .*\n)+)", text, re.MULTILINE)
    kept = [line[8:] for line in block[1].splitlines()] if block else []
    lines = [line for line in kept if re.match(r"\[raw|volumes\.", line)]
    commands = [line for line in kept if line not in lines]
    commands = [line.split("upgrade: ")[1] if line.startswith("# and before the upgrade: ") else line for line in commands]
    commands += re.findall(r"stop the old pods before the upgrade.*:\n +(.*)$", text, re.MULTILINE)
    return "\n".join(lines), "\n".join(commands)


def for_each_claim(commands: str, numbers: int) -> str:
    """What the text says to type again, typed again."""
    once, mark, each = commands.rpartition("# what follows for each")
    if not mark:
        return commands
    each = each.partition("\n")[2]
    return once + "\n".join(re.sub(r"-0\b", f"-{number}", each) for number in range(numbers))


def walk(way: Way) -> None:
    space = f"way-{way.name}"
    namespace(space, level="restricted")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "small"
        shutil.copytree(SMALL, project, ignore=shutil.ignore_patterns("generated"))
        file = project / "platform.toml"
        start = file.read_text().replace(DATA, way.before)
        file.write_text(start)
        install(chart_of(project), space)
        ready(space)
        for pod in way.found:
            kubectl("--namespace", space, "exec", pod, "--", "sh", "-c", f"echo {pod} > /data/{pod}")
        changed = start
        for before, after in way.after:
            assert before in changed, way.name
            changed = changed.replace(before, after)
        file.write_text(changed + way.further)
        said = compiled(project).stdout
        lines, commands = printed(said)
        assert commands and "NEW-CLAIM" not in commands, said
        commands = for_each_claim(commands, way.numbers)
        if lines:
            file.write_text(f"{changed}{way.further}{lines}\n")
        if not way.is_late:
            typed(space, commands)
        install(chart_of(project, "--accept-data-loss"), space)
        if way.is_late:
            typed(space, commands)
        ready(space)
        for written, pod in way.found.items():
            words = ["kubectl", "--namespace", space, "exec", pod, "--", "cat", f"/data/{written}"]
            eventually(60, lambda words=words: run(*words, check=False).stdout.strip(), lambda text, written=written: text == written)
    kubectl("delete", "namespace", space, "--wait=false")


def the_ways_out_of_a_plan_keep_the_data() -> None:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        list(pool.map(walk, WAYS))


CHECKS: list[Callable[[], None]] = [the_ways_out_of_a_plan_keep_the_data]
