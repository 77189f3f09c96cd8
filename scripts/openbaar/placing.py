"""Several files of a folder put in place together: all of them, or none.

A rename puts one file in place at once; no system renames fifty at once. So a journal is written
first. Where the moment is cut short, by an error, a signal or a kill, `recover` reads it and puts
back what was there. Beside each target there are for that moment `.<name>.new.partial`, its next
content, and `.<name>.old.partial`, its earlier one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, holds, write_content

FROZEN = ".openbaar-frozen"  # in a folder that `openbaar freeze` wrote and may replace
FOLDER = "build/.openbaar"  # of a publication; what a run keeps for itself
CACHE = f"{FOLDER}/cache"  # what saves time, and is left by a run that failed too; may be removed
SCANS = f"{CACHE}/scans"  # what was found in large CSV files, a file for each table
JOURNAL = f"{FOLDER}/journal.json"
PARTIAL = f"{FOLDER}/journal.partial"
DONE = f"{FOLDER}/done.json"  # the journal once all files are in place, until the earlier are gone


def freezing_beside(target: Path) -> Path:
    """The folder in which a freeze into `target` works; one that was killed leaves it there."""
    return target.with_name(f".{target.name}.openbaar-freeze")


def write_files(root: Path, files: Mapping[str, Content], work: Path) -> list[str]:
    """Put files in place, all of them or none; returns the names of those whose bytes changed.

    `work` is an empty folder in the folder `root`, as `holding.alone` gives it.
    """
    changed = changed_files(root, files)
    put_in_place(root, written(changed, work))
    return list(changed)


def changed_files(root: Path, files: Mapping[str, Content]) -> dict[str, Content]:
    """The files whose bytes are not those in the folder `root`."""
    changed: dict[str, Content] = {}
    for name, content in files.items():
        if not holds(root / name, content):
            changed[name] = content
    return changed


def written(files: Mapping[str, Content], work: Path) -> dict[str, Path]:
    """Write files to the folder `work`, from where they can be put in place; by their name."""
    ready = {}
    for number, (name, content) in enumerate(files.items()):
        ready[name] = work / f"{number}.ready"
        write_content(content, ready[name])
    return ready


def put_in_place(root: Path, ready: Mapping[str, Path]) -> None:
    """Move each file of `ready` to its name in the folder `root`, all of them or none.

    Only one run at a time may do so (`holding.alone`). Raises OpenbaarError where a name leads out
    of `root`, OSError where a file cannot be written; everything is then as it was.
    """
    targets = [_inside(root, name) for name in ready]
    for target in targets:
        _check_room_beside(target)
    try:
        _write_journal(root, ready)
        for target, made in zip(targets, ready.values(), strict=True):
            _keep(target)
            shutil.move(made, _beside(target, "new"))
            _reach_disk(_beside(target, "new"))
        for target in targets:
            os.replace(_beside(target, "new"), target)
        os.replace(root / JOURNAL, root / DONE)  # from here on the new files are the ones
    finally:
        recover(root)


def recover(root: Path) -> bool:
    """End a moment of putting in place: put back what was there, unless all files were replaced.

    Returns whether something was put back. It may itself be cut short, and done again. Raises
    OpenbaarError where the journal is not one.
    """
    (root / PARTIAL).unlink(missing_ok=True)
    is_cut_short = (root / JOURNAL).is_file()
    if is_cut_short:
        for name, existed in _read_journal(root / JOURNAL).items():
            _put_back(_inside(root, name), existed)
        (root / JOURNAL).unlink()
    elif (root / DONE).is_file():
        for name in _read_journal(root / DONE):
            _remove_beside(_inside(root, name))
        (root / DONE).unlink()
    return is_cut_short


def _put_back(target: Path, existed: bool) -> None:
    """Give a target its earlier file, or none if there was none."""
    old = _beside(target, "old")
    if old.exists():
        os.replace(old, target)
    elif not existed:
        target.unlink(missing_ok=True)
    _remove_beside(target)


def _inside(root: Path, name: str) -> Path:
    """The path of `name` in `root`, in a folder that is there now.

    Raises OpenbaarError where a link or `..` leads out of `root`.
    """
    target = root / name
    folder = target.parent.resolve()
    if not folder.is_relative_to(root.resolve()):
        message = "leads out of the publication"
        raise OpenbaarError(Problem(Place(name), message, "put a folder in the place of the link"))
    folder.mkdir(parents=True, exist_ok=True)
    return target


def _beside(target: Path, state: str) -> Path:
    return target.with_name(f".{target.name}.{state}.partial")


def _check_room_beside(target: Path) -> None:
    """Raise OSError where a name is so long that there can be none beside it.

    Once that is in a journal, the next run could not recover either.
    """
    with suppress(FileNotFoundError):
        os.lstat(_beside(target, "copy"))


def _keep(target: Path) -> None:
    """Keep the file at `target` beside it, if there is one, as a second name for it."""
    _remove_beside(target)
    if not target.exists():
        return
    try:
        os.link(target, _beside(target, "old"))
    except OSError:  # a file system without hard links
        shutil.copy2(target, _beside(target, "copy"))
        os.replace(_beside(target, "copy"), _beside(target, "old"))


def _remove_beside(target: Path) -> None:
    for state in ("new", "copy", "old"):
        _beside(target, state).unlink(missing_ok=True)


def _reach_disk(path: Path) -> None:
    """Wait until the bytes of a file are on the disk, which they must be before its name is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_journal(root: Path, names: Iterable[str]) -> None:
    """Write which files are being replaced, and whether each was there before."""
    existed = {name: (root / name).exists() for name in names}
    partial = root / PARTIAL
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text(json.dumps(existed, indent=1), "utf-8")
    _reach_disk(partial)
    os.replace(partial, root / JOURNAL)


def _read_journal(path: Path) -> dict[str, bool]:
    try:
        existed = json.loads(path.read_bytes())
    except ValueError as error:
        raise _broken_journal() from error
    if not isinstance(existed, dict):
        raise _broken_journal()
    return existed


def _broken_journal() -> OpenbaarError:
    hint = f"restore the generated files from git and remove {FOLDER}"
    message = "is not a record of files that were being replaced"
    return OpenbaarError(Problem(Place(JOURNAL), message, hint))
