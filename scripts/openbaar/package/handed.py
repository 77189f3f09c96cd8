"""The files of a package that others hand us, in a folder or a zip: read within limits.

Nothing leads out of a folder, and nothing is unpacked to the disk. Of a zip no more is unpacked
than the limits allow, whatever it states of itself. `docs/incoming.md` lists what is refused, with
reasons.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import BROKEN_ZIP, read_inside
from openbaar.limits import most
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.schema.names import check_path

CHUNK = 1 << 20
SMALL = 1 << 20  # bytes; what unpacks to less does no harm, however well it is packed


class HandedFiles(Protocol):
    """The files of a package."""

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file, at most `limit`. Raises OpenbaarError."""


@dataclass(frozen=True)
class HandedFolder:
    """The files of a package in a folder."""

    root: Path

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file in the folder."""
        return read_inside(self.root, name, limit)


class HandedZip:
    """The files of a package in a zip, unpacked in memory and only as far as the limits go."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN_ZIP as error:
            hint = "give a folder, a zip or a .csv"
            raise OpenbaarError(Problem(Place(name), f"is no zip: {error}", hint)) from error
        problems = list(self._problems())
        if problems:
            raise OpenbaarError(problems)
        self.folder = self._folder()
        self.left = most("unpacked_bytes")

    def _problems(self) -> Iterator[Problem]:
        """What is wrong with the list of files in the zip."""
        entries = self.archive.infolist()
        if len(entries) > most("package_files"):
            message = f"has {len(entries)} files; at most {most('package_files')} are read"
            yield Problem(Place(self.name), message)
            return
        seen: set[str] = set()
        for entry in entries:
            place = Place(f"{self.name}/{entry.orig_filename}")
            yield from _entry_problems(entry, place)
            if entry.filename in seen:
                yield Problem(place, "is in the zip twice", "keep one of them")
            seen.add(entry.filename)

    def _folder(self) -> str:
        """The folder of the descriptor: the top, or the one folder that everything is in."""
        names = self.archive.namelist()
        tops = {name.partition("/")[0] for name in names}
        if DESCRIPTOR not in names and len(tops) == 1:
            return f"{tops.pop()}/"
        return ""

    def holds(self, name: str) -> bool:
        """Whether the zip has a file of this name."""
        return self.folder + name in self.archive.NameToInfo

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file in the zip."""
        place = Place(name)
        try:
            entry = self.archive.getinfo(self.folder + name)
        except KeyError as error:
            message = "cannot be read: it is not in the zip"
            raise OpenbaarError(Problem(place, message)) from error
        out = bytearray()
        entry.file_size = limit + 2 * CHUNK  # what it states may be a lie; this is where we stop
        try:
            with self.archive.open(entry) as file:
                while chunk := file.read(CHUNK):
                    out += chunk
                    self._check(len(out), limit, entry, place)
        except BROKEN_ZIP as error:
            raise OpenbaarError(Problem(place, f"cannot be unpacked: {error}")) from error
        self.left -= len(out)
        return bytes(out)

    def _check(self, unpacked: int, limit: int, entry: zipfile.ZipInfo, place: Place) -> None:
        """Raise OpenbaarError where a file unpacks to more than a limit, as far as it is now."""
        if unpacked > limit:
            raise OpenbaarError(Problem(place, f"has over {limit} bytes; at most {limit} are read"))
        if unpacked > self.left:
            message = f"unpacks to more than {most('unpacked_bytes')} bytes"
            raise OpenbaarError(Problem(Place(self.name), message))
        if unpacked > SMALL and unpacked > entry.compress_size * most("packed_ratio"):
            message = f"unpacks to more than {most('packed_ratio')} times its size"
            raise OpenbaarError(Problem(place, message))


def handed_zip(path: Path) -> HandedZip:
    """The files in the zip at `path`. Raises OpenbaarError where it is none, or too large."""
    return HandedZip(read_inside(path.parent, path.name, most("document_bytes")), path.name)


def _entry_problems(entry: zipfile.ZipInfo, place: Place) -> Iterator[Problem]:
    """What is wrong with one file in a zip by what its header says."""
    try:
        check_path(entry.orig_filename.rstrip("/"))
    except ValueError as error:
        yield Problem(place, str(error))
    if stat.S_ISLNK(entry.external_attr >> 16):
        yield Problem(place, "is a link", "pack the file itself")
    if entry.flag_bits & 1:
        yield Problem(place, "needs a password", "save it without one")
