"""Asking git about the repository that a publication is in, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What git does with `arguments` in the folder `root`; a failure where there is no git.

    A status other than 0 is an answer, and raises nothing.
    """
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False)  # noqa: S603  our own
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, returncode=127, stdout=b"", stderr=b"")
