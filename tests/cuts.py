"""Cutting a run short at any of its steps, as a kill or a full disk does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Cut(BaseException):
    """What a kill is to the code: nothing after it runs, clean-up aside, which is stopped too."""


@contextmanager
def cut_at(step: int, error: Callable[[], BaseException], for_good: bool) -> Iterator[list[int]]:
    """Let the call number `step` raise, and all later ones where the process is dead.

    Calls of `os.link`, `os.replace`, `shutil.move` and `Path.unlink` are counted.
    """
    count = [0]
    patch = pytest.MonkeyPatch()

    def counted(do: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            count[0] += 1
            if count[0] == step or (for_good and count[0] > step):
                raise error()
            return do(*arguments, **named)

        return call

    patch.setattr(os, "link", counted(os.link))
    patch.setattr(os, "replace", counted(os.replace))
    patch.setattr(shutil, "move", counted(shutil.move))
    patch.setattr(Path, "unlink", counted(Path.unlink))
    try:
        yield count
    finally:
        patch.undo()


def lay_again(folder: Path, kept: Path) -> None:
    """Make a folder what it was when `kept` was copied from it, by second names of those files.

    What is the same file still is left, which is most of it; whoever writes into a file in its
    place changes both, and is found out by that.
    """
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        same = kept / path.relative_to(folder)
        if path.is_dir() and not path.is_symlink():
            if not same.is_dir():
                path.rmdir()
        elif not (same.is_file() and same.samefile(path)):
            path.unlink()
    for same in sorted(kept.rglob("*")):
        path = folder / same.relative_to(kept)
        if same.is_dir():
            path.mkdir(exist_ok=True)
        elif not path.exists():
            path.hardlink_to(same)
