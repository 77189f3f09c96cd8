"""The frozen site of a publication: written anew only where anything that it is made of changed.

Beside its files a frozen site keeps a mark, with a hash of all that it was made of, one of what
made it, and one of the files themselves.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path
from typing import Any

from openbaar.files import hashes_of_folder, sha256_of, sha256_of_folder, sha256_of_hashes
from openbaar.placing import FROZEN, freezing_beside
from openbaar.publishing.staleness import published_database
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.toolkit import toolkit_hash

FOLDERS = ("dist", "sources", "tables")  # what pages show and offer, beside the database
TEMPLATES = ("*.css", "*.html", "*.js")


def freeze_published(
    root: Path, target: Path, url: str, progress: Callable[[int, int], None], workers: int | None
) -> tuple[int, int]:
    """Freeze what was published in the folder `root` into `target`, as `site.freeze` does it.

    Nothing is done where `target` is what would be written. Returns how many files the site has,
    and how many of them are new or not as they were before.
    """
    said = {"made_by": _hash(_makers(url)), "made_of": _hash(_parts(root))}
    mark, hashes = _intact(target, said["made_by"])
    if mark.get("made_of") == said["made_of"]:
        return mark["files"], 0
    # They import Datasette, which takes most of a second.
    from openbaar.site.frozen.freeze import freeze
    from openbaar.site.frozen.frozen_record import Earlier

    database = published_database(root)
    metadata = root / "metadata.yml"
    earlier = Earlier(mark, hashes) if mark else None
    frozen = freeze(database, metadata, target, url, progress, workers, said, earlier)
    return frozen.files, frozen.changed


def _intact(target: Path, made_by: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The mark that an earlier run left in a folder, and the hashes of the files in it.

    Nothing where anything in it is not of such a run, where it was not made by the same, or where
    a run was killed, which may have files of it still.
    """
    if freezing_beside(target).exists():
        return {}, {}
    try:
        mark = dict(json.loads((target / FROZEN).read_bytes()))
    except (OSError, TypeError, ValueError):
        return {}, {}
    if mark.get("made_by") != made_by:
        return {}, {}
    hashes = hashes_of_folder(target, FROZEN)
    return (mark, hashes) if mark["content"] == sha256_of_hashes(hashes) else ({}, {})


def _hash(parts: Iterator[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, said in parts:
        digest.update(f"{name}\0{said}\n".encode())
    return digest.hexdigest()


def _makers(url: str) -> Iterator[tuple[str, str]]:
    """What makes the pages of a site that is known at an address."""
    yield "url", url
    yield "toolkit", toolkit_hash()
    package = Path(__file__).parent.parent
    for path in sorted(chain.from_iterable(map(package.rglob, TEMPLATES))):
        yield path.relative_to(package).as_posix(), sha256_of(path)
    yield "python", platform.python_version()
    yield "sqlite", sqlite3.sqlite_version
    yield from sorted((each.name, each.version) for each in distributions())


def _parts(root: Path) -> Iterator[tuple[str, str]]:
    """What was published, of which a site is made."""
    for path in (root / DESCRIPTOR, root / "metadata.yml", published_database(root)):
        yield path.name, sha256_of(path)
    for folder in FOLDERS:
        yield folder, sha256_of_folder(root / folder)
