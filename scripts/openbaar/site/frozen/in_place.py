"""A frozen site put in the place of an earlier one: the whole folder, or the files that differ.

Where few files differ, most of the time would go into making thousands of folders anew. A journal
is written before the first file is moved; where a run is cut short, whoever comes next puts back
what was there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import names_below, take_again
from openbaar.placing import FROZEN, freezing_beside

# In the folder beside the target:
MADE = "site"  # what takes its place
BEFORE = "before"  # what it held, whole or the files that were replaced
JOURNAL = "journal.json"  # the number of each of these in that folder; null of a file that is new


@contextmanager
def working_beside(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` to work in, which is removed afterwards.

    What a killed run left there is removed too; `target` gets back what that run took from it.
    """
    work = freezing_beside(target)
    _end(work, target)
    work.mkdir()
    try:
        yield work
    finally:
        _end(work, target)


def check_replaceable(target: Path) -> None:
    """Raise OpenbaarError where something would be lost if `target` were replaced."""
    if not target.exists():
        return
    if target.is_dir() and ((target / FROZEN).is_file() or not any(target.iterdir())):
        return
    hint = "give a folder that is new, empty, or was made by `openbaar freeze`"
    raise OpenbaarError(
        Problem(Place(str(target)), "contains other files, which would be lost", hint)
    )


def replace_folder(target: Path, work: Path) -> None:
    """Put the folder `site` of `work` in the place of `target`."""
    if target.exists():
        os.replace(target, work / BEFORE)
    os.replace(work / MADE, target)


def replace_files(target: Path, gone: Iterable[str], work: Path) -> None:
    """Move the files below the folder `site` of `work` to their names in `target`.

    Those that are `gone` from it are taken out, and folders in which nothing is left.
    """
    gone, made = list(gone), names_below(work / MADE)
    before = work / BEFORE
    before.mkdir()
    journal: dict[str, int | None] = {}
    for number, name in enumerate([*gone, *made]):
        journal[name] = None
        if (target / name).is_file():
            take_again(target / name, before / str(number))
            journal[name] = number
    _write_journal(work, journal)
    for name in gone:
        _take_out(target, name)
    for name in made:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(work / MADE / name, target / name)
    (work / JOURNAL).unlink()


def _write_journal(work: Path, journal: dict[str, int | None]) -> None:
    partial = work / f"{JOURNAL}.partial"
    partial.write_text(json.dumps(journal))
    os.replace(partial, work / JOURNAL)


def _take_out(target: Path, name: str) -> None:
    """Remove a file, if it is there, and the folders around it in which nothing else is."""
    if (target / name).is_file():
        (target / name).unlink()
    for folder in (target / name).parents:
        if folder == target:
            return
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:  # there are others in it
            return


def _end(work: Path, target: Path) -> None:
    """Remove the folder `work`; give back to `target` what is in it and was not replaced whole."""
    if (work / JOURNAL).is_file():
        _put_back(work, target)
    elif (work / BEFORE).exists() and not target.exists():
        os.replace(work / BEFORE, target)
    shutil.rmtree(work, ignore_errors=True)


def _put_back(work: Path, target: Path) -> None:
    """Give each file of the journal what it held; may itself be cut short, and done again."""
    journal: dict[str, int | None] = json.loads((work / JOURNAL).read_bytes())
    for name, number in journal.items():
        if number is None:
            _take_out(target, name)
    for name, number in journal.items():
        if number is not None and (work / BEFORE / str(number)).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(work / BEFORE / str(number), target / name)
    (work / JOURNAL).unlink()
