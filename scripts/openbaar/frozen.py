"""The frozen site of a publication: written anew only where anything that it is made of changed.

Beside its files a frozen site keeps a mark, with a hash of all that it was made of, and one of the
files themselves.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path
from typing import Any

from openbaar.files import sha256_of, sha256_of_folder
from openbaar.placing import FROZEN
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.staleness import published_database
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
    made_of = _made_of(root, url)
    known = _mark(target)
    if known.get("made_of") == made_of and known["content"] == sha256_of_folder(target, but=FROZEN):
        return known["files"], 0
    from openbaar.site.freeze import freeze  # imports Datasette, which takes most of a second

    database = published_database(root)
    frozen = freeze(database, root / "metadata.yml", target, url, progress, workers, made_of)
    return frozen.files, frozen.changed


def _mark(target: Path) -> dict[str, Any]:
    """What an earlier run left in a folder; nothing where there was none."""
    try:
        return dict(json.loads((target / FROZEN).read_bytes()))
    except (OSError, ValueError):
        return {}


def _made_of(root: Path, url: str) -> str:
    """A hash of all that a frozen site is made of: what was published, and what makes pages."""
    digest = hashlib.sha256()
    for name, said in _parts(root, url):
        digest.update(f"{name}\0{said}\n".encode())
    return digest.hexdigest()


def _parts(root: Path, url: str) -> Iterator[tuple[str, str]]:
    yield "url", url
    yield "toolkit", toolkit_hash()
    package = Path(__file__).parent
    for path in sorted(chain.from_iterable(map(package.rglob, TEMPLATES))):
        yield path.relative_to(package).as_posix(), sha256_of(path)
    yield "python", platform.python_version()
    yield from sorted((each.name, each.version) for each in distributions())
    for path in (root / DESCRIPTOR, root / "metadata.yml", published_database(root)):
        yield path.name, sha256_of(path)
    for folder in FOLDERS:
        yield folder, sha256_of_folder(root / folder)
