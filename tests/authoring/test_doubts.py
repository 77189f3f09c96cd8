"""What speaks against a draft that converts: each doubt on a text that raises it, and on none other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openbaar.authoring.draft.project import init

DOUBTED = {
    "neither headings nor stated totals confirm the columns": (
        "Tabelle 1: Fälle\nBerlin 15 186\nHamburg 12 3\nKöln 7 45\nBremen 6 71\nQuelle: x\n"
    ),
    "the row 'Pagina' may be the footer of a page": (
        "Tabel 1: x\nGent 1 2\nAalst 3 4\nPagina 3 9\nHam 5 6\nMol 7 8\nBron: x\n"
    ),
    "the text is printed twice": (
        "Tabel 1: x\nGent 1 2\nGent 1 2\nAalst 3 4\nAalst 3 4\nBron: x\n"
    ),
    "a stated total is not the sum of the rows": (
        "Tabel 1: x\nGent 1\nAalst 3\nHam 5\nTotaal 10\nBron: x\n"
    ),
}
HEAD = "Tabel 1: x\nNaam          Aantal   Deel\n"
DOUBTED["the label 'Sint' may go on in the row below"] = (
    f"{HEAD}Sint\nNiklaas           12      2\nAalst              3     14\n"
    "Heist op den\nBerg              5      6\nGent               9      1\nBron: x\n"
)
DOUBTED["'aantal' and 'aantal_2' have the same title, 'Aantal': say what tells them apart"] = (
    "Tabel 1: x\nNaam          Aantal   Aantal\n"
    "Gent              12      2\nAalst              3     14\nHam       5      6\nBron: x\n"
)
TRUSTED = [
    # A heading of two words, and numbers with a space in each row: only the totals say how many
    # columns there are.
    "Table 1: x\nRegion cases of which started\nSurrey 1 928 170 10\nCornwall 56 9 415 1\n"
    "Kent 837 390 4 101 990\nGrand total 839 374 13 686 1 001\nSource: x\n",
    f"{HEAD}Groep A\nGent              12      2\nAalst              3     14\n"
    "Groep B\nHam               5      6\nIeper             7      1\nBron: x\n",
    f"{HEAD}Oost\n  Gent            12      2\n  Aalst            3     14\n"
    "West\n  Ham             5      6\n  Ieper            7      1\nBron: x\n",
    f"{HEAD}Feitelijk\n2019-20           12      2\n2020-21            3     14\n"
    "Verwacht\n2021-22            5      6\n2022-23            7      1\nBron: x\n",
    "Tabel 1: x\nGent 1.234 2\nAalst 3 4\nHam 5 6\nTotaal 1.242 12\nBron: x\n",
    "Tabel 1: x\nNaam Aantal Deel\nGent 12 2\nAalst 3 14\nHam 5 6\nBron: x\n",
]


def reported(folder: Path, text: str) -> tuple[str, str]:
    """What `init` says of the one table in a text, and the comments of its draft."""
    (folder / "d.txt").write_text(text, "utf-8")
    said = list(init(folder / "made", [folder / "d.txt"], "nl"))
    (draft,) = [
        path for path in (folder / "made/tables").glob("*.yaml") if path.name != "package.yaml"
    ]
    return said[1], draft.read_text("utf-8")


@pytest.mark.parametrize("doubt", DOUBTED)
def test_a_draft_that_may_be_wrong_needs_a_look(doubt: str, tmp_path: Path) -> None:
    said, draft = reported(tmp_path, DOUBTED[doubt])
    assert "needs a look: " in said
    assert "# Converts, but needs a look: " in draft
    assert f"#   {doubt}" in draft


@pytest.mark.parametrize("text", TRUSTED)
def test_a_draft_without_doubts_says_why_it_is_believed(text: str, tmp_path: Path) -> None:
    said, draft = reported(tmp_path, text)
    assert re.search(r"converts: [34] rows", said)
    assert "# Believed, because " in draft
