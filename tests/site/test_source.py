"""The pages of documents: their lines, and what each of them became."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from lxml import html

from openbaar.site.source import Run, excerpts
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
