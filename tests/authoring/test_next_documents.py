"""What `openbaar init` makes of documents as offices write them: nothing is wrong in silence."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from docx.document import Document as WordDocument
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.pdfgen.canvas import Canvas

from openbaar.authoring.draft.project import drafts_of, init
from openbaar.authoring.draft.trial import Tried

HEADINGS = ("Provincie", "Gemeente", "Starters")


def drafted(path: Path, write: Callable[[Path], object]) -> list[Tried]:
    write(path)
    return drafts_of(path, "nl")


def word(write: Callable[[WordDocument], object]) -> Callable[[Path], object]:
    def save(path: Path) -> None:
        made = docx.Document()
        write(made)
        made.save(str(path))

    return save


def add_rows(made: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    table = made.add_table(rows=0, cols=len(rows[0]))
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text


def values(draft: Tried) -> list[list[Any]]:
    assert draft.result.reading is not None
    return [
        [cell.value for cell in record.cells.values()] for record in draft.result.reading.records
    ]


def authored(draft: Tried) -> Any:
    return yaml.safe_load(draft.text)


def test_subtotals_below_the_rows_of_each_group_are_totals_of_these(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Starters")
        add_rows(made, [
            HEADINGS,
            ("Antwerpen", "Mol", "12"), ("Antwerpen", "Geel", "7"), ("Antwerpen", "Subtotaal", "19"),
            ("Limburg", "Genk", "5"), ("Limburg", "Peer", "4"), ("Limburg", "Subtotaal", "9"),
            ("Totaal", "", "28"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    assert draft.result.equal == 3
    assert [row[1] for row in values(draft)] == ["Mol", "Geel", "Genk", "Peer"]
    totals = authored(draft)["recipe"]["totals"]["table"]
    assert [row["where"] for row in totals[:2]] == [
        {"provincie": "Antwerpen"}, {"provincie": "Limburg"},
    ]  # fmt: skip


def test_a_subtotal_of_rows_that_only_their_labels_tell_names_these(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Uitgaven")
        add_rows(made, [
            ("Post", "2022", "2023"),
            ("Loon", "10", "20"), ("Huur", "3", "4"), ("Subtotaal", "13", "24"),
            ("Rente", "1", "2"), ("Totaal", "14", "26"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    totals = authored(draft)["recipe"]["totals"]["table"]
    assert totals[0]["where"] == {"post": ["Loon", "Huur"]}
    assert isinstance(totals[1], str)


def test_subtotals_below_the_label_of_a_section_are_those_of_the_group(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Uitgaven")
        add_rows(made, [
            ("Post", "Raming", "Uitgave"),
            ("Personeel", "", ""), ("Loon", "10", "20"), ("Pensioen", "3", "4"),
            ("Subtotaal", "13", "24"),
            ("Werking", "", ""), ("Huur", "1", "2"), ("Energie", "5", "5"),
            ("Subtotaal", "6", "7"),
            ("Totaal", "19", "31"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    assert draft.result.equal == 6
    assert set(authored(draft)["recipe"]["totals"]) == {"group", "table"}


def test_rows_that_add_up_by_chance_are_not_those_of_a_total(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabelle 1: Straftaten")
        add_rows(made, [
            ("Delikt", "2022", "2023"), ("Raub", "1", "2"), ("Betrug", "5", "6"),
            ("Summe Gewalt", "6", "8"),
            ("Propaganda", "4", "5"), ("davon Zeichen", "1", "2"), ("Sonstige", "7", "8"),
            ("Gesamtsumme", "17", "21"),  # as are all rows but the first, or but "davon Zeichen"
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == ["a stated total is not the sum of the rows"]


def test_totals_that_are_the_sum_of_no_rows_are_a_doubt(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Uitgaven")
        add_rows(made, [
            ("Post", "2022", "2023"), ("Loon", "10", "20"), ("Huur", "3", "4"),
            ("Subtotaal", "12", "24"), ("Rente", "1", "2"), ("Totaal", "14", "26"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == ["a stated total is not the sum of the rows"]


@pytest.mark.parametrize(
    ("total", "doubts"), [("12", []), ("13", ["the row 'A-U Totaal' may be a total"])]
)
def test_a_row_that_ends_as_totals_do_is_one_where_it_adds_up(
    total: str, doubts: list[str], tmp_path: Path
) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Vacatures")
        rows = [("A-U Totaal", total), ("A Landbouw", "5"), ("C Industrie", "7")]
        add_rows(made, [("Bedrijfstak", "Vacatures"), *rows])

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert list(draft.doubts) == doubts
    assert len(values(draft)) == (3 if doubts else 2)


def test_a_table_that_goes_on_below_its_headings_is_one(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 3: Starters")
        add_rows(made, [HEADINGS, ("Limburg", "Genk", "5"), ("Limburg", "Peer", "4")])
        made.add_paragraph("Tabel 3 (vervolg)")
        add_rows(
            made, [HEADINGS, ("Luik", "Hoei", "1"), ("Luik", "Luik", "2"), ("Totaal", "", "12")]
        )

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    assert len(values(draft)) == 4
    assert draft.result.equal == 1


def test_tables_with_the_same_headings_below_another_title_stay_two(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        for number, town in ((1, "Genk"), (2, "Hoei")):
            made.add_paragraph(f"Tabel {number}: Starters in {town}")
            add_rows(made, [HEADINGS, ("Limburg", town, "5"), ("Limburg", "elders", "4")])

    assert len(drafted(tmp_path / "d.docx", word(write))) == 2


def test_a_mark_at_a_year_is_found_below_the_source_of_the_table(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        rows = "".join(f"<tr><td>{year}<td>{year - 2000}" for year in (2020, 2021))
        path.write_text(
            "<html lang='nl'><h1>Starters</h1><table><tr><th>Jaar<th>Aantal"
            f"{rows}<tr><td>2022<sup>1)</sup><td>12<sup>1)</sup></table>"
            "<p>Bron: VDAB</p><p><sup>1)</sup> Voorlopig</p></html>"
        )

    (draft,) = drafted(tmp_path / "d.html", write)
    assert draft.is_trusted, draft.outcome
    assert values(draft) == [[2020, 20], [2021, 21], [2022, 12]]
    assert authored(draft)["footnotes"]["¹⁾"]["text"] == {"nl": "Voorlopig"}


def test_a_dash_before_a_number_is_a_minus(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Groei")
        add_rows(made, [
            ("Land", "Aantal", "Groei"), ("Genk", "1.200", "–30,5"), ("Peer", "13", "+2,0"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    assert [float(row[2]) for row in values(draft)] == [-30.5, 2.0]


def test_three_digits_behind_a_point_are_those_of_a_thousand_beside_postal_codes(
    tmp_path: Path,
) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Inwoners")
        add_rows(made, [
            ("Postcode", "Gemeente", "Inwoners"), ("1000", "Brussel", "1.234"),
            ("2000", "Antwerpen", "2.345"), ("9000", "Gent", "345"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.is_trusted, draft.outcome
    assert [row[2] for row in values(draft)] == [1234, 2345, 345]


def test_three_digits_behind_a_comma_may_be_decimals(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Prijs")
        add_rows(made, [("Maand", "Prijs"), ("01/2024", "1,234"), ("02/2024", "1,345")])

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == [
        "the column 'Prijs' holds numbers over a thousand, or with three decimals"
    ]


def test_figures_that_a_few_cells_make_texts_are_a_doubt(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Leerlingen")
        rows = [("Genk", "12"), ("Peer", "< 5"), ("Mol", "7")]
        add_rows(made, [("Gemeente", "Leerlingen"), *rows])

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == ["the column 'Leerlingen' is one of texts, because of '< 5'"]


def test_letters_behind_figures_are_a_doubt(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Table 1: Rates")
        add_rows(
            made, [("Country", "2022", "2023"), ("BE", "5.5", "6.4 b"), ("DE", "3.1", "3.0 b")]
        )

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == ["'6.4 b' in the column '2023' may be a figure with a mark"]


def test_columns_may_print_numbers_each_in_its_way(tmp_path: Path) -> None:
    text = "Soort\tAantal\tPrijs\nhuis\t1118\t181.528,48\nflat\t839\t182.645,07\n"
    (draft,) = drafted(tmp_path / "d.csv", lambda path: path.write_text(text, "utf-16"))
    assert draft.is_trusted, draft.outcome
    assert [[row[1], float(row[2])] for row in values(draft)] == [
        [1118, 181528.48],
        [839, 182645.07],
    ]
    assert authored(draft)["recipe"]["cells"]["aantal"] == {"numbers": "1234"}


def workbook(rows: Sequence[Sequence[object]]) -> Callable[[Path], object]:
    def save(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)

    return save


@pytest.mark.parametrize(("jobs", "read"), [(1.851, 1.851), ("1.851", 1851)])
def test_numbers_that_a_workbook_stores_have_no_thousands_signs(
    jobs: object, read: float, tmp_path: Path
) -> None:
    rows = [["Sector", "Jobs"], ["Horeca", jobs], ["Bouw", jobs]]
    (draft,) = drafted(tmp_path / "d.xlsx", workbook(rows))
    assert [float(row[1]) for row in values(draft)] == [read, read]


def test_a_sheet_with_a_margin_and_blank_rows_between_its_groups_is_one_table(
    tmp_path: Path,
) -> None:
    rows = [
        [None], [None, "Faillissementen"], [None, "Sector", "Aantal", "Jobs"],
        [None, "Industrie"], [None, "Voeding", 3, 12], [None, "Textiel", 4, 15], [None],
        [None, "Diensten"], [None, "Horeca", 5, 18], [None, "Bouw", 6, 24], [None],
        [None, "Totaal", 18, 69], [None], [None, "Bron: Statbel"],
    ]  # fmt: skip
    (draft,) = drafted(tmp_path / "d.xlsx", workbook(rows))
    assert draft.is_trusted, draft.outcome
    assert draft.result.equal == 2
    assert sorted(sorted(map(str, row)) for row in values(draft))[0] == [
        "12",
        "3",
        "Industrie",
        "Voeding",
    ]
    assert len(values(draft)) == 4


@pytest.mark.parametrize("is_merged", [True, False])
def test_a_heading_reaches_as_far_as_it_is_merged(is_merged: bool, tmp_path: Path) -> None:
    def save(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in (
            ["", "Aantal"],
            ["Sector", "Man", "Vrouw", "Jobs"],
            ["Horeca", 3, 4, 9],
            ["Bouw", 5, 6, 8],
        ):
            book.active.append(row)
        if is_merged:
            book.active.merge_cells("B1:C1")
        book.save(path)

    (draft,) = drafted(tmp_path / "d.xlsx", save)
    names = [field["name"] for field in authored(draft)["schema"]["fields"]]
    assert names[1:4] == ["aantal_man", "aantal_vrouw", "jobs" if is_merged else "aantal_jobs"]


def test_a_total_beside_merged_years_is_none_of_theirs(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        path.write_text(
            "<html lang='nl'><h1>Starters</h1><table><tr><th>Land<th colspan=2>2022<th colspan=2>2023<th>"
            "<tr><th><th>Man<th>Vrouw<th>Man<th>Vrouw<th>Jobs"
            "<tr><td>BE<td>1<td>2<td>3<td>4<td>5<tr><td>NL<td>6<td>7<td>8<td>9<td>10</table></html>"
        )

    (draft,) = drafted(tmp_path / "d.html", write)
    titles = [field["title"]["nl"] for field in authored(draft)["schema"]["fields"]]
    assert titles[:6] == ["Land", "2022 Man", "2022 Vrouw", "2023 Man", "2023 Vrouw", "Jobs"]


def test_a_sheet_that_is_called_by_its_year_is_named_after_the_workbook_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "2024"
    for row in (["Land", "Aantal"], ["BE", 1], ["NL", 2]):
        book.active.append(row)
    (draft,) = drafted(tmp_path / "faillissementen.xlsx", book.save)
    assert draft.name == "faillissementen_2024"


def test_another_table_below_a_blank_row_stays_another(tmp_path: Path) -> None:
    rows = [
        ["Sector", "Aantal"], ["Horeca", 5], ["Bouw", 6], [None],
        ["Land", "Aantal"], ["BE", 5], ["NL", 6],
    ]  # fmt: skip
    assert len(drafted(tmp_path / "d.xlsx", workbook(rows))) == 2


def test_a_word_in_all_columns_of_a_row_is_no_heading(tmp_path: Path) -> None:
    def write(made: WordDocument) -> None:
        made.add_paragraph("Tabel 1: Leerlingen")
        add_rows(made, [
            ("Gemeente", "Leerlingen", "Klassen"), ("Genk", "12", "2"), ("Mol", "7", "3"),
            ("Peer", "geheim", "geheim"), ("Balen", "8", "3"), ("Geel", "9", "3"),
        ])  # fmt: skip

    (draft,) = drafted(tmp_path / "d.docx", word(write))
    assert draft.doubts == ["'geheim' in the column 'Leerlingen' is taken for a blank"]
    assert values(draft)[2] == ["Peer", None, None, "not_given"]


def test_hidden_parts_of_a_workbook_are_left_out_and_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Worksheet = book.active
    for row in (["Gemeente", "code", "Starters"], ["Genk", 71016, 5], ["Peer", 72030, 4]):
        sheet.append(row)
    sheet.column_dimensions["B"].hidden = True
    book.save(tmp_path / "d.xlsx")
    report = init(tmp_path / "made", [tmp_path / "d.xlsx"], "nl", minimal=True)
    assert report[1] == "  look: sources/d.xlsx#Sheet: has hidden parts: columns B; not read"
    package = yaml.safe_load((tmp_path / "made/tables/package.yaml").read_text("utf-8"))
    assert package["documents"][0]["hidden"] == "skip"
    assert "71016" not in (tmp_path / "made/tables/sheet.yaml").read_text("utf-8")


def test_a_csv_file_of_windows_is_read_and_its_encoding_named(tmp_path: Path) -> None:
    text = "Subsidies, economie en werk\nRegeling;Bedrag (€)\nCréation;€ 1.234,50\nAide;€ 2,25\n"
    (tmp_path / "d.csv").write_bytes(text.encode("cp1252"))
    report = init(tmp_path / "made", [tmp_path / "d.csv"], "nl", minimal=True)
    assert report[1] == "  look: sources/d.csv: is not UTF-8; read as windows-1252"
    (draft,) = drafts_of(tmp_path / "d.csv", "nl")
    assert [[row[0], float(row[1])] for row in values(draft)] == [
        ["Création", 1234.5],
        ["Aide", 2.25],
    ]


def test_a_delimiter_in_a_quoted_cell_parts_nothing(tmp_path: Path) -> None:
    rows = ["Kleuter", "Lager", "Secundair; voltijds", "Secundair; deeltijds"]
    text = "".join(f'"{label}";"{number}";"4{number},5%"\n' for number, label in enumerate(rows))
    (draft,) = drafted(
        tmp_path / "d.csv", lambda path: path.write_text(f"Niveau;Aantal;Aandeel\n{text}")
    )
    assert [row[0] for row in values(draft)] == rows


@pytest.mark.parametrize(
    ("total", "doubts"),
    [
        ("21", []),
        ("", ["its headings come again on another page, which may be those of another table"]),
    ],
)
def test_ruled_tables_overleaf_are_one_where_totals_say_so(
    total: str, doubts: list[str], tmp_path: Path
) -> None:
    def ruled(canvas: Canvas, rows: Sequence[Sequence[str]]) -> None:
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                left, bottom = 72 + 120 * column, 700 - 20 * row
                canvas.rect(left, bottom, 120, 20)
                canvas.drawString(left + 4, bottom + 6, text)
        canvas.showPage()

    written = io.BytesIO()
    canvas = Canvas(written)
    headings = ("Gemeente", "Woningen")
    ruled(canvas, [headings, ("Gent", "1"), ("Aalst", "2"), ("Mol", "3")])
    last = [("Totaal", total)] if total else []
    ruled(canvas, [headings, ("Geel", "4"), ("Ham", "5"), ("Genk", "6"), *last])
    canvas.save()
    (tmp_path / "d.pdf").write_bytes(written.getvalue())
    (draft,) = drafts_of(tmp_path / "d.pdf", "nl")
    assert list(draft.doubts) == doubts
    assert len(values(draft)) == 6


@pytest.mark.parametrize(
    ("titles", "count"),
    [
        (["Tabel 3: Woningen in 2024", "Tabel 3 (vervolg)"], 1),
        (["Tabel 3: Woningen in 2024", "Tabel 4: Woningen in 2025"], 2),
    ],
)
def test_what_is_printed_above_a_ruled_table_names_it(
    titles: list[str], count: int, tmp_path: Path
) -> None:
    written = io.BytesIO()
    canvas = Canvas(written)
    labels = [("Gent", "Aalst", "Mol"), ("Geel", "Ham", "Genk")]
    for page, (title, names) in enumerate(zip(titles, labels, strict=True)):
        canvas.drawString(72, 730, title)
        for row, name in enumerate(["Gemeente", *names]):
            for column, text in enumerate([name, f"{page + 1}{row}" if row else "Woningen"]):
                left, bottom = 72 + 120 * column, 700 - 20 * row
                canvas.rect(left, bottom, 120, 20)
                canvas.drawString(left + 4, bottom + 6, text)
        canvas.showPage()
    canvas.save()
    (tmp_path / "d.pdf").write_bytes(written.getvalue())
    drafts = drafts_of(tmp_path / "d.pdf", "nl")
    assert [authored(draft)["title"]["nl"] for draft in drafts] == titles[:count]
    assert drafts[0].name == "tabel_3"


def test_labels_wrapped_below_their_figures_are_put_together(tmp_path: Path) -> None:
    written = io.BytesIO()
    canvas = Canvas(written)
    height = 760
    for label, *figures in (
        ["Kreis", "2022", "2023"], ["Ahrweiler", "7.711", "9.471"],
        ["Eifelkreis Bitburg-", "5.066", "6.632"], ["Prüm"], ["Germersheim", "3.736", "1.157"],
        ["Integrierte", "5", "6"], ["Gesamtschule"], ["Neuwied", "45", "36"],
    ):  # fmt: skip
        height -= 20 if figures else 11
        canvas.drawString(72, height, label)
        for column, figure in enumerate(figures):
            canvas.drawString(222 + 100 * column, height, figure)
    canvas.save()
    (tmp_path / "d.pdf").write_bytes(written.getvalue())
    (draft,) = drafts_of(tmp_path / "d.pdf", "de")
    assert draft.is_trusted, draft.outcome
    labels = dict.fromkeys(str(row[-2]) for row in values(draft))
    assert [*labels] == [
        "Ahrweiler", "Eifelkreis Bitburg-Prüm", "Germersheim", "Integrierte Gesamtschule", "Neuwied",
    ]  # fmt: skip
