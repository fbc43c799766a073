#!/usr/bin/env python3
"""What the chart has to do in a real cluster.

`suite.py control` needs no node, `suite.py node` runs a small platform, `suite.py programs` real programs; further words choose
checks by parts of their names. Each check is a function; a failure names it and the run ends with 1.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import changes
import control
import gitops
import mounted
import node
import operators
import others
import policies
import programs
import published
import traefik
import watch
import ways

Check = Callable[[], None]

# What keeps the API server so busy that requests of others run into their time limits.
ALONE = [control.a_thousand_components_install]

# Without a node each check has namespaces of its own and waits for nobody. The longest come first, so that no worker ends long
# before the other.
APART = [check for check in changes.CHECKS + control.CHECKS + others.CHECKS + mounted.CHECKS + operators.CHECKS if check not in ALONE]

# Chains of checks by kind: those of one stage run at the same time. The checks of a chain follow one another on one platform.
STAGES: dict[str, list[list[list[Check]]]] = {
    "programs": [[programs.CHECKS + watch.CHECKS]],
    "node": [[node.CHECKS + policies.CHECKS + ways.CHECKS + published.CHECKS + traefik.CHECKS]],
    "controllers": [[gitops.CHECKS]],
    "control": [[[check] for check in APART], [ALONE]],
}

# As many as there are processors.
WORKERS = 2


def shortened(text: str) -> str:
    """A thousand objects can give a thousand warnings: the first and the last lines tell enough."""
    lines = text.splitlines()
    return text if len(lines) <= 40 else "\n".join([*lines[:10], f"[{len(lines) - 30} lines]", *lines[-20:]])


def outcome(check: Check) -> bool:
    """Whether it passed; prints that, and how long it took."""
    begun = time.monotonic()
    try:
        check()
    except (AssertionError, subprocess.CalledProcessError) as error:
        print(f"FAILED {check.__name__}: {shortened(str(error))}", flush=True)
        return False
    print(f"ok     {check.__name__} ({time.monotonic() - begun:.0f} s)", flush=True)
    return True


def main() -> None:
    kind, *words = sys.argv[1:]

    def is_chosen(check: Check) -> bool:
        return not words or any(word in check.__name__ for word in words)

    def passed(chain: list[Check]) -> bool:
        return all([outcome(check) for check in chain if is_chosen(check)])

    chosen = [check for stage in STAGES[kind] for chain in stage for check in chain if is_chosen(check)]
    assert chosen, f"no check of {kind} has one of {words} in its name"
    with ThreadPoolExecutor(WORKERS) as pool:
        done = [all(list(pool.map(passed, stage))) for stage in STAGES[kind]]
    sys.exit(not all(done))


if __name__ == "__main__":
    os.environ["PATH"] += f":{Path.home()}/.cache/mlopsgen-conformance/bin"
    main()
