"""Tables in pieces, and tables whose columns overlap.

`init` joins pieces where nothing but headings or heads of pages stands between them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from openbaar.authoring.draft.project import drafts_of
from openbaar.authoring.draft.trial import Tried

HEADINGS = (
    "Kreisname 2011 2022 2011 bis 2022\nAnteil leerstehender Wohnungen\nVeränderung in\nPunkten"
)
FIRST = "Ahrweiler 5,0 6,7 1,7\nBirkenfeld 6,7 6,4 -0,3\nKoblenz 4,0 4,2 0,2"
SECOND = "Neuwied 4,8 4,5 -0,3\nSpeyer 2,3 3,6 1,3\nWorms 3,8 4,6 0,7"
HEAD = "Drucksache 21/17 – {} – Deutscher Bundestag"


def drafts(folder: Path, text: str) -> list[Tried]:
    (folder / "d.txt").write_text(text, "utf-8")
    return drafts_of(folder / "d.txt", "de")


def labels(tried: Tried) -> list[object]:
    """The first cells of the rows that a draft reads."""
    assert tried.result.reading is not None, tried.outcome
    return [next(iter(record.cells.values())).value for record in tried.result.reading.records]


PLACES = ["Ahrweiler", "Birkenfeld", "Koblenz", "Neuwied", "Speyer", "Worms"]


@pytest.mark.parametrize(
    "between", ["", HEAD.format(3) + "\n", f"{HEAD.format(3)}\n\n{HEAD.format(4)}\n"]
)
def test_rows_below_headings_that_come_again_are_one_table(between: str, tmp_path: Path) -> None:
    heads = f"{HEAD.format(1)}\nVorwort.\n{HEAD.format(2)}\nLeerstand in den Kreisen.\n"
    text = f"{heads}{HEADINGS}\n{FIRST}\n{between}{HEADINGS}\n{SECOND}\nQuelle: Zensus\n"
    (draft,) = drafts(tmp_path, text)
    assert draft.is_trusted, draft.outcome
    assert labels(draft) == PLACES


@pytest.mark.parametrize("between", ["", "\n"])
@pytest.mark.parametrize("title", ["Tabelle {}: Leerstand {}", "Tabelle {} Kreise, 1. Januar {}"])
def test_a_title_with_a_year_begins_another_table(title: str, between: str, tmp_path: Path) -> None:
    text = ""
    for number, rows in enumerate((FIRST, SECOND), start=1):
        heading = title.format(number, 2020 + number)
        text += f"\n{heading}\n{between}Kreisname Anteil Vorher Punkte\n{rows}\n"
    made = drafts(tmp_path, text)
    assert [draft.is_trusted for draft in made] == [True, True]
    assert [labels(draft) for draft in made] == [PLACES[:3], PLACES[3:]]
    titles = [draft.sighting.title for draft in made]
    assert titles == [title.format(number, 2020 + number) for number in (1, 2)]


@pytest.mark.parametrize("between", ["", "\n"])
@pytest.mark.parametrize("width", [0, 14])
@pytest.mark.parametrize("title", ["Leerstand in den Kreisen {}", "Karte {number}. Leerstand {}"])
def test_below_another_title_the_same_headings_begin_another_table(
    title: str, width: int, between: str, tmp_path: Path
) -> None:
    """Titles that differ in a year, and in no page number, are no heads of pages."""
    text = ""
    for number, rows in enumerate((FIRST, SECOND, FIRST), start=1):
        heading = title.format(2020 + number, number=number)
        text += f"\n{heading}\n{between}"
        for line in f"Kreisname Anteil Vorher Punkte\n{rows}".splitlines():
            cells = [cell.ljust(width) for cell in line.split()]
            text += " ".join(cells).rstrip() + "\n"
    made = drafts(tmp_path, text)
    assert [labels(draft) for draft in made] == [PLACES[:3], PLACES[3:], PLACES[:3]]


@pytest.mark.parametrize("width", [0, 14])
def test_rows_of_short_numbers_are_no_heads_of_pages(width: int, tmp_path: Path) -> None:
    """Below headings that come again, they are alike but for their digits."""
    rows = [f"0,{90 - number} {20 + number} {40 + number}" for number in range(12)]
    text = ""
    for line in ["Anteil Eins Zwei", *rows[:6], "Anteil Eins Zwei", *rows[6:]]:
        text += " ".join(cell.ljust(width) for cell in line.split()).rstrip() + "\n"
    (draft,) = drafts(tmp_path, f"Tabelle 1: Umfang\n{text}")
    assert [row.cells[0] for row in draft.sighting.rows] == [row.split()[0] for row in rows]


def test_a_row_may_be_about_a_table(tmp_path: Path) -> None:
    rows = "\n".join(f"Tabelle {number} {number * 7} {number * 9}" for number in range(1, 5))
    (draft,) = drafts(tmp_path, f"Was wo steht\nName Zeilen Zellen\n{rows}\n")
    assert len(labels(draft)) == 4


def test_rows_that_only_the_head_of_a_page_parts_are_one_table(tmp_path: Path) -> None:
    heads = f"{HEAD.format(1)}\nVorwort.\n{HEAD.format(2)}\nLeerstand.\n"
    (draft,) = drafts(tmp_path, f"{heads}{FIRST}\n{HEAD.format(3)}\n{SECOND}\nQuelle: x\n")
    assert labels(draft) == PLACES


def test_the_last_rows_below_the_head_of_a_page_are_of_the_table_above_it(tmp_path: Path) -> None:
    """Too few for a table of their own, and alike in all tables, as heads of pages are."""
    text = ""
    for number, kind in enumerate(("links", "rechts", "sonstige"), start=1):
        text += f"TZ: 2023, Straftaten der Art {kind}, Stichtag: 31.01.2024\n{HEADINGS}\n{FIRST}\n"
        text += (
            f"Anlage 1 zur Anfrage 21/1622\n{number}\nWorms 3,8 4,6 0,{number}\nSumme 1 2 3\n \n"
        )
    found = drafts(tmp_path, text)
    assert [labels(draft) for draft in found] == [[*PLACES[:3], "Worms"]] * 3


@pytest.mark.parametrize(
    "between", ["Tabelle 2: Neubau", "In den übrigen Kreisen gilt das Folgende."]
)
def test_tables_with_the_same_headings_and_words_between_them_stay_two(
    between: str, tmp_path: Path
) -> None:
    text = (
        f"Tabelle 1: Leerstand\n{HEADINGS}\n{FIRST}\n{between}\n{HEADINGS}\n{SECOND}\nQuelle: x\n"
    )
    found = drafts(tmp_path, text)
    assert [labels(draft) for draft in found] == [PLACES[:3], PLACES[3:]]


def test_a_piece_that_could_not_be_joined_needs_a_look(tmp_path: Path) -> None:
    wider = "Köln 1,0 2,0 3,0 4,0\nBonn 1,1 2,1 3,1 4,1\nHamm 1,2 2,2 3,2 4,2"
    text = f"Leerstand.\n{HEADINGS}\n{wider}\n{HEADINGS}\n{FIRST}\nQuelle: x\n"
    doubts = [draft.doubts for draft in drafts(tmp_path, text)]
    assert any("its headings come again on line 9: it may go on there" in each for each in doubts)
    assert any(
        "line 2 has the same headings: it may be a piece of a table" in each for each in doubts
    )


def test_the_pieces_of_a_table_on_the_pages_of_a_pdf_are_one_table(tmp_path: Path) -> None:
    written = io.BytesIO()
    canvas = Canvas(written)
    pages = [("Gent", "Aalst", "Mol"), ("Geel", "Ham", "Hasselt"), ("Ieper", "Kortrijk", "Tielt")]
    for number, names in enumerate(pages, start=1):
        canvas.drawString(72, 800, f"Vraag nr. 17 - pagina {number} van 3")
        for column, heading in enumerate(("Gemeente", "2021", "2022")):
            canvas.drawString(72 + 130 * column, 760, heading)
        for row, name in enumerate(names):
            canvas.drawString(72, 740 - 20 * row, name)
            canvas.drawString(202, 740 - 20 * row, f"{number}{row}5")
            canvas.drawString(332, 740 - 20 * row, f"{number}{row}7")
        canvas.showPage()
    canvas.save()
    (tmp_path / "d.pdf").write_bytes(written.getvalue())
    (draft,) = drafts_of(tmp_path / "d.pdf", "nl")
    assert draft.is_trusted, draft.outcome
    assert draft.result.reading is not None
    first, *_, last = draft.result.reading.records
    assert [cell.value for cell in first.cells.values()] == [2021, "Gent", 105]
    assert [cell.value for cell in last.cells.values()] == [2022, "Tielt", 327]
    assert len(draft.result.reading.records) == 18


def test_centred_figures_of_different_widths_are_read_in_their_columns(tmp_path: Path) -> None:
    written = io.BytesIO()
    canvas = Canvas(written)
    rows = [
        ("Gemeente", "Bewoners", "Woningen", "Winkels"),
        ("Gent", "1.234.567.890", "12", "1.500.250.125"),
        ("Aalst", "45", "1.876.543.210", "45"),
        ("Mol", "7", "17", "8"),
        ("Geel", "1.000.000.000", "5", "12"),
    ]
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            canvas.drawCentredString(100 + 72 * column, 760 - 20 * row, text)
    canvas.save()
    (tmp_path / "d.pdf").write_bytes(written.getvalue())
    (draft,) = drafts_of(tmp_path / "d.pdf", "nl")
    assert draft.is_trusted, draft.outcome
    assert draft.result.reading is not None
    found = [
        [cell.value for cell in record.cells.values()] for record in draft.result.reading.records
    ]
    assert found == [
        [label, *(int(each.replace(".", "")) for each in cells)] for label, *cells in rows[1:]
    ]


@pytest.mark.parametrize("is_aligned", [False, True])
def test_headings_and_a_page_number_amid_rows_are_no_rows(is_aligned: bool, tmp_path: Path) -> None:
    rows = [
        ("Land", "Fälle", "davon"),
        ("Bayern", "150", "3"),
        ("Hessen", "7", "5"),
        ("Berlin", "4", "1"),
    ]
    more = [
        ("Bremen", "12", "9"),
        ("Hamburg", "29", "4"),
        ("Saarland", "25", "14"),
        ("Gesamt", "227", "36"),
    ]

    def printed(cells: tuple[str, ...]) -> str:
        widths = (20, 8, 8) if is_aligned else (1, 1, 1)
        parts = [cells[0].ljust(widths[0]), cells[1].rjust(widths[1]), cells[2].rjust(widths[2])]
        return " ".join(part if is_aligned else part.strip() for part in parts)

    lines = ["Tabelle 1: Fälle.", *map(printed, rows), "", "Drucksache 21/338 – 4 – 2025", ""]
    lines += [printed(rows[0]), *map(printed, more), "Quelle: Register"]
    (draft,) = drafts(tmp_path, "\n".join(lines) + "\n")
    assert draft.is_trusted, draft.outcome
    assert labels(draft) == ["Bayern", "Hessen", "Berlin", "Bremen", "Hamburg", "Saarland"]
    assert draft.result.equal == 2
