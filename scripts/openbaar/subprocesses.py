"""Modules of the toolkit that run in a process of their own."""

from __future__ import annotations

import os
import sys


def command_of(module: str, *arguments: str) -> list[str]:
    """The command that runs a module.

    It imports nothing from the folder in which it starts (`-P`): that may come from anybody.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment of this process, in which the module finds what this process can import."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
