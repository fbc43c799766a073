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
import node
import operators
import others
import policies
import programs
import published
import watch
import ways

CHECKS = {
    "programs": programs.CHECKS + watch.CHECKS,
    "node": node.CHECKS + policies.CHECKS + ways.CHECKS + published.CHECKS,
    # The longest come first, so that no worker ends long before the other.
    "controllers": gitops.CHECKS,
    "control": changes.CHECKS + control.CHECKS + others.CHECKS + operators.CHECKS,
}

# Those without a node have namespaces of their own and wait for nobody; the others follow one another on one platform.
WORKERS = {"control": 2}

# What keeps the API server so busy that requests of others run into their time limits.
ALONE = [control.a_thousand_components_install]


def shortened(text: str) -> str:
    """A thousand objects can give a thousand warnings: the first and the last lines tell enough."""
    lines = text.splitlines()
    return text if len(lines) <= 40 else "\n".join([*lines[:10], f"[{len(lines) - 30} lines]", *lines[-20:]])


def outcome(check: Callable[[], None]) -> bool:
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
    chosen = [check for check in CHECKS[kind] if not words or any(word in check.__name__ for word in words)]
    assert chosen, f"no check of {kind} has one of {words} in its name"
    with ThreadPoolExecutor(WORKERS.get(kind, 1)) as pool:
        passed = list(pool.map(outcome, [check for check in chosen if check not in ALONE]))
    passed += [outcome(check) for check in chosen if check in ALONE]
    sys.exit(not all(passed))


if __name__ == "__main__":
    os.environ["PATH"] += f":{Path.home()}/.cache/mlopsgen-conformance/bin"
    main()
