"""What recipes are applied to: documents, authored tables, and the code lists among these."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.documents.reader import read_document
from openbaar.errors import OpenbaarError, Problem, concerning, nearest
from openbaar.recipe.codes import CodeList
from openbaar.schema.model import Reference
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.code_lists import code_list
from openbaar.tables.dataset import TableData, csv_path, read_tables_data

Say = Callable[[str], None]


def say_nothing(_message: str) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Sources:
    """What recipes are applied to: documents by path, authored tables, code lists among them."""

    documents: dict[str, Document]
    authored: dict[str, TableData]
    codes: dict[Reference, CodeList]


def read_sources(publication: Publication, verify: bool) -> Sources:
    """Read all documents, authored tables and code lists.

    With `verify`, only documents with the recorded hash are read. Raises OpenbaarError with what is
    wrong with any of them.
    """
    documents = {}
    problems: list[Problem] = []
    for entry in publication.package.documents:
        try:
            with concerning("reading", entry.path.__str__):
                documents[entry.path] = open_document(publication, entry, verify)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    authored = read_authored(publication)
    return Sources(documents, authored, code_lists(publication, authored))


def open_document(publication: Publication, entry: DocumentEntry, verify: bool) -> Document:
    """A document of a publication, as `read_document` reads it.

    Raises OpenbaarError, where it is not there with the line of the package file that names it.
    """
    if not (publication.root / entry.path).exists():
        raise OpenbaarError(_not_there(publication, entry))
    return read_document(publication.root, entry, verify)


def _not_there(publication: Publication, entry: DocumentEntry) -> Problem:
    index = [each.path for each in publication.package.documents].index(entry.path)
    place = publication.place(None, "documents", index, "path")
    folder = (publication.root / entry.path).parent
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    message = f"there is no file {entry.path}"
    hint = f"{nearest(Path(entry.path).name, there)} or put the document there"
    return Problem(place, message, hint.removeprefix(" or "))


def code_lists(
    publication: Publication, authored: Mapping[str, TableData]
) -> dict[Reference, CodeList]:
    """The code lists among the authored tables, by what points to them.

    Raises OpenbaarError for a list that prints two codes alike.
    """
    codes: dict[Reference, CodeList] = {}
    for reference in _references_to_code_lists(publication, authored):
        table = publication.tables[reference.resource]
        rows = authored[reference.resource].rows
        codes[reference] = code_list(publication, table, reference.fields[0], rows)
    return codes


def read_authored(publication: Publication) -> dict[str, TableData]:
    """The tables that have no recipe, from their CSV files.

    Raises OpenbaarError with what is wrong with any of them.
    """
    authored = [table for table in publication.tables.values() if table.recipe is None]
    return read_tables_data(publication, authored, _neither_recipe_nor_file)


def _neither_recipe_nor_file(publication: Publication, name: str) -> Problem:
    message = f"has no recipe, and there is no {csv_path(name)}"
    return Problem(publication.place(name), message, "write one of the two")


def _references_to_code_lists(
    publication: Publication, authored: Collection[str]
) -> set[Reference]:
    """What single columns point to, where that is an authored table that holds printed labels."""
    found: set[Reference] = set()
    for table in publication.tables.values():
        for key in table.table_schema.foreignKeys:
            if len(key.fields) == 1 and _is_code_list(publication, authored, key.reference):
                found.add(key.reference)
    return found


def _is_code_list(
    publication: Publication, authored: Collection[str], reference: Reference
) -> bool:
    if reference.resource not in authored:
        return False
    return publication.tables[reference.resource].table_schema.has("label")
