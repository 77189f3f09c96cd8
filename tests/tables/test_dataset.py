"""The dataset of a folder: its CSV files read once, with everything that is wrong in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openbaar.errors import OpenbaarError
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from openbaar.tables.dataset import DocumentLine, lines_path, read_dataset
from openbaar.tables.judging.wording import place_text
from openbaar.tables.spans import Span, where_read
from openbaar.texts import catalogue

ROOT = Path(__file__).parent.parent.parent


def problems(publication: Publication) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        read_dataset(publication)
    return [str(problem) for problem in caught.value.problems]


def replace_in(publication: Publication, table: str, old: bytes, new: bytes) -> None:
    path = publication.csv_path(table)
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def test_broken_values_of_all_tables_are_reported_at_once(publication: Publication) -> None:
    replace_in(publication, "municipalities", b"2663", b"2.663")
    replace_in(publication, "mergers", b"true", b"yes")
    assert problems(publication) == [
        "tables/municipalities.csv:2:14: number: '2.663' is not a whole number of at most 64 bits",
        "tables/mergers.csv:3:29: several: 'yes' is neither true nor false",
    ]


def test_a_table_without_its_file_is_named(publication: Publication) -> None:
    publication.csv_path("footnotes").unlink()
    assert problems(publication) == [
        "tables/footnotes.yaml: tables/footnotes.csv is missing (run `openbaar convert`)"
    ]


def test_the_lines_that_converting_left_are_read_back(publication: Publication) -> None:
    assert read_dataset(publication).lines == {}
    lines = {
        "sources/municipalities.txt": (DocumentLine("", 1, "a | ␟ "), DocumentLine("2", 1, ""))
    }
    path = lines_path(publication)
    path.parent.mkdir()
    path.write_text(json.dumps(lines), "utf-8")
    assert read_dataset(publication).lines == lines


def test_a_span_over_pages_is_from_the_first_line_to_the_last_one() -> None:
    pieces = [Span(40, 48, "9", "9"), Span(2, 7, "10", "10"), Span(30, 30, "9", "9")]
    whole = pieces[0].joined(pieces[1]).joined(pieces[2])
    assert whole == Span(30, 7, "9", "10")


@pytest.mark.parametrize(
    "name", ["", "tests/publications/spanning", "tests/publications/bundestag"]
)
def test_converting_knows_what_the_rows_of_provenance_come_to(name: str) -> None:
    dataset = convert(load_publication(ROOT / name))
    assert dataset.read == where_read(dataset.rows("provenance"))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(4, 4), "line 4"),
        (Span(4, 6, "2", "2"), "page 2, lines 4–6"),
        (Span(4, 6, "Regions", "Regions"), "sheet Regions, lines 4–6"),
        (Span(30, 7, "9", "10"), "pages 9–10"),
    ],
)
def test_a_place_is_told_with_its_page_and_of_several_pages_without_lines(
    span: Span, words: str
) -> None:
    english = catalogue("en")
    assert place_text(span.first, span.last, english, span.page, span.last_page) == words
