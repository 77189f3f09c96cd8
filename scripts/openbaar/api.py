"""The Python API: a publication as one object, for those who script what the command does.

>>> import openbaar
>>> project = openbaar.open("my-publication")            # doctest: +SKIP
>>> [str(problem) for problem in project.check()]        # doctest: +SKIP
[]
>>> project.rows("started_by_gender")[0]["started"]      # doctest: +SKIP
44899

`docs/api.md` explains it with examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from openbaar.errors import OpenbaarError, Problem
from openbaar.publishing.examine import check, examine, warnings
from openbaar.publishing.publish import publish
from openbaar.schema.csvfile import Rows
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from openbaar.tables.dataset import Dataset, read_dataset


@dataclass(frozen=True)
class Project:
    """A publication folder. Its authored files are read once, when they are first needed."""

    folder: Path

    @cached_property
    def publication(self) -> Publication:
        """What the authors wrote: the package file and the table files.

        Raises OpenbaarError with every problem of every file.
        """
        return load_publication(self.folder)

    @property
    def tables(self) -> list[str]:
        """The names of all tables, those of the authors first, then the trust tables."""
        return list(self.publication.resources)

    def convert(self) -> Dataset:
        """Convert the documents; nothing is written.

        Raises OpenbaarError with every problem of every table.
        """
        return convert(self.publication)

    @cached_property
    def dataset(self) -> Dataset:
        """The tables as their CSV files are now.

        Raises OpenbaarError with every problem of every file.
        """
        return read_dataset(self.publication)

    def rows(self, table: str) -> Rows:
        """The rows of a table as its CSV file is now, typed by its schema: int, Decimal, str, None.

        Raises KeyError when there is no such table.
        """
        return self.dataset.rows(table)

    def check(self) -> list[Problem]:
        """Everything that is wrong, as `openbaar check` reports it; empty when nothing is."""
        try:
            publication = self.publication
        except OpenbaarError as error:
            return error.problems
        return check(publication)

    def warnings(self) -> list[Problem]:
        """What a person should still look at, as `openbaar check` lists it beside problems.

        The documents are read for it. Raises OpenbaarError where the authored files cannot be.
        """
        return [*warnings(self.publication), *examine(self.publication).doubts]

    def publish(self) -> list[str]:
        """Publish as `openbaar publish` does; returns the paths of the files in git that changed.

        Raises OpenbaarError with every problem, and then leaves everything as it was.
        """
        return publish(self.publication)


def open(folder: str | Path = ".") -> Project:
    """The publication in `folder`."""
    return Project(Path(folder).resolve())
