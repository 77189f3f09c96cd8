"""The workbook, read back by another library: typed numbers, labels, and nothing that runs."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from datasets import dataset_from, dataset_of
from openbaar.package import workbook
from openbaar.package.workbook import documentation_names, sheet_names, write_workbook
from openbaar.tables.publication import Publication
from openbaar.tables.references import load_publication


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the workbook is written."""
    return tmp_path / "tables.xlsx"


def rows(path: Path, sheet: str) -> list[list[Any]]:
    """The values of a sheet, formulas as their text."""
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_each_table_has_a_sheet_after_the_documentation_in_each_language(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target)
    assert openpyxl.load_workbook(target).sheetnames == [
        "Toelichting",
        "Documentation",
        *publication.resources,
    ]


def test_a_table_shows_titles_labels_and_numbers(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target)
    assert rows(target, "municipalities")[:3] == [
        ["Jaar", "Gewest", "Aantal\n(gemeenten)", "Aandeel\n(procent)", "Status"],
        [1961, "België", 2663, None, None],
        [1961, "Vlaanderen, het Vlaamse Gewest", None, None, "kan niet bestaan"],
    ]
    assert sorted(
        {
            type(value).__name__
            for _, _, *numbers, _ in rows(target, "municipalities")[1:]
            for value in numbers
        }
    ) == [
        "NoneType",
        "float",
        "int",
    ]


def test_headings_are_in_the_first_language_of_the_publication(
    hand_made: Path, target: Path
) -> None:
    """Whatever the order in which a table file gives its texts."""
    path = hand_made / "tables" / "municipalities.yaml"
    dutch_first = "title: {nl: Gemeenten per gewest, en: Municipalities per region}"
    english_first = "title: {en: Municipalities per region, nl: Gemeenten per gewest}"
    path.write_text(path.read_text("utf-8").replace(dutch_first, english_first), "utf-8")
    write_workbook(dataset_of(load_publication(hand_made)), target)
    assert rows(target, "municipalities")[0] == [
        "Jaar",
        "Gewest",
        "Aantal\n(gemeenten)",
        "Aandeel\n(procent)",
        "Status",
    ]


def test_below_its_rows_a_table_says_what_a_reader_must_know(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    dataset = dataset_from(publication, files)
    write_workbook(dataset, target)
    marks = [row for row in dataset.rows("footnotes") if row["table_name"] == "municipalities"]
    below = [row[0] for row in rows(target, "municipalities")][
        len(dataset.rows("municipalities")) :
    ]
    for row in marks:
        assert f"{row['mark']} {row['text_nl']}" in below
    assert below[-1] == publication.tables["municipalities"].notes[-1]["nl"]


def test_the_contents_lead_to_the_sheets(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target)
    sheet = openpyxl.load_workbook(target)["Documentation"]
    led = {cell.value: cell.hyperlink.location for (cell,) in sheet["A1:A60"] if cell.hyperlink}
    assert led == {name: f"'{name}'!A1" for name in publication.resources}


def test_the_documentation_says_what_each_column_means(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target)
    documented = rows(target, "Documentation")
    assert documented[0][0] == "Municipalities of Belgium"
    assert [
        "municipalities",
        "number",
        "Number",
        "municipalities",
        "The number of municipalities.",
    ] in documented
    document = publication.package.documents[0]
    assert [
        "Municipalities of Belgium",
        document.sha256,
        "unknown",
        "unknown",
        "not stated",
    ] in documented


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://example.com")',
        "+1",
        "-25 jaar",
        "@SUM(A1)",
        "https://example.com",
        "1234",
        "01",
    ],
)
def test_no_text_becomes_a_formula_a_link_or_a_number(
    publication: Publication, files: dict[str, bytes], target: Path, text: str
) -> None:
    quoted = text.replace('"', '""')
    changed = {
        **files,
        "tables/statuses.csv": files["tables/statuses.csv"] + f'odd,"{quoted}"\n'.encode(),
    }
    write_workbook(dataset_from(publication, changed), target)
    cell = openpyxl.load_workbook(target)["statuses"].cell(
        row=changed["tables/statuses.csv"].count(b"\n"), column=2
    )
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert cell.quotePrefix == (text[0] in "=+-@")


def test_the_same_tables_give_the_same_bytes(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target)
    first = target.read_bytes()
    write_workbook(dataset_from(publication, files), target)
    assert target.read_bytes() == first
    with zipfile.ZipFile(target) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert openpyxl.load_workbook(target).properties.created == datetime(1980, 1, 1)


def test_a_table_too_long_for_a_sheet_is_left_out_and_the_documentation_says_so(
    publication: Publication, files: dict[str, bytes], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        workbook, "MAX_ROWS", len(files["tables/municipalities.csv"].splitlines()) - 1
    )
    write_workbook(dataset_from(publication, files), target)
    book = openpyxl.load_workbook(target)
    assert "municipalities" not in book.sheetnames
    assert "regions" in book.sheetnames
    assert "too long for a sheet; see the CSV file" in [
        row[0] for row in rows(target, "Documentation")
    ]


def test_sheets_have_names_of_their_own_however_long_those_of_tables_are() -> None:
    long = "started_since_2021_by_age_group_and_"
    assert sheet_names(["a", f"{long}1", f"{long}2"]) == {
        "a": "a",
        f"{long}1": "started_since_2021_by_age_group",
        f"{long}2": "started_since_2021_by_age_gro_2",
    }


def test_the_sheets_of_the_documentation_have_names_of_their_own() -> None:
    assert documentation_names(["nl", "en"], ["regions"]) == {
        "nl": "Toelichting",
        "en": "Documentation",
    }
    assert documentation_names(["en", "es"], ["documentation"]) == {
        "en": "Documentation (en)",
        "es": "Documentation (es)",
    }
