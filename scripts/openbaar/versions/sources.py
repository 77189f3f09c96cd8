"""Where the files of a version are: a folder, a zip, a revision of git, or what was released."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, read_inside
from openbaar.limits import most
from openbaar.package.handed import HandedZip, handed_zip
from openbaar.package.permalinks import RELEASES, number
from openbaar.repository import git
from openbaar.schema.conventions import VERSION


class VersionFiles(Protocol):
    """The files of a version, read by their path in the publication."""

    @property
    def name(self) -> str:
        """What messages and reports call this version."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None where the version has none of this path.

        Raises OpenbaarError where it is there and cannot be read.
        """


@dataclass(frozen=True)
class FolderFiles:
    """A version in a folder: a publication, or a data package that was unpacked."""

    root: Path
    name: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file in the folder."""
        if not (self.root / path).exists():
            return None
        return read_inside(self.root, path, most("table_bytes"))


@dataclass(frozen=True)
class ZipFiles:
    """A version in a zip, as `openbaar publish` packs it in `dist/`, or as somebody sent it."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the zip."""
        return self.path.name

    @cached_property
    def _files(self) -> HandedZip:
        return handed_zip(self.path)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file in the zip."""
        if not self._files.holds(path):
            return None
        return self._files.read(path, most("table_bytes"))


@dataclass(frozen=True)
class GitFiles:
    """A version in the history of git: the publication in `root` as it was at a revision."""

    root: Path
    name: str
    commit: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file at that revision."""
        # `./` makes git look in the publication, which need not be the top of the repository.
        found = f"{self.commit}:./{path}"
        size = git(self.root, "cat-file", "-s", found)
        if size.returncode != 0:
            return None
        if int(size.stdout) > most("table_bytes"):
            message = f"has {int(size.stdout)} bytes; at most {most('table_bytes')} are read"
            raise OpenbaarError(Problem(Place(f"{self.name}/{path}"), message))
        return git(self.root, "cat-file", "blob", found).stdout


@dataclass(frozen=True)
class ReleasedFiles:
    """A version as it was released: its CSV files, and since 0.2 of the toolkit its descriptor."""

    root: Path
    name: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file that is kept of the release; `tables/x.csv` is kept as `x.csv`."""
        kept = self.root / RELEASES / self.name / path.removeprefix("tables/")
        return kept.read_bytes() if kept.is_file() else None

    @property
    def tables(self) -> list[str]:
        """The names of the tables that were released."""
        return sorted(path.stem for path in (self.root / RELEASES / self.name).glob("*.csv"))


@dataclass(frozen=True)
class GivenFiles:
    """A version whose files are known by their path in the publication."""

    files: Mapping[str, Content]
    name: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file that was given."""
        content = self.files.get(path)
        return content.read_bytes() if isinstance(content, Path) else content

    @property
    def tables(self) -> list[str]:
        """The names of its tables."""
        return sorted(Path(path).stem for path in self.files if path.endswith(".csv"))


def version_files(wanted: str, root: Path) -> VersionFiles:
    """The files of the version that somebody names: a folder, a zip, a release, or a revision.

    Releases and revisions are those of the publication in `root`.
    Raises OpenbaarError where the name is none of these.
    """
    path = Path(wanted)
    if path.is_dir():
        return FolderFiles(path, wanted)
    if path.is_file():
        return ZipFiles(path)
    if wanted in released_versions(root):
        return ReleasedFiles(root, wanted)
    commit = _commit(root, wanted)
    if commit is not None:
        return GitFiles(root, wanted, commit)
    raise OpenbaarError(_nothing(wanted, root))


def released_versions(root: Path) -> list[str]:
    """The versions that were released, the oldest first."""
    folders = [path.name for path in (root / RELEASES).glob("*") if path.is_dir()]
    return sorted((name for name in folders if re.fullmatch(VERSION, name)), key=number)


def _nothing(wanted: str, root: Path) -> Problem:
    released = ", ".join(released_versions(root)) or "none"
    return Problem(
        Place(wanted),
        "is no folder, no zip, no released version and no revision of git",
        f"released versions: {released}",
    )


def _commit(root: Path, revision: str) -> str | None:
    """The commit that a revision names; None where it names none, or this is no repository."""
    if revision.startswith("-"):  # git would take it for an option
        return None
    asked = git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    return asked.stdout.decode().strip() if asked.returncode == 0 else None
