"""The tables of documents that were opened: their readings, or what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem, concerning, told_once
from openbaar.schema.csvfile import Rows
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.reading import Reading, Regions, read_table
from openbaar.tables.converting.sources import Say
from openbaar.tables.dataset import DocumentLine
from openbaar.tables.judging.trust import (
    Shown,
    anomaly_rows,
)

# How a message begins that is about a key of a recipe; most are made where its file is unknown.
RECIPE_KEY = re.compile("recipe key '(?P<key>[a-z]+)'")


@dataclass(frozen=True)
class Gathered:
    """What reading came to: each table's reading, or its problems."""

    readings: dict[str, Reading]
    problems: dict[str, list[Problem]]


def gather(
    publication: Publication, found: Regions, names: Collection[str] | None, say: Say
) -> Gathered:
    """Read the tables called `names`, or all, which `find_regions` found or not.

    What is wrong with a table is returned.
    """
    regions, missing = found
    readings: dict[str, Reading] = {}
    problems: dict[str, list[Problem]] = {}
    for name, table in publication.tables.items():
        if names is not None and name not in names:
            continue
        if name in missing:
            problems[name] = named(publication, name, missing[name])
        if name not in regions:
            continue
        say(f"reading {name}")
        with concerning("reading the table of", partial(publication.place, name)):
            reading = read_table(publication, table, regions[name].document, regions)
        if reading.problems:
            problems[name] = named(publication, name, reading.problems)
        else:
            readings[name] = reading
    return Gathered(readings, problems)


def named(publication: Publication, table: str, problems: Collection[Problem]) -> list[Problem]:
    """Problems of a table with its name before each message, and where in its file the key is.

    before: recipe key 'until': '^Totaal' matches no line in the document
    after: wages: recipe key 'until' (tables/wages.yaml:12): '^Totaal' matches no line in the …
    """
    return [_named(publication, table, each) for each in told_once(problems)]


def _named(publication: Publication, table: str, problem: Problem) -> Problem:
    message = problem.message
    found = RECIPE_KEY.match(message)
    if found is not None:
        place = _place_of_key(publication, table, found["key"])
        if place.first_line is not None and place.file != problem.place.file:
            line = replace(place, column=None)
            message = f"{found[0]} ({line}){message[found.end() :]}"
    return Problem(problem.place, f"{table}: {message}", problem.hint)


def _place_of_key(publication: Publication, table: str, key: str) -> Place:
    """Where a key of a recipe stands: below `recipe`, or below its `by`."""
    inside = publication.place(table, "recipe", "by", key)
    recipe = publication.place(table, "recipe", "by")
    return inside if inside != recipe else publication.place(table, "recipe", key)


def checked_anomalies(
    publication: Publication, problems: Mapping[str, Collection[Problem]], shown: Shown
) -> Rows:
    """The rows of the anomalies.

    Raises OpenbaarError with the problems of all tables, and of anomalies that are gone.
    """
    found: list[Problem] = []
    for name in publication.tables:
        found += problems.get(name, ())
    rows: Rows = []
    try:
        rows = anomaly_rows(shown)
    except OpenbaarError as error:
        found += error.problems
    if found:
        raise OpenbaarError(found)
    return rows


def shown_lines(document: Document) -> Iterator[DocumentLine]:
    """The lines of a document as pages show them."""
    for line in document.lines:
        if document.has_pages:
            yield DocumentLine(str(line.page), line.row, line.printed)
        else:
            yield DocumentLine("", line.number, line.printed)
