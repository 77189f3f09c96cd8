"""Publications of other documents, made by recipe alone.

`publications/NOTICE.md` says where the documents come from.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from openbaar.cli.main import main
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

FOLDER = Path(__file__).parent / "publications"
PUBLICATIONS = ["bundestag", "spanning", "remake3a", "sv177"]
# The one document that is not part of this repository.
ELSEWHERE = {"sv177": FOLDER.parents[2] / "shared" / "documents" / "nl_vlaams_sv177_2026.txt"}
Rows = list[dict[str, str]]


def folder_of(name: str, into: Path) -> Path:
    """A copy of a publication with its document, or a skip where the document is missing."""
    shutil.copytree(FOLDER / name, into, dirs_exist_ok=True)
    if name in ELSEWHERE:
        document = ELSEWHERE[name]
        if not document.is_file():
            pytest.skip(f"the document {document.name} is not on this machine")
        (into / "sources").mkdir()
        shutil.copy(document, into / "sources")
    return into


def tables(name: str, into: Path) -> dict[str, Rows]:
    converted = convert(load_publication(folder_of(name, into))).files
    return {
        Path(path).stem: list(csv.DictReader(io.StringIO(data.decode())))
        for path, data in converted.items()
    }


def verdicts(found: dict[str, Rows], verdict: str) -> list[tuple[str, str, str, str]]:
    rows = [row for row in found["reconciliation"] if row["verdict"] == verdict]
    return [(row["table_name"], row["column_name"], row["stated"], row["computed"]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLICATIONS)
def test_a_publication_of_another_document_is_published_whole(name: str, tmp_path: Path) -> None:
    published = CliRunner().invoke(main, ["--project", str(folder_of(name, tmp_path)), "publish"])
    assert published.exit_code == 0, published.output
    assert list((tmp_path / "build").glob("*.db"))
    assert list((tmp_path / "dist").glob("*.zip"))
    assert CliRunner().invoke(main, ["--project", str(tmp_path), "check"]).exit_code == 0


def test_one_cell_per_line_with_totals_that_do_not_add_up(tmp_path: Path) -> None:
    found = tables("sv177", tmp_path)
    assert {name: len(found[name]) for name in load_publication(tmp_path).tables} == {
        "question": 1,
        "companies": 6,
        "projects": 6,
        "projects_by_instrument": 18,
        "sme_support": 6,
        "sme_support_all_instruments": 6,
    }
    assert found["question"] == [
        {"number": "177", "asker": "ANDY PIETERS", "asked_on": "2026-01-19", "source_lines": "2-4"}
    ]
    assert verdicts(found, "different") == []
    assert verdicts(found, "explained") == [
        ("projects", "projects", "2643", "2638"),
        ("projects_by_instrument", "projects", "1986", "1981"),
    ]
    assert {"total_2643_is_not_the_sum", "total_1986_is_not_the_sum"} <= {
        row["id"] for row in found["anomalies"]
    }
    assert [row for row in found["projects_by_instrument"] if row["status"] != "normal"] == [
        {
            "year": "2023", "instrument": "ICON", "projects_limburg": "", "projects": "2",
            "percent_limburg": "0.00", "status": "not_given", "source_lines": "175-184",
        }
    ]  # fmt: skip
    assert found["sme_support"][1] == {
        "year": "2021", "sme_support": "11748350.00", "smes": "41", "limburg_support": "15701442.00",
        "flanders_support": "258808208.50", "percent_of_limburg": "74.82", "percent_of_flanders": "4.54",
        "source_lines": "262-271",
    }  # fmt: skip


def test_rows_with_spaces_inside_numbers_and_marks_at_years(tmp_path: Path) -> None:
    found = tables("bundestag", tmp_path)
    assert found["germany"][0] == {
        "year": "2013",
        "cases": "10470",
        "died": "1",
        "died_of_it": "1",
        "source_lines": "46",
    }
    assert [row["cases"] for row in found["germany"]] == (
        [
            "10470",
            "12332",
            "9081",
            "13782",
            "16835",
            "12917",
            "10321",
            "3469",
            "811",
            "1744",
            "3429",
            "25271",
            "3638",
        ]
    )
    assert len(found["thuringia"]) == 16
    assert verdicts(found, "equal")[:3] == [
        ("germany", "cases", "124100", "124100"),
        ("germany", "died", "25", "25"),
        ("germany", "died_of_it", "12", "12"),
    ]
    marked = [
        (row["table_name"], row["row_id"], row["mark"])
        for row in found["provenance"]
        if row["mark"]
    ]
    assert marked == [
        ("germany", "2013", "*"),
        ("germany", "2025", "**"),
        ("thuringia", "2025", "*"),
    ]


def test_a_ruled_table_of_a_pdf_with_spanning_headings(tmp_path: Path) -> None:
    found = tables("spanning", tmp_path)
    rows = found["volume_servers"] + found["other_servers"]
    read = {(row["scenario"], row["server_type"], row["year"]): row["uec"] for row in rows}
    expected: dict[tuple[str, str, str], str] = {}
    scenario, years = "", list[str]()
    with (FOLDER / "spanning" / "expected.csv").open(newline="") as file:
        for first, *cells in csv.reader(file):
            if not any(cells):
                scenario = first
            elif cells[0] == "2007":
                years = cells
            else:
                expected |= {
                    (scenario, first, year): cell.replace(",", "")
                    for year, cell in zip(years, cells, strict=True)
                }
    assert read == expected
    cell = next(row for row in found["provenance"] if row["printed"] == "98,864")
    assert (cell["document"], cell["page"], cell["cell"]) == (
        "sources/spanning_cells.pdf",
        "1",
        "2.4.6",
    )


def test_a_pdf_in_the_order_of_word_gives_the_table_that_its_text_gives(tmp_path: Path) -> None:
    found = tables("remake3a", tmp_path)
    with (FOLDER.parents[1] / "tables/started_by_sector.csv").open(newline="") as file:
        wanted = list(csv.DictReader(file))
    for row in [*found["started_by_sector"], *wanted]:
        del row["source_lines"]
    assert found["started_by_sector"] == wanted
    assert {row["verdict"] for row in found["reconciliation"]} == {"equal"}
    assert {row["page"] for row in found["provenance"]} == {"1", "2", "3"}
