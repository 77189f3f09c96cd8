"""Where the products of a publication stand, and whether they are still those of its sources.

Publishing records the hash of every file that goes into it or comes out of it. Beside that record
is a cache of their sizes and times of change: as in git, a file that has those of before is taken
for the same without being read, and any other is read and hashed. Names are those in the
publication, so that a folder that was moved or copied is as up to date as before.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from openbaar import placing
from openbaar.files import sha256_of
from openbaar.placing import FOLDER, JOURNAL
from openbaar.schema.conventions import DESCRIPTOR, workbook_endings
from openbaar.toolkit import made_with, toolkit_hash

if TYPE_CHECKING:
    from openbaar.tables.authored.publication import Publication

RECORD = f"{FOLDER}/published.json"
# The only file with times in it. It may be removed: then each file is read.
CACHE = f"{placing.CACHE}/times.json"
CHANGELOG = "CHANGELOG.md"  # a release writes in it, but so do people, and nothing is made of it
AUTHORED = (".csv", ".json", ".yaml")  # of the files below tables/
# A file that changed less than two seconds before it was looked at may change again without its
# time being another: some file systems count in whole seconds, FAT in pairs of them.
RACE = 2 * 10**9  # nanoseconds


class Stamp(NamedTuple):
    """What is known of a file; `changed` in nanoseconds, 0 where it says nothing."""

    sha256: str
    size: int
    changed: int


UNKNOWN = Stamp("", 0, 0)
Stamps = dict[str, Stamp]  # by the name of the file in the publication


def database_path(publication: Publication) -> Path:
    """The database that `build` makes."""
    return publication.root / "build" / f"{publication.package.name}.db"


def published_database(root: Path) -> Path:
    """The database of what was last published in `root`, told by the descriptor beside it."""
    name = json.loads((root / DESCRIPTOR).read_bytes())["name"]
    return root / "build" / f"{name}.db"


def archive_path(publication: Publication) -> Path:
    """The zip of the data package that `publish` makes."""
    return (
        publication.root / "dist" / f"{publication.package.name}-{publication.package.version}.zip"
    )


def workbook_paths(publication: Publication) -> dict[str, Path]:
    """The spreadsheet of all tables that `publish` makes in each language."""
    archive = archive_path(publication)
    endings = workbook_endings(publication.package.languages)
    return {language: archive.with_suffix(ending) for language, ending in endings.items()}


def released_database_path(publication: Publication) -> Path:
    """The database under the name of its version, as it is downloaded."""
    return archive_path(publication).with_suffix(".db")


def parquet_folder(publication: Publication) -> Path:
    """The folder with the large tables as Parquet files."""
    return archive_path(publication).with_suffix("") / "tables"


def checksums_path(publication: Publication) -> Path:
    """The SHA-256 of each download, as `sha256sum -c` reads them."""
    return publication.root / "dist" / "SHA256SUMS"


def is_stale(root: Path) -> bool:
    """Whether anything that went into the publication in `root`, or came out of it, changed.

    That is so, too, where it was never published, by another version of the toolkit, or by a run
    that was cut short. Other versions of libraries do not count: a server has other ones than the
    machine on which it was published, and fewer.
    """
    return _changed(root, _hashes(root, _read(root / RECORD)))


def _changed(root: Path, hashes: Mapping[str, str]) -> bool:
    """Whether any of the files with these hashes, or which authored files there are, changed."""
    if {name for name in hashes if name.startswith("tables/")} != set(_authored(root)):
        return True
    known = _read(root / CACHE)
    folder = f"{root}/"  # a Path for each of many files takes longer than looking at it
    for name, sha256 in hashes.items():
        if not _has_hash(folder + name, sha256, known.get(name, UNKNOWN)):
            return True
    return not hashes


def would_differ(root: Path) -> bool:
    """Whether publishing again may make other files, because of sources, toolkit or libraries."""
    record = _read(root / RECORD)
    return not _same_libraries(record) or _changed(root, _hashes(root, record))


def _same_libraries(record: Mapping[str, Any]) -> bool:
    """Whether a record is of publishing with the libraries that are installed here."""
    return record.get("made_with") == made_with()


def still_published(root: Path, folder: str, ending: str) -> Path | None:
    """The file in a folder, with that ending, that this toolkit published last.

    None where there was none, where it is not what it was then, or libraries are other ones.
    """
    record = _read(root / RECORD)
    if not _same_libraries(record):
        return None
    known = _read(root / CACHE)
    for name, sha256 in _hashes(root, record).items():
        if name.startswith(f"{folder}/") and name.endswith(ending):
            stamp = known.get(name, UNKNOWN)
            return root / name if _has_hash(f"{root}/{name}", sha256, stamp) else None
    return None


def _hashes(root: Path, record: Mapping[str, Any]) -> dict[str, str]:
    """The hashes in a record of the files that went into a publication and came out of it.

    None are known where it was published by another version of the toolkit, or a run was cut short.
    """
    if (root / JOURNAL).exists() or record.get("toolkit") != toolkit_hash():
        return {}
    hashes: dict[str, str] = record["files"]
    return hashes


def stamps_of_inputs(publication: Publication) -> Stamps:
    """What is known of the files of a publication before they are read.

    So one that is edited meanwhile makes the publication stale. The CSV files of its tables are
    hashed when they are read, and no sooner.
    """
    names = [*_authored(publication.root)]
    names += [entry.path for entry in publication.package.documents]
    tables = set()
    for name in publication.resources:
        tables.add(publication.csv_path(name).relative_to(publication.root).as_posix())
    latest = time.time_ns() - RACE
    stamps = {}
    for name in names:
        if (publication.root / name).is_file():
            stamp = _stamp(publication.root / name, "" if name in tables else None)
            stamps[name] = stamp if stamp.changed < latest else stamp._replace(changed=0)
    return stamps


def record_of(
    inputs: Stamps, made: Mapping[str, Path], hashes: Mapping[str, str]
) -> dict[str, bytes]:
    """The record that files were made of the inputs, and the cache, each by its path.

    `made` has each file that is yet to be put in place, by its name in the publication. Moved there
    they keep their times. `hashes` are the SHA-256 of all tables, and of those of `made` that were
    read already.
    """
    stamps = {}
    for name, stamp in inputs.items():
        # Of a table that is one no longer there is no hash, which makes the publication stale.
        stamps[name] = stamp._replace(sha256=stamp.sha256 or hashes.get(name, ""))
    for name, path in made.items():
        if name != CHANGELOG:
            stamps[name] = _stamp(path, hashes.get(name))
    recorded = {name: stamps[name].sha256 for name in sorted(stamps)}
    record = {"toolkit": toolkit_hash(), "made_with": made_with(), "files": recorded}
    contents = {RECORD: record, CACHE: stamps}
    return {path: json.dumps(content, indent=0).encode() for path, content in contents.items()}


def _read(path: Path) -> dict[str, Any]:
    """What was written to a file; nothing where it is not there, or something else."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _authored(root: Path) -> Iterable[str]:
    """The names of the files below tables/: what people write, and what is generated for git."""
    beginning = len(f"{root}/")
    waiting = [folder for folder in (f"{root}/tables",) if os.path.isdir(folder)]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            if entry.is_dir():
                waiting.append(entry.path)
            elif entry.name.endswith(AUTHORED) and not entry.name.startswith("."):
                yield entry.path[beginning:]


def _stamp(path: Path, sha256: str | None = None) -> Stamp:
    status = path.stat()  # before it is read: a change meanwhile must not go unseen
    known = sha256_of(path) if sha256 is None else sha256
    return Stamp(known, status.st_size, status.st_mtime_ns)


def _has_hash(path: str, sha256: str, known: Sequence[Any]) -> bool:
    """Whether a file has that hash, which is not computed where its stamp, `known`, tells."""
    known_hash, size, changed = known
    try:
        status = os.stat(path)
        if known_hash == sha256:
            if status.st_size != size:
                return False
            if status.st_mtime_ns == changed:
                return True
        return sha256_of(Path(path)) == sha256
    except OSError:
        return False
