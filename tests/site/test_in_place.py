"""A frozen site takes the place of an earlier one: all of its files, or none, whenever it ends."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuts import Cut, cut_at
from openbaar.files import names_below
from openbaar.site.frozen.in_place import MADE, replace_files, replace_folder, working_beside
from served import files_of

OLD = {
    ".openbaar-frozen": b"old",
    "index.html": b"old home",
    "a/index.html": b"stays",
    "b/index.html": b"goes",
    "c": b"a file now, a folder then",
}
NEW = {
    ".openbaar-frozen": b"new",
    "index.html": b"new home",
    "a/index.html": b"stays",
    "a/x/y/index.html": b"comes",
    "c/index.html": b"in a folder",
}
CHANGED = {name: data for name, data in NEW.items() if OLD.get(name) != data}


def write(root: Path, files: dict[str, bytes]) -> None:
    """Write files below `root`."""
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def update(target: Path, whole: bool) -> None:
    """Put NEW in the place of OLD, the folder or the files that differ."""
    with working_beside(target) as work:
        write(work / MADE, NEW if whole else CHANGED)
        if whole:
            replace_folder(target, work)
        else:
            replace_files(target, OLD.keys() - NEW.keys(), work)


def recover(target: Path) -> None:
    """Begin another run, and end it before it does anything."""
    with working_beside(target):
        pass


@pytest.mark.parametrize("whole", [True, False])
def test_the_new_files_are_there_and_nothing_else(tmp_path: Path, whole: bool) -> None:
    target = tmp_path / "site"
    write(target, OLD)
    stays = (target / "a" / "index.html").stat().st_ino
    update(target, whole)
    assert files_of(target) == NEW
    assert names_below(tmp_path) == sorted(f"site/{name}" for name in NEW)
    assert not (target / "b").exists()
    if not whole:
        assert (target / "a" / "index.html").stat().st_ino == stays


@settings(deadline=None)
@given(data=st.data(), whole=st.booleans())
def test_a_run_that_is_killed_at_any_step_leaves_the_old_or_the_new_site(
    data: st.DataObject, whole: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Killed while the next run puts things back, too."""
    target = tmp_path_factory.mktemp("killed") / "site"
    write(target, OLD)
    with cut_at(0, Cut, for_good=False) as count:
        update(target, whole)
    shutil.rmtree(target)
    write(target, OLD)
    with (
        cut_at(data.draw(st.integers(1, count[0]), label="killed at"), Cut, for_good=True),
        suppress(Cut),
    ):
        update(target, whole)
    for step in data.draw(st.lists(st.integers(1, 40), max_size=3), label="recovery killed at"):
        with cut_at(step, Cut, for_good=True), suppress(Cut):
            recover(target)
    recover(target)
    assert files_of(target) in (OLD, NEW)
    assert [path.name for path in target.parent.iterdir()] == ["site"]


@settings(deadline=None)
@given(step=st.integers(1, 40))
def test_where_a_file_cannot_be_moved_the_old_site_stays(
    step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def full() -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path_factory.mktemp("full") / "site"
    write(target, OLD)
    with cut_at(step, full, for_good=False), suppress(OSError):
        update(target, whole=False)
    recover(target)
    assert files_of(target) in (OLD, NEW)
