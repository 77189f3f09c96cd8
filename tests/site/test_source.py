"""The pages of documents: their lines, and what each of them became."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from csv import DictReader
from pathlib import Path
from urllib.parse import urljoin

import pytest
from lxml import html

from generated.paged import PAGED, TWO_PAGES, Pages, write_headed, write_paged
from generated.publication import schema, write_publication
from openbaar.site.routes.document_lines import ShownLine
from openbaar.site.routes.excerpts import Run, excerpts
from openbaar.site.routes.highlighting import Piece
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting import place_rules
from openbaar.tables.converting.convert import convert
from openbaar.tables.places import RULE
from served import Built, build, published_of, shown

GRID = """Municipalities of Belgium,,
,,
year,region,number
1961,Belgium,2663
2019,Flanders,300
2025,Flanders,285
,,
(*) the regions exist since 1970,,
"""


@pytest.fixture
def with_grid(hand_made: Path, tmp_path: Path) -> Built:
    """The hand-made publication with a CSV document in the place of the text."""
    (hand_made / "sources" / "municipalities.txt").unlink()
    (hand_made / "sources" / "municipalities.csv").write_text(GRID + "x,y,z\n" * 6)
    data = (hand_made / "sources" / "municipalities.csv").read_bytes()
    for path in (hand_made / "tables").iterdir():
        text = path.read_text().replace("sources/municipalities.txt", "sources/municipalities.csv")
        path.write_text(text)
    package = hand_made / "tables" / "package.yaml"
    lines = package.read_text().splitlines()
    digest = hashlib.sha256(data).hexdigest()
    changed = [f"    sha256: {digest}" if "sha256:" in line else line for line in lines]
    package.write_text("\n".join(changed) + "\n")
    return build(hand_made, tmp_path / "built")


def test_the_cells_of_a_csv_document_are_shown_apart(with_grid: Built) -> None:
    page = asyncio.run(shown(with_grid).client.get("/en/source/municipalities.csv")).text
    line = html.document_fromstring(page).get_element_by_id("L4")
    assert line.find('span[@class="text"]').text_content() == "1961 | Belgium | 2663"


def test_what_is_printed_in_a_cell_of_a_csv_document_is_marked(with_grid: Built) -> None:
    [excerpt] = asyncio.run(
        excerpts(shown(with_grid), published_of(with_grid), "municipalities", "2019,flanders")
    )
    [line] = [line for line in excerpt.lines if line.number == 5]
    assert [(piece.text, piece.column) for piece in line.pieces] == [
        ("2019 | Flanders | ", None),
        ("300", "number"),
    ]


def test_a_line_says_what_it_became(small: Built) -> None:
    page = asyncio.run(shown(small).client.get("/en/source/municipalities.txt")).text
    line = html.document_fromstring(page).get_element_by_id("L12")
    assert [link.get("href") for link in line.findall(".//a")] == [
        "/en/municipalities/anomalies/merger_before_the_year"
    ]


@pytest.fixture(params=["txt", "csv"])
def by_rule_and_by_row(request: pytest.FixtureRequest, tmp_path: Path) -> list[Built]:
    """The same table twice: each cell has a row in `provenance`, or each column a rule."""
    separator = " " if request.param == "txt" else " | "
    recipe: dict[str, object] = {"by": "line", "rows": separator.join(["{key}", "{name}", "{n}"])}
    recipe |= {"cells": {"name": {"pattern": "[^0-9]+"}}}
    columns = {"key": "integer", "name": "string", "n": "integer", "source_lines": "string"}
    table = {"schema": schema(columns, ["key"]), "recipe": recipe}
    rows = [("1", "Gent", "5"), ("2", "De Panne", "12"), ("3", "Aalst", "3")]
    lines = [separator.replace(" | ", ",").join(row) + "\n" for row in rows]
    found = []
    for most in (0, 1000):
        root = tmp_path / str(most)
        document = {f"d.{request.param}": "".join(lines).encode()}
        package = {"most_cells": {"provenance": most}}
        write_publication(root, document, {"t": table}, package)
        found.append(converted_and_built(root))
    return found


def converted_and_built(root: Path) -> Built:
    for path, content in convert(load_publication(root)).files.items():
        assert isinstance(content, bytes)
        (root / path).write_bytes(content)
    return build(root, root / "built")


def test_a_rule_for_every_row_shows_where_each_row_is(by_rule_and_by_row: list[Built]) -> None:
    pages = []
    for built in by_rule_and_by_row:
        client = shown(built).client
        row = html.document_fromstring(asyncio.run(client.get("/made-up/t/2")).text)
        document = next((built.database.parent / "sources").iterdir()).name
        source = html.document_fromstring(asyncio.run(client.get(f"/source/{document}")).text)
        marked = [mark.text_content() for mark in row.iter("mark")]
        links = source.get_element_by_id("L2").findall(".//a")
        pages.append((marked, [(link.get("href"), link.text_content()) for link in links]))
    by_rule, by_row = pages
    assert by_rule == by_row
    assert by_rule[0] == ["2", "De Panne", "12"]
    assert by_rule[1][0][0] == "/made-up/t/2"


def test_a_row_of_provenance_for_every_row_says_so(by_rule_and_by_row: list[Built]) -> None:
    by_rule, _ = by_rule_and_by_row
    page = html.document_fromstring(
        asyncio.run(shown(by_rule).client.get("/made-up/provenance")).text
    )
    assert "{C} is what is printed in column C" in page.text_content()
    links = [link.get("href") for link in page.iter("a") if link.text_content() == "every row"]
    assert {urljoin("/made-up/provenance", link) for link in links} == {"/made-up/t"}


PAGES: Pages = [
    *TWO_PAGES,
    [("", [("7", "a | b", "9"), ("8", "Mol", "-")]), ("d", [("9", "a | b", "3")])],
]


def all_seen(root: Path, keys: Sequence[str]) -> list[list[bytes]]:
    """What is shown of each of these rows in its lines, and of each line of the document its rows."""
    built = converted_and_built(root)
    client = shown(built).client
    found = []
    for key in keys:
        row = html.document_fromstring(asyncio.run(client.get(f"/made-up/t/{key}")).text)
        excerpts = row.find_class("excerpt")
        assert excerpts
        found.append([html.tostring(excerpt) for excerpt in excerpts])
    document = next((built.database.parent / "sources").iterdir()).name
    source = html.document_fromstring(asyncio.run(client.get(f"/source/{document}")).text)
    lines = source.xpath("//*[starts-with(@id, 'L')]")
    return [*found, [html.tostring(line) for line in lines]]


def rules_of(root: Path) -> list[str]:
    """The identifiers of the rows of `provenance` that hold for many rows."""
    with (root / "tables" / "provenance.csv").open(encoding="utf-8", newline="") as file:
        return [row["row_id"] for row in DictReader(file) if row["row_id"].startswith(RULE)]


@pytest.mark.parametrize("kind", list(PAGED))
def test_rules_for_runs_show_where_each_row_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_rules, "FEWEST", 0)  # in so short a table, little is won
    by_rule = write_paged(tmp_path / "rule", kind, PAGES, most=0)
    by_row = write_paged(tmp_path / "row", kind, PAGES, most=1000)
    keys = [str(key) for key in range(1, 10)]
    assert all_seen(by_rule, keys) == all_seen(by_row, keys)
    assert rules_of(by_rule)
    assert not rules_of(by_row)


def test_rules_for_rows_below_headings_show_where_each_is(tmp_path: Path) -> None:
    by_rule, by_row = write_headed(tmp_path / "rule", 0), write_headed(tmp_path / "row", 1000)
    names = ["Gent", "Mol", "Lier", "Geel"]
    keys = [f"{name},{year}" for name in names for year in (2020, 2021)]
    assert all_seen(by_rule, keys) == all_seen(by_row, keys)
    assert rules_of(by_rule)
    assert not rules_of(by_row)


def test_a_document_that_is_not_there_is_not_found(small: Built) -> None:
    assert asyncio.run(shown(small).client.get("/source/other.txt")).status_code == 404


@pytest.mark.parametrize(
    ("later", "reaches"),
    [
        (Run("a", "", 7, 7), True),
        (Run("a", "", 10, 12), True),
        (Run("a", "", 11, 12), False),
        (Run("a", "2", 7, 7), False),
        (Run("b", "", 7, 7), False),
    ],
)
def test_runs_whose_surroundings_touch_are_shown_as_one(later: Run, reaches: bool) -> None:
    """Two lines are shown above and below each run."""
    assert Run("a", "", 3, 5).reaches(later) is reaches


@pytest.mark.parametrize(
    ("words", "is_aligned"),
    [
        ("1996                 51,544          37,481", True),
        ("1996\t51,544", True),
        ("   Indented, but one text.  With two spaces.", False),
        ("HOUT  113 112", False),
    ],
)
def test_a_line_whose_words_stand_in_columns_does_not_wrap(words: str, is_aligned: bool) -> None:
    assert ShownLine("", 1, [Piece(words)]).is_aligned is is_aligned
