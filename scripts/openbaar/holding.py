"""One run at a time: who writes to a publication holds it alone, with a folder to work in.

The lock is the operating system's, which lets go of it when the process ends, killed or not. So
whoever holds it knows that what other runs left in the folder belongs to nobody.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.placing import FOLDER, recover

LOCK = f"{FOLDER}/lock"
HOLDER = f"{FOLDER}/holder.json"  # beside the lock, which is emptied by each who tries to take it
WORK = f"{FOLDER}/work"
WAIT = 600.0  # seconds


@contextmanager
def alone(root: Path, say: Callable[[str], None], wait: float = WAIT) -> Iterator[Path]:
    """Hold the publication in `root` alone; gives an empty folder of it to work in.

    Waits for another run that holds it, at most `wait` seconds, and says so. Then it undoes what a
    killed run left half in place and removes its files. Raises OpenbaarError that names who holds
    the publication, OSError where its folder `build/` cannot be written to.
    """
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    with _locked(root, say, wait):
        if recover(root):
            say("an earlier run was ended while it replaced files: they are as they were before")
        work = root / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(root: Path, say: Callable[[str], None], wait: float) -> Iterator[None]:
    lock = FileLock(root / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"waiting for {_holder(root)}, which works on this publication")
        _wait(lock, root, wait)
    try:
        (root / HOLDER).write_text(json.dumps(_this_run()), "utf-8")
        yield
    finally:
        (root / HOLDER).unlink(missing_ok=True)
        lock.release()


def _wait(lock: FileLock, root: Path, wait: float) -> None:
    """Take the lock when it becomes free. Raises OpenbaarError when it does not."""
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        message = f"is held by {_holder(root)}, after {wait:g} seconds still"
        raise OpenbaarError(
            Problem(Place(LOCK), message, "wait until it ends, or end it")
        ) from error


def _this_run() -> dict[str, str | int]:
    command = [Path(sys.argv[0]).name, *sys.argv[1:]]
    return {"process": os.getpid(), "command": " ".join(command)}


def _holder(root: Path) -> str:
    """Who holds the publication, in words."""
    try:
        holder = json.loads((root / HOLDER).read_text("utf-8"))
        return f"process {holder['process']} ({holder['command']})"
    except (OSError, ValueError, KeyError, TypeError):  # it has not said so yet, or no longer
        return "another run"
