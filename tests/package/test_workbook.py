"""The workbook, read back by another library: typed numbers, labels, and nothing that runs."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter import Workbook

from datasets import dataset_from, dataset_of
from openbaar.package import workbook
from openbaar.package.sheets import OPTIONS, Column, Styles, TableSheet
from openbaar.package.workbook import documentation_name, sheet_names, write_workbook
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the workbook is written."""
    return tmp_path / "tables.xlsx"


def rows(path: Path, sheet: str) -> list[list[Any]]:
    """The values of a sheet, formulas as their text."""
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("language", "documentation"), [("nl", "Toelichting"), ("en", "Documentation")]
)
def test_each_table_has_a_sheet_after_the_documentation(
    publication: Publication,
    files: dict[str, bytes],
    target: Path,
    language: str,
    documentation: str,
) -> None:
    write_workbook(dataset_from(publication, files), target, language)
    names = [documentation, *publication.resources]
    assert openpyxl.load_workbook(target).sheetnames == names


def test_a_table_shows_titles_labels_and_numbers(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target, "nl")
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


def test_a_workbook_in_another_language_has_its_titles_and_notes(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    """And its labels; where a list has none in that language, those of the first."""
    write_workbook(dataset_from(publication, files), target, "en")
    assert openpyxl.load_workbook(target).properties.title == "Municipalities of Belgium"
    shown = rows(target, "municipalities")
    assert shown[:2] == [
        ["Year", "Region", "Number\n(municipalities)", "Share\n(percent)", "Status"],
        [1961, "België", 2663, None, None],
    ]
    assert shown[-1][0] == publication.tables["municipalities"].notes[-1]["en"]


def test_codes_have_the_labels_of_the_language_where_their_list_gives_them(
    hand_made: Path, target: Path
) -> None:
    described = hand_made / "tables" / "statuses.yaml"
    title = "{nl: Engelse naam, en: English name}"
    column = f"    - {{name: title_en, title: {title}, description: {title}}}\n"
    text = described.read_text("utf-8")
    described.write_text(text.replace("label: title_nl", f"{column}label: title_nl"), "utf-8")
    listed = "code,title_nl,title_en\ncannot_exist,kan niet bestaan,cannot exist\n"
    (hand_made / "tables" / "statuses.csv").write_text(listed, "utf-8")
    dataset = dataset_of(load_publication(hand_made))
    for language, label in (("nl", "kan niet bestaan"), ("en", "cannot exist")):
        write_workbook(dataset, target, language)
        assert rows(target, "municipalities")[2][4] == label


def test_headings_are_in_the_language_of_the_workbook(hand_made: Path, target: Path) -> None:
    """Whatever the order in which a table file gives its texts."""
    path = hand_made / "tables" / "municipalities.yaml"
    dutch_first = "title: {nl: Gemeenten per gewest, en: Municipalities per region}"
    english_first = "title: {en: Municipalities per region, nl: Gemeenten per gewest}"
    path.write_text(path.read_text("utf-8").replace(dutch_first, english_first), "utf-8")
    write_workbook(dataset_of(load_publication(hand_made)), target, "nl")
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
    write_workbook(dataset, target, "nl")
    marks = [row for row in dataset.rows("footnotes") if row["table_name"] == "municipalities"]
    below = [row[0] for row in rows(target, "municipalities")][
        len(dataset.rows("municipalities")) :
    ]
    for row in marks:
        assert f"{row['mark']} {row['text_nl']}" in below
    assert below[-1] == publication.tables["municipalities"].notes[-1]["nl"]


def test_what_stands_on_several_lines_is_seen_in_every_program(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    """Some programs give a row the height of one line unless it has one of its own."""
    dataset = dataset_from(publication, files)
    write_workbook(dataset, target, "nl")
    book = openpyxl.load_workbook(target)
    table = book["municipalities"]
    assert table.row_dimensions[1].height == 2 * 15  # a title and its unit
    first = len(dataset.rows("municipalities")) + 3  # below the headings, and a row of nothing
    assert sorted(str(each) for each in table.merged_cells.ranges) == [
        f"A{row}:E{row}" for row in range(first, table.max_row + 1)
    ]  # the notes, over all columns and no other
    assert table.max_column == 5
    documentation = book["Toelichting"]
    assert not documentation["A1"].alignment.wrap_text
    described = [cell for (cell,) in documentation["E5:E40"] if len(str(cell.value or "")) > 100]
    assert described
    for cell in described:
        assert cell.alignment.wrap_text
        assert documentation.row_dimensions[cell.row].height >= 2 * 15


def test_a_long_text_is_read_below_itself(tmp_path: Path, target: Path) -> None:
    with Workbook(str(target), OPTIONS) as book:
        sheet = TableSheet(book.add_worksheet("t"), Styles.of(book))
        columns = [Column("Text", "", "string"), Column("n", "", "integer")]
        sheet.write(columns, [["word " * 30, 1], ["word", 2], ["=word " * 9999, 3]], [])
    read = openpyxl.load_workbook(target)["t"]
    heights = [read.row_dimensions[row].height for row in (2, 3, 4)]
    assert heights == [3 * 15, None, 408]  # 150 characters, four, and more than a row can hold
    assert read["A2"].alignment.wrap_text
    assert (read["B2"].alignment.vertical, read["B2"].value) == ("top", 1)


def test_a_sheet_is_printed_as_wide_as_paper_with_its_headings_on_each_page(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target, "nl")
    for sheet in openpyxl.load_workbook(target):
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToHeight, sheet.page_setup.orientation) == (0, "landscape")
        assert sheet.print_title_rows == (None if sheet.title == "Toelichting" else "$1:$1")


def test_the_contents_lead_to_the_sheets(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target, "en")
    sheet = openpyxl.load_workbook(target)["Documentation"]
    led = {cell.value: cell.hyperlink.location for (cell,) in sheet["A1:A60"] if cell.hyperlink}
    assert led == {name: f"'{name}'!A1" for name in publication.resources}


def test_the_documentation_says_what_each_column_means(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target, "en")
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
    write_workbook(dataset_from(publication, changed), target, "nl")
    cell = openpyxl.load_workbook(target)["statuses"].cell(
        row=changed["tables/statuses.csv"].count(b"\n"), column=2
    )
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert cell.quotePrefix == (text[0] in "=+-@")


def test_the_same_tables_give_the_same_bytes(
    publication: Publication, files: dict[str, bytes], target: Path
) -> None:
    write_workbook(dataset_from(publication, files), target, "nl")
    first = target.read_bytes()
    write_workbook(dataset_from(publication, files), target, "nl")
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
    write_workbook(dataset_from(publication, files), target, "en")
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


def test_the_sheet_of_the_documentation_has_a_name_of_its_own() -> None:
    assert documentation_name("nl", "nl", ["regions"]) == "Toelichting"
    assert documentation_name("en", "nl", ["regions"]) == "Documentation"
    assert documentation_name("en", "en", ["documentation"]) == "Documentation (en)"
