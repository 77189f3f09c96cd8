"""What was read from each document, kept until anything that it is made of changes.

What is taken again gives the same bytes as what is read anew. Each file that is kept has its hash
beside it: one that was damaged is not used, and its document is read.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path

from pydantic import TypeAdapter

from openbaar import placing
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.files import sha256_of, take_again
from openbaar.recipe.records import StatedTotal
from openbaar.schema.csvfile import Row
from openbaar.tables.converting.convert import Readers
from openbaar.tables.converting.kept_documents import KeptDocuments, documents_kept, is_as_recorded
from openbaar.tables.converting.made_of import made_of
from openbaar.tables.converting.parts import Job, Left, Outcome, Part
from openbaar.tables.converting.sources import Say
from openbaar.tables.sealed import sealed, unsealed

CACHE = f"{placing.CACHE}/read"
READ = "read.json"

Done = tuple[Part, Outcome]


def keeping(readers: Readers, root: Path) -> Readers:
    """What reads as `readers` do, but only the documents of which it was not kept what they hold.

    It is kept in the publication in `root`, which the run must hold alone. Where only some tables
    are wanted, they are read, from the lines of a document where these were kept.
    """
    return _Keeping(readers, root, _Kept(root / CACHE)).read


@dataclass(frozen=True)
class _Keeping:
    """Reads as `readers` do, but takes what was kept, and keeps what was read."""

    readers: Readers
    root: Path
    kept: _Kept

    def read(self, job: Job, names: frozenset[str] | None, say: Say) -> list[Done]:
        """What is read from the documents of a job, for the tables called `names` or for all."""
        if not job.verify:
            return self.readers(job, names, say)
        documents = documents_kept(self.root, job.documents)
        if names is not None:
            keeper = _Keeper(self.kept, documents, {})
            return self.readers(replace(job, keeper=keeper), names, say)
        keys = {entry.path: made_of(job, entry) for entry in job.documents}
        self.kept.remove_but(keys.values())
        documents.remove_others()
        return self._read_all(job, _Keeper(self.kept, documents, keys), say)

    def _read_all(self, job: Job, keeper: _Keeper, say: Say) -> list[Done]:
        done = _taken(self.kept, job, keeper.keys)
        known = {part.document for part, _ in done}
        if known:
            say(f"{len(known)} of {len(job.documents)} documents were read before")
        changed = [entry for entry in job.documents if entry.path not in known]
        if changed:
            done += self.readers(replace(job, documents=changed, keeper=keeper), None, say)
        by_document = _by_document(done)
        for entry in changed:
            key = keeper.keys[entry.path]
            if not self.kept.has(key):  # it was read in several parts, or without the folder
                self.kept.keep(key, job, by_document[entry.path])
        return list(chain.from_iterable(by_document[entry.path] for entry in job.documents))


def _taken(kept: _Kept, job: Job, keys: Mapping[str, str]) -> list[Done]:
    """The parts of which it was kept what was read.

    Their numbers are counted backwards from -1, so that none is that of a part which is read.
    """
    done: list[Done] = []
    for entry in job.documents:
        key = keys[entry.path]
        if not (kept.has(key) and is_as_recorded(job, entry)):
            continue
        tables = tuple(job.publication.read_from(entry.path))
        part = Part(-1 - len(done), entry.path, tables, tables)
        outcome = kept.taken(key, job, part)
        if outcome is None:
            kept.remove(key)
        else:
            done.append((part, outcome))
    return done


def _by_document(done: Sequence[Done]) -> dict[str, list[Done]]:
    """What was read, by the path of its document; nothing of one that no table is read from."""
    found: dict[str, list[Done]] = defaultdict(list)
    for each in done:
        found[each[0].document].append(each)
    return found


@dataclass(frozen=True)
class _Read:
    """What was read from a document beside its files, and the hashes of these by name."""

    files: dict[str, str]
    tables: dict[str, Left]
    anomalies: dict[int, Row]
    stated: list[tuple[str, int, StatedTotal]]

    @property
    def outcome(self) -> Outcome:
        """The outcome of reading the document in one part."""
        stated = {(table, check): total for table, check, total in self.stated}
        return Outcome(self.tables, anomalies=dict(self.anomalies), stated=dict(stated))


@lru_cache(maxsize=1)
def _as_json() -> TypeAdapter[_Read]:
    """What writes and reads that as JSON."""
    return TypeAdapter(_Read)


@dataclass(frozen=True)
class _Kept:
    """The folder in which there is a folder for each document, called by what it is made of."""

    folder: Path

    def has(self, key: str) -> bool:
        """Whether anything was kept of what is made of that."""
        return (self.folder / key).is_dir()

    def remove(self, key: str) -> None:
        """Remove what was kept of what is made of that."""
        shutil.rmtree(self.folder / key, ignore_errors=True)

    def remove_but(self, keys: Collection[str]) -> None:
        """Remove what was read of anything else."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name not in keys:
                    self.remove(path.name)

    def taken(self, key: str, job: Job, part: Part) -> Outcome | None:
        """What was kept of a part, with its files where reading it would leave them.

        None where nothing was kept, or not as it was.
        """
        folder = self.folder / key
        files = _files(job, part)
        try:
            read = _as_json().validate_json(unsealed(folder / READ, key))
            if read.files != _hashes(folder, files):
                return None
            for name, path in files.items():
                take_again(folder / name, path)
        except (OSError, ValueError):  # which pydantic raises, too
            return None
        return read.outcome if read.tables.keys() == set(part.tables) else None

    def keep(self, key: str, job: Job, done: Sequence[Done]) -> None:
        """Keep what was read of a document, in one part or several, if nothing is wrong with it."""
        if not all(map(_is_right, (outcome for _, outcome in done))):
            return
        made = job.folder / key
        with suppress(OSError):  # what could not be kept is read again
            made.mkdir()
            hashes: dict[str, str] = {}
            for part, _ in done:
                files = _files(job, part)
                for name, path in files.items():
                    take_again(path, made / name)
                hashes |= _hashes(made, files)
            (made / READ).write_bytes(sealed(_packed(hashes, done), key))
            self.remove(key)
            self.folder.mkdir(parents=True, exist_ok=True)
            os.replace(made, self.folder / key)


@dataclass(frozen=True)
class _Keeper:
    """Keeps what is read in one part of a document that has a key, and the lines of documents."""

    kept: _Kept
    documents: KeptDocuments
    keys: Mapping[str, str]

    def opened(self, job: Job, entry: DocumentEntry) -> Document:
        return self.documents.opened(job, entry)

    def keep(self, job: Job, part: Part, outcome: Outcome) -> None:
        key = self.keys.get(part.document)
        if key is not None:
            self.kept.keep(key, job, [(part, outcome)])


def _files(job: Job, part: Part) -> dict[str, Path]:
    """The files that reading a part leaves, by the name under which they are kept."""
    files = {}
    for table in part.wanted:
        files[f"{table}.csv"] = job.csv(table)
        files[f"{table}.places"] = job.places(table)
    if part.looked_at:
        files["lines"] = job.lines(part.number)
    return files


def _hashes(folder: Path, names: Collection[str]) -> dict[str, str]:
    """The hashes of files in a folder. Raises OSError where one cannot be read."""
    return {name: sha256_of(folder / name) for name in names}


def _is_right(outcome: Outcome) -> bool:
    """Whether nothing is wrong with a part."""
    found = [*outcome.anomalies.values(), *outcome.stated.values()]
    is_found = not any(isinstance(each, list) for each in found)
    return is_found and not outcome.unreadable and not outcome.problems


def _packed(hashes: dict[str, str], done: Sequence[Done]) -> bytes:
    """What was read of a document, as JSON."""
    read = _Read(hashes, {}, {}, [])
    for _, outcome in done:
        read.tables.update(outcome.tables)
        for number, row in outcome.anomalies.items():
            if not isinstance(row, list):
                read.anomalies[number] = row
        for (table, check), total in outcome.stated.items():
            if not isinstance(total, list):
                read.stated.append((table, check, total))
    return _as_json().dump_json(read)
