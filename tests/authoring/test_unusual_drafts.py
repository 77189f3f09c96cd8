"""What `openbaar init` makes of tables whose headings, captions, blanks or spaces are unusual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from openbaar.authoring.draft.project import drafts_of
from openbaar.authoring.draft.trial import Tried

THREE = """\
Antwoord op vraag 12

Tabel 1: Afval per fractie (ton)
Fractie         2021      2022      2023
Restafval      1.200     1.150     1.101
Papier           450       455       460
Glas             300       305       310
Totaal         1.950     1.910     1.871

Tabel 2: Containers per wijk
Wijk            2021      2022      2023
Noord             12        14        15
Zuid              20        21        22
West               8         9        10
Totaal            40        44        47

Tabel 3: Bezoeken per park
Park            2021      2022      2023
Noordpark      5.000     5.100     5.200
Zuidpark       3.000  gesloten     3.100
Westpark       1.000     1.100     1.200
Totaal         9.000     6.200     9.500
"""
# Three headings above two, one and three columns, the unit of all in the middle.
OVER = """\
Table 1: Pupils

                         [In thousands]
             Public        Total            Private
Year      Men    Women                Men   Women     All
2020       10       20        60        7      23      30
2021       11       21        64        8      24      32
2022       12       22        68        9      25      34
2023       13       23        72       10      26      36
"""
YEARS = """\
Tabel 1: Inkomens

                      Jaar

Gemeente      2020    2021    2022
Gent            10      20      60
Aalst           11      21      64
Ham             12      22      68
Mol             13      23      72
"""
SPACED = """\
Tabelle 1: Straftaten

Art Bund Land Kommune
Raub 12 3 4
Tötung (1.1.1)  0 1 0
Betrug 5 6 7
Diebstahl 8 9 1
Summe 25 19 12
"""


def drafts(folder: Path, text: str, name: str = "d.txt") -> list[Tried]:
    document = folder / name
    document.write_text(text, "utf-8")
    return drafts_of(document, "nl")


def authored(draft: Tried) -> Any:
    return yaml.safe_load(draft.text)


def test_tables_in_columns_are_parted_where_a_numbered_caption_begins(tmp_path: Path) -> None:
    made = drafts(tmp_path, THREE)
    assert [each.sighting.title for each in made] == [
        "Tabel 1: Afval per fractie (ton)",
        "Tabel 2: Containers per wijk",
        "Tabel 3: Bezoeken per park",
    ]
    assert [(len(each.result.rows), each.result.equal) for each in made] == [(9, 3), (9, 3), (9, 3)]
    assert [each.is_trusted for each in made] == [True, True, False]


def test_a_word_among_figures_is_taken_for_a_blank_and_the_draft_says_so(tmp_path: Path) -> None:
    parks = drafts(tmp_path, THREE)[2]
    assert authored(parks)["recipe"]["cells"]["value"] == {"blank": {"gesloten": "not_given"}}
    assert parks.doubts == ["'gesloten' in the column 'value_2' is taken for a blank"]


@pytest.mark.parametrize(
    "cells",
    [
        ["5.000", "gesloten", "onbekend", "1.200", "1.300"],  # two words
        ["gesloten", "gesloten", "3.000", "1.200", "1.300"],  # too often
        ["5.000", "12 of 13", "3.000", "1.200", "1.300"],  # figures in it
    ],
)
def test_other_words_among_figures_are_text(cells: list[str], tmp_path: Path) -> None:
    rows = "".join(f"park {number},{cell},1\n" for number, cell in enumerate(cells))
    (made,) = drafts(tmp_path, f"Park,Bezoeken,Poorten\n{rows}", "d.csv")
    fields = {each["name"]: each.get("type") for each in authored(made)["schema"]["fields"]}
    assert fields["bezoeken"] is None


def test_days_as_workbooks_hold_them_are_dates(tmp_path: Path) -> None:
    days = "Datum,Gemeten\n2023-01-31,5\n2023-02-28,6\n2023-03-31,8\n"
    (made,) = drafts(tmp_path, days, "d.csv")
    assert authored(made)["schema"]["fields"][0]["type"] == "date"
    assert authored(made)["schema"]["primaryKey"] == "datum"
    assert [str(row["datum"]) for row in made.result.rows] == [
        "2023-01-31",
        "2023-02-28",
        "2023-03-31",
    ]
    (made,) = drafts(tmp_path, days.replace("2023-02-28", "2023-02-30"), "d.csv")
    assert "type" not in authored(made)["schema"]["fields"][0]


def test_an_upper_heading_is_that_of_all_columns_that_it_is_centred_over(tmp_path: Path) -> None:
    (made,) = drafts(tmp_path, OVER)
    assert made.sighting.headings == (
        (
            "Year",
            "Public Men",
            "Public Women",
            "Total",
            "Private Men",
            "Private Women",
            "Private All",
        ),
    )


def test_years_below_a_word_for_all_of_them_are_years(tmp_path: Path) -> None:
    (made,) = drafts(tmp_path, YEARS)
    fields = {each["name"]: each.get("type") for each in authored(made)["schema"]["fields"]}
    assert fields["year"] == "year"


def test_shares_have_the_unit_that_is_printed_at_them(tmp_path: Path) -> None:
    (made,) = drafts(
        tmp_path, "Gemeente;Aandeel;Euro\nGent;12%;€ 3\nAalst;15%;€ 4\nMol;9%;€ 5\n", "d.csv"
    )
    units = {each["name"]: each.get("unit") for each in authored(made)["schema"]["fields"]}
    assert (units["aandeel"], units["euro"]) == ({"nl": "%"}, None)


def test_a_title_that_is_a_number_alone_goes_on_in_the_next_line(tmp_path: Path) -> None:
    text = "Tabel 3\nInkomens van gezinnen\n" + YEARS.split("\n", 1)[1]
    (made,) = drafts(tmp_path, text)
    assert made.sighting.title == "Tabel 3 Inkomens van gezinnen"


def test_a_title_goes_on_in_lines_that_begin_small_above_columns(tmp_path: Path) -> None:
    rest = YEARS.split("\n", 1)[1]
    title = "Tabel 3: feitelijk en verwacht inkomen van\ngezinnen en alleenstaanden\n1996 tot en met 2021\n"
    (made,) = drafts(tmp_path, f"{title}Bedragen in euro\n{rest}")
    assert made.sighting.title == " ".join(title.split())
    assert made.sighting.before == (1, 3)


def test_a_text_without_a_label_may_be_a_part_of_another_cell(tmp_path: Path) -> None:
    text = YEARS.replace("Ham  ", "                      geen\nHam  ").replace(
        "21      64", "niet      64"
    )
    (made,) = drafts(tmp_path, text)
    assert any("the text 'geen' has no label beside it" in each for each in made.doubts), (
        made.doubts
    )


def test_labels_are_named_where_spaces_part_thousands(tmp_path: Path) -> None:
    """Else the 3 of 3 671 could be a part of the label before it."""
    text = (
        "Verfahren nach Art\nGewaltdelikte 773 741 32\nPropagandadelikte 716 702 14\n"
        "Volksverhetzung 3 671 3 586 85\nQuelle: x\n"
    )
    (made,) = drafts(tmp_path, text)
    assert [list(row.values())[1:4] for row in made.result.rows][2] == [3671, 3586, 85]
    assert not made.is_trusted


def test_years_below_upper_headings_are_data_as_these_are(tmp_path: Path) -> None:
    text = (
        ";Mannen;;Vrouwen;\nGewest;2020;2021;2020;2021\n"
        "Vlaanderen;1;2;3;4\nBrussel;5;6;7;8\nTotaal;6;8;10;12\n"
    )
    (made,) = drafts(tmp_path, text, "d.csv")
    assert made.is_trusted, made.outcome
    assert authored(made)["schema"]["primaryKey"] == ["gewest", "heading", "year"]
    found = [tuple(row.values())[:4] for row in made.result.rows]
    assert found[:4] == [
        ("Vlaanderen", "Mannen", 2020, 1),
        ("Vlaanderen", "Mannen", 2021, 2),
        ("Vlaanderen", "Vrouwen", 2020, 3),
        ("Vlaanderen", "Vrouwen", 2021, 4),
    ]
    assert (len(found), made.result.equal) == (8, 4)


def test_years_below_one_heading_are_a_column_and_that_is_the_title_of_the_figures(
    tmp_path: Path,
) -> None:
    text = ";Leefloners;;\nGewest;2020;2021;2022\nVlaanderen;1;2;3\nBrussel;5;6;7\n"
    (made,) = drafts(tmp_path, text, "d.csv")
    titles = {each["name"]: each["title"]["nl"] for each in authored(made)["schema"]["fields"]}
    assert titles == {
        "gewest": "Gewest", "year": "Jaar", "leefloners": "Leefloners", "source_lines": "Regels",
    }  # fmt: skip
    assert len(made.result.rows) == 6


@pytest.mark.parametrize(
    ("kind", "first", "printed"),
    [
        ("date", "2020-03-01", ["1 maart 2020", "15 april 2020", "31 mei 2020"]),
        ("yearmonth", "2020-03", ["maart 2020", "april 2020", "mei 2020"]),
    ],
)
def test_the_year_of_a_date_in_a_line_is_no_cell(
    kind: str, first: str, printed: list[str], tmp_path: Path
) -> None:
    rows = f"{printed[0]} 12 345\n{printed[1]} 15 20\n{printed[2]} 1 2\nTotaal 28 367\n"
    (made,) = drafts(tmp_path, f"Tabel 1: zittingen\n\nWanneer Aantal Aanwezig\n{rows}\nBron: x\n")
    assert made.is_trusted, made.outcome
    assert (made.result.equal, authored(made)["schema"]["fields"][0]["type"]) == (2, kind)
    assert made.result.rows[0]["wanneer"] == first


def test_a_row_that_is_spaced_otherwise_gets_a_pattern_of_its_own(tmp_path: Path) -> None:
    (made,) = drafts(tmp_path, SPACED)
    assert authored(made)["recipe"]["rows"] == [
        "{art} {bund} {land} {kommune}",
        "{art}  {bund} {land} {kommune}",
    ]
    assert made.is_trusted
    assert (len(made.result.rows), made.result.equal) == (4, 3)
