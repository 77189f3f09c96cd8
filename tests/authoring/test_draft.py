"""`openbaar init` drafts a publication: plain tables convert as drafted, guesses are marked."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from click.testing import CliRunner

from openbaar.authoring.draft.authored import Entry, authored
from openbaar.authoring.draft.finding.printed import (
    bare,
    is_footnote,
    is_total,
    kind,
    number_format,
    regrouped,
    split_row,
)
from openbaar.authoring.draft.guessing.columns import other_than, unique
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.schema.patterns import compiled
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

PUBLICATIONS = Path(__file__).parents[1] / "publications"
ELSEWHERE = (
    Path(__file__).parents[3] / "shared" / "documents"
)  # documents that are not part of this repository
Table = list[list[str]]


def real_document(name: str) -> Path:
    """The path of a document that nobody made for these tests, or a skip where it is missing."""
    for path in [*PUBLICATIONS.glob(f"*/sources/{name}"), ELSEWHERE / name]:
        if path.is_file():
            return path
    pytest.skip(f"the document {name} is not on this machine")


def init(folder: Path, *documents: Path, language: str = "nl") -> str:
    """Run `openbaar init` and return what it says."""
    named = [part for document in documents for part in ("--document", str(document))]
    done = CliRunner().invoke(main, ["init", str(folder), *named, "--language", language])
    assert done.exit_code == 0, done.output
    return done.output


def tables(folder: Path) -> dict[str, Table]:
    """What the drafts in a folder convert to, without the columns that say where and why.

    The trust tables left out.
    """
    publication = load_publication(folder)
    files = convert(publication).files
    return {name: without_places(files[f"tables/{name}.csv"]) for name in publication.tables}


def without_places(data: bytes) -> Table:
    rows = list(csv.reader(io.StringIO(data.decode())))
    kept = [index for index, name in enumerate(rows[0]) if name not in ("source_lines", "status")]
    return [[row[index] for index in kept] for row in rows]


def drafted(tmp_path: Path, name: str, data: bytes | str) -> dict[str, Table]:
    """The tables that the draft of one document converts to."""
    (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    init(tmp_path / "made", tmp_path / name)
    return tables(tmp_path / "made")


TEXTS = {
    "a row per line, with a title, headings, a total and a source": (
        "Antwoord\n\nTabel 1: aantal per gemeente\nGemeente Gestart Voltooid\nAalst 1.200 30\nZone 3 15 8\n"
        "Gent 200 100\nTotaal 1.415 138\nBron: register\n",
        {"tabel_1": [["gemeente", "gestart", "voltooid"], ["Aalst", "1200", "30"], ["Zone 3", "15", "8"],
                     ["Gent", "200", "100"]]},
    ),
    "headings that are years": (
        "Table 2. Rates by region\nRegion 2020 2021\nNorth East 1.5 2.5\nSouth 3.25 4.0\nWest 10.0 11.25\nEnd\n",
        {"table_2": [["region", "year", "value"], ["North East", "2020", "1.5"], ["North East", "2021", "2.5"],
                     ["South", "2020", "3.25"], ["South", "2021", "4.0"], ["West", "2020", "10.0"],
                     ["West", "2021", "11.25"]]},
    ),
    "spaces that part thousands, settled by the total": (
        "Tabelle 1: Fälle.\nJahr Fälle davon\n2021 10 470 1\n2022 811 0\n2023 1 200 2\nGesamt 12 481 3\n",
        {"tabelle_1": [["jahr", "falle", "davon"], ["2021", "10470", "1"], ["2022", "811", "0"],
                       ["2023", "1200", "2"]]},
    ),
    "marks with their footnotes": (
        "Tabel 3: per jaar.\nJaar Aantal\n2021 5\n2022* 6\n2023 ** 7\n* tot mei\n** schatting\nEinde\n",
        {"tabel_3": [["jaar", "aantal"], ["2021", "5"], ["2022", "6"], ["2023", "7"]]},
    ),
    "tabs between cells, and a percent sign": (
        "Stad\tInwoners\tAandeel\nGent\t265 086\t12,5 %\nLeuven\t102 236\t4,0 %\nOostende\t71 557\t3,1 %\n",
        {"d": [["stad", "inwoners", "aandeel"], ["Gent", "265086", "12.5"], ["Leuven", "102236", "4.0"],
               ["Oostende", "71557", "3.1"]]},
    ),
    "declared blanks": (
        "Tabel 1: x.\nLand Een Twee\nBelgië 1 -\nDuitsland k. A. 4\nFrankrijk 5 6\n",
        {"tabel_1": [["land", "een", "twee"], ["België", "1", ""], ["Duitsland", "", "4"], ["Frankrijk", "5", "6"]]},
    ),
    "a cell per line": (
        "Tabel 4: per jaar.\nJaar\nAantal\nAandeel\n2021\n1.505\n10,5%\n2022\n12\n9,0%\n2023\n7\n"
        "8,1%\nEindtotaal\n1.524\n9,2%\nSlot\n",
        {"tabel_4": [["jaar", "aantal", "aandeel"], ["2021", "1505", "10.5"], ["2022", "12", "9.0"],
                     ["2023", "7", "8.1"]]},
    ),
    "years in merged cells, as Word prints them": (
        "a) per gender\n\nJaar Geslacht Aantal\n\nman 1.001\n\n(*) onbekend 2\n\n2020\n\nvrouw 3\n\nman 1.004\n\n"
        "(*) onbekend 5\n\n2021\n\nvrouw 6\n\n(*) = geen dossier\n\nb) daarna\n",
        {"d": [["year", "label", "value_1"], ["2020", "man", "1001"], ["2020", "onbekend", "2"],
               ["2020", "vrouw", "3"], ["2021", "man", "1004"], ["2021", "onbekend", "5"], ["2021", "vrouw", "6"]]},
    ),
    "a name wrapped over lines": (
        "Tabel 5: x.\nAalst 1 2\nHeist-\nop-den-Berg 3 4\nMol 5 6\nGeel 7 8\n",
        {"tabel_5": [["label", "value_1", "value_2"], ["Aalst", "1", "2"], ["Heist- op-den-Berg", "3", "4"],
                     ["Mol", "5", "6"], ["Geel", "7", "8"]]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", TEXTS)
def test_the_draft_of_a_plain_text_table_converts_as_it_stands(tmp_path: Path, style: str) -> None:
    text, expected = TEXTS[style]
    assert drafted(tmp_path, "d.txt", text) == expected


def test_two_tables_that_look_alike_are_told_apart_by_the_lines_before_them(tmp_path: Path) -> None:
    table = "Land Aantal\nBelgië 1\nDuitsland 2\nFrankrijk 3\nBron\n"
    found = drafted(tmp_path, "d.txt", f"Eerst\n{table}Dan\n{table.replace('1', '4')}")
    assert [rows[1] for rows in found.values()] == [["België", "1"], ["België", "4"]]


def workbook() -> bytes:
    """Two sheets: one with a title, a total and years as headings; one with stacked headings."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Per provincie")
        rows = [["Werkzoekenden"], [], ["Provincie", "2021", "2022"], ["Antwerpen", 10, 12.5], ["Limburg", 4, 5],
                ["Totaal", 14, 17.5]]  # fmt: skip
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        stacked = made.add_worksheet("Gestapeld")
        stacked.merge_range(0, 1, 0, 2, "2021")
        stacked.merge_range(0, 3, 0, 4, "2022")
        rows = [
            ["Regio", "mannen", "vrouwen", "mannen", "vrouwen"],
            ["Noord", 1, 2, 3, 4],
            ["Zuid", "-", 6, 7, 8],
        ]
        for number, row in enumerate(rows, start=1):
            stacked.write_row(number, 0, row)
    return data.getvalue()


def test_the_drafts_of_a_workbook_convert_as_they_stand(tmp_path: Path) -> None:
    assert drafted(tmp_path, "cijfers.xlsx", workbook()) == {
        "per_provincie": [["provincie", "year", "value"], ["Antwerpen", "2021", "10"], ["Antwerpen", "2022", "12.5"],
                          ["Limburg", "2021", "4"], ["Limburg", "2022", "5"]],
        "gestapeld": [["regio", "year", "mannen", "vrouwen"], ["Noord", "2021", "1", "2"], ["Noord", "2022", "3", "4"],
                      ["Zuid", "2021", "", "6"], ["Zuid", "2022", "7", "8"]],
    }  # fmt: skip


def test_the_draft_of_a_csv_file_converts_as_it_stands(tmp_path: Path) -> None:
    data = "naam;aantal;aandeel\nMechelen;1.234;12,5%\nGent;987;7,5%\nBrugge;-;1,0%\n"
    assert drafted(tmp_path, "gemeenten.csv", data) == {
        "gemeenten": [
            ["naam", "aantal", "aandeel"], ["Mechelen", "1234", "12.5"], ["Gent", "987", "7.5"], ["Brugge", "", "1.0"],
        ]
    }  # fmt: skip


def test_the_drafts_of_a_web_page_convert_as_they_stand(tmp_path: Path) -> None:
    one = "<table><tr><th>Country<th>Cases<tr><td>NL<td>1,234<tr><td>BE<td>567</table>"
    other = "<table><tr><th>Year<th>Amount<tr><td>2020<td>£ 5.50<tr><td>2021<td>£ 6.75</table>"
    assert drafted(tmp_path, "page.html", f"<h1>Cases</h1>{one}<p>and{other}") == {
        "page": [["country", "cases"], ["NL", "1234"], ["BE", "567"]],
        "page_2": [["year", "amount"], ["2020", "5.50"], ["2021", "6.75"]],
    }


STACKED = """
<h2>Afwezigheid</h2><p>Leerlingen die te vaak afwezig waren, per schooljaar.</p>
<table>
<tr><th rowspan="2">Schooljaar<th colspan="2">aso<th colspan="2">bso
<tr><th>aantal<th>%<th>aantal<th>%
<tr><td>2020-2021<td>530<td>0,4<td>4.402<td>5,8
<tr><td>2021-2022<td>611<td>0,4<td>5.120<td>6,7
</table><p>Bron: register</p>"""


def test_a_web_page_with_stacked_headings_is_titled_and_read_by_both_levels(tmp_path: Path) -> None:
    assert drafted(tmp_path, "page.html", STACKED) == {
        "page": [
            ["schooljaar", "heading", "aantal", "percent"],
            ["2020-2021", "aso", "530", "0.4"], ["2020-2021", "bso", "4402", "5.8"],
            ["2021-2022", "aso", "611", "0.4"], ["2021-2022", "bso", "5120", "6.7"],
        ]
    }  # fmt: skip
    draft = (tmp_path / "made/tables/page.yaml").read_text("utf-8")
    assert "title: {nl: Afwezigheid}  # guess" in draft
    assert 'title: {nl: "%"}, description: {nl: onbekend}, unit: {nl: "%"}}' in draft
    assert 'until: "^Bron: register$"' in draft


def test_a_web_page_is_titled_as_it_calls_itself(tmp_path: Path) -> None:
    drafted(tmp_path, "page.html", f"<h1>Afwezig in cijfers</h1>{STACKED}")
    package = yaml.safe_load((tmp_path / "made/tables/package.yaml").read_text("utf-8"))
    assert package["documents"][0]["title"] == {"nl": "Afwezig in cijfers"}


@pytest.mark.parametrize("years", [["2020-2021", "2021-2022"], ["1999/00", "2000/01"]])
def test_headings_that_are_school_years_become_a_column_as_years_do(
    tmp_path: Path, years: list[str]
) -> None:
    first, second = years
    rows = f"Gemeente;{first};{second}\nAalst;1.200;30\nGent;200;100\nTotaal;1.400;130\n"
    assert drafted(tmp_path, "g.csv", rows) == {
        "g": [
            ["gemeente", "period", "value"],
            ["Aalst", first, "1200"], ["Aalst", second, "30"],
            ["Gent", first, "200"], ["Gent", second, "100"],
        ]
    }  # fmt: skip
    draft = (tmp_path / "made/tables/g.yaml").read_text("utf-8")
    assert 'header: "Gemeente | {period} | {period}"' in draft
    assert "name: period, title: {nl: Periode}" in draft


def test_school_years_below_upper_headings_are_data_as_these_are(tmp_path: Path) -> None:
    above = ";Jongens;;Meisjes;\nGemeente;2020-2021;2021-2022;2020-2021;2021-2022\n"
    found = drafted(tmp_path, "g.csv", f"{above}Aalst;1;2;3;4\nGent;5;6;7;8\n")
    assert found["g"][:3] == [
        ["gemeente", "heading", "period", "value"],
        ["Aalst", "Jongens", "2020-2021", "1"],
        ["Aalst", "Jongens", "2021-2022", "2"],
    ]


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("<p>Tabel 1: Starters<p>Op 31 januari", "Tabel 1: Starters"),
        ("<p>Register<p>Starters per gemeente", "Starters per gemeente"),
        ("<p>Starters<p>Dit zijn alle starters.", "Starters"),
        ("<p>Dit zijn alle starters.", "Dit zijn alle starters."),
        ("<p>Starters<table><tr><td>Bron<td>register</table>", "onbekend"),
    ],
)
def test_the_title_above_a_grid_is_the_line_that_names_it(
    tmp_path: Path, above: str, title: str
) -> None:
    table = "<table><tr><th>Gemeente<th>Aantal<tr><td>Aalst<td>12<tr><td>Gent<td>30</table>"
    found = drafted(tmp_path, "page.html", above + table)
    (name,) = found
    assert found[name] == [["gemeente", "aantal"], ["Aalst", "12"], ["Gent", "30"]]
    draft = yaml.safe_load((tmp_path / f"made/tables/{name}.yaml").read_text("utf-8"))
    assert draft["title"]["nl"] == title


@pytest.mark.parametrize(
    ("figures", "sign"),
    [
        (["$ 1,042", "981", "-7"], ["$", ""]),
        (["$ 1,042", "$ 981", "$ 7"], "$"),
        (["1,042", "$ 981", "$ 7"], "$"),
        (["12.5%", "9.4", "7.0"], "%"),
    ],
)
def test_the_sign_of_a_currency_may_be_at_the_first_figure_only(
    tmp_path: Path, figures: list[str], sign: str | list[str]
) -> None:
    rows = [
        "county;amount",
        *(f"{name};{figure}" for name, figure in zip("ABC", figures, strict=True)),
    ]
    (tmp_path / "g.csv").write_text("\n".join(rows))
    init(tmp_path / "made", tmp_path / "g.csv")
    draft = yaml.safe_load((tmp_path / "made/tables/g.yaml").read_text("utf-8"))
    assert draft["recipe"]["cells"]["amount"]["sign"] == sign


# Of each document: its tables, how many rows each draft converts to (None: not yet), and how many
# totals add up.
KNOWN = {
    "nl_vlaams_sv177_2026.txt": {
        "tabel_1": (6, "0 of 0"), "tabel_2a": (6, "1 of 2"), "tabel_2b": (6, "5 of 6"), "tabel_3a": (6, "0 of 0"),
        "tabel_3b": (6, "0 of 0"),
    },
    "de_bt_21_286.txt": {"tabelle_1": (13, "3 of 3"), "tabelle_2": (16, "3 of 3")},
    "spanning_cells.pdf": {"table_a4_12": (75, "0 of 0"), "spanning_cells": (10, "0 of 0")},
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_the_drafts_of_a_real_document_convert_and_say_which_totals_add_up(
    tmp_path: Path, name: str
) -> None:
    said = init(tmp_path / "made", real_document(name))
    found = tables(tmp_path / "made")
    assert {table: len(rows) - 1 for table, rows in found.items()} == {
        t: rows for t, (rows, _) in KNOWN[name].items()
    }
    for table, (rows, totals) in KNOWN[name].items():
        line = next(line for line in said.splitlines() if line.startswith(f"  {table}: "))
        assert f"{rows} rows, {totals} stated totals add up" in line
        equal, _, stated = totals.partition(" of ")
        assert "needs a look" in line or equal == stated


def test_a_document_whose_labels_are_merged_texts_gets_drafts_that_name_what_is_missing(
    tmp_path: Path,
) -> None:
    said = init(tmp_path / "made", real_document("remake3a.pdf"))
    assert (
        "  remake3a: sources/remake3a.pdf#1:2-18, 7 columns; does not convert yet: "
        "sources/remake3a.pdf#" in said
    )
    draft = (tmp_path / "made/tables/remake3a.yaml").read_text("utf-8")
    assert (
        "# Does not convert yet; `openbaar preview remake3a` shows the lines that are missing:\n"
        in draft
    )
    assert "a group should have one label for 'section', this one has none" in draft


def test_a_stated_total_that_is_not_the_sum_is_named_in_the_draft(tmp_path: Path) -> None:
    drafted(
        tmp_path,
        "d.txt",
        "Tabel 1: x.\nLand Aantal\nBelgië 1\nDuitsland 2\nFrankrijk 3\nTotaal 7\n",
    )
    draft = (tmp_path / "made/tables/tabel_1.yaml").read_text("utf-8")
    assert draft.splitlines()[1:4] == [
        "# Converts, but needs a look: 3 rows, 0 of 1 stated totals add up.",
        "#   a stated total is not the sum of the rows",
        "# The total 7 of aantal (sources/d.txt:6) is not the sum of the rows, 6: look again, or declare it under "
        "anomalies and checks.",
    ]


def test_what_the_draft_leaves_out_because_it_did_not_convert_with_it_is_named(
    tmp_path: Path,
) -> None:
    text = "Tabel 1: x.\nLand Aantal\nBelgië* 1\nDuitsland 2\nFrankrijk 3\n* kort\n* lang\n"
    drafted(tmp_path, "d.txt", text)
    draft = (tmp_path / "made/tables/tabel_1.yaml").read_text("utf-8")
    assert "# Left out, because the draft did not convert with it: footnotes" in draft


def test_every_guess_is_marked_and_nothing_unknown_is_invented(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text(TEXTS["marks with their footnotes"][0], "utf-8")
    init(tmp_path / "cijfers-2023", tmp_path / "d.txt")
    made = tmp_path / "cijfers-2023/tables"
    draft = (made / "tabel_3.yaml").read_text("utf-8")
    recipe = draft[draft.index("recipe:") :].splitlines()
    keys = [line for line in recipe[1:] if line.startswith("  ") and line[2] != " "]
    assert [line for line in keys if "# guess: " not in line] == []
    assert [line.strip().split(":")[0] for line in keys] == [
        "from",
        "until",
        "header",
        "by",
        "rows",
        "cells",
    ]
    package = yaml.safe_load((made / "package.yaml").read_text("utf-8"))
    assert {
        key: package[key] for key in ("name", "title", "contributors", "licenses", "tables")
    } == {
        "name": "cijfers-2023",
        "title": {"nl": "onbekend"},
        "contributors": [{"title": "onbekend"}],
        "licenses": [{"name": "notspecified", "title": "onbekend"}],
        "tables": ["tabel_3"],
    }


@pytest.mark.slow
def test_a_drafted_publication_can_be_published_at_once(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text(TEXTS["years in merged cells, as Word prints them"][0], "utf-8")
    (tmp_path / "cijfers.xlsx").write_bytes(workbook())
    init(tmp_path / "made", tmp_path / "d.txt", tmp_path / "cijfers.xlsx", language="en")
    published = CliRunner().invoke(main, ["--project", str(tmp_path / "made"), "publish"])
    assert published.exit_code == 0, published.output
    checked = CliRunner().invoke(main, ["--project", str(tmp_path / "made"), "check"])
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert "tables/package.yaml:1:" in checked.stderr
    assert checked.stderr.endswith(" warnings\n")


def test_a_document_without_tables_makes_a_publication_without_tables_and_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "d.txt").write_text("Er is geen tabel.\nIn 2021 waren er 3.\n", "utf-8")
    said = init(tmp_path / "made", tmp_path / "d.txt")
    assert said.splitlines()[:2] == [
        "sources/d.txt: 2 lines, 0 tables",
        "  no table was found in it; write a table file with a recipe",
    ]
    with pytest.raises(OpenbaarError) as caught:
        load_publication(tmp_path / "made")
    assert [problem.message for problem in caught.value.problems] == ["there is no table yet"]


def test_the_document_is_copied_byte_for_byte(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfTabel 1: x.  \r\nLand Aantal\r\na 1\r\nb 2\r\nc 3\r\n"
    (tmp_path / "d.txt").write_bytes(data)
    init(tmp_path / "made", tmp_path / "d.txt")
    assert (tmp_path / "made/sources/d.txt").read_bytes() == data


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("x", "utf-8")
    (tmp_path / "made").mkdir()
    (tmp_path / "made/mine.txt").write_text("mine", "utf-8")
    done = CliRunner().invoke(
        main, ["init", str(tmp_path / "made"), "--document", str(tmp_path / "d.txt")]
    )
    assert (done.exit_code, done.stderr) == (
        1,
        f"{tmp_path / 'made'}: exists already and will not be overwritten\n  → name a new folder; `openbaar add` adds documents to a publication that is there\n1 problem\n",
    )
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["mine.txt"]


def test_every_document_that_cannot_be_read_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for name, data in {
        "empty.txt": b"",
        "latin.txt": b"\xeb\x81",  # in no encoding that is known
        "a.doc": b"x",
        "d.txt": b"a",
        "other/d.txt": b"b",
    }.items():
        (tmp_path / name).write_bytes(data)
    names = ["empty.txt", "latin.txt", "a.doc", "d.txt", "other/d.txt"]
    named = [part for name in names for part in ("--document", str(tmp_path / name))]
    done = CliRunner().invoke(main, ["init", str(tmp_path / "made"), *named])
    assert (done.exit_code, [line for line in done.stderr.splitlines() if "→" not in line]) == (
        1,
        [
            "sources/empty.txt: is empty",
            "sources/latin.txt:1:1: is not UTF-8: byte 0 is 0xeb",
            "sources/a.doc: cannot be read: known endings are .txt, .pdf, .xlsx, .ods, .xls, .docx, .csv, .html, .htm, .tsv",
            f"{tmp_path / 'other/d.txt'}: has the same name as another document",
            "4 problems",
        ],
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.doc",
        "d.txt",
        "empty.txt",
        "latin.txt",
        "other",
    ]


def test_a_failure_while_writing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d.txt").write_text("x", "utf-8")
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "d.txt":
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    done = CliRunner().invoke(
        main, ["init", str(tmp_path / "made"), "--document", str(tmp_path / "d.txt")]
    )
    assert done.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["d.txt"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021", "year"), ("2021*", "year"), ("(**) 2021", "year"), ("1.505", "number"), ("10\u202f470", "number"),
        ("-3,5 %", "number"), ("€ 12", "number"), ("", "blank"), ("k. A.", "blank"), ("-", "blank"),
        ("12e", "text"), ("Zone 3", "text"), ("1 2", "text"), ("24/7", "text"),
    ],
)  # fmt: skip
def test_a_printed_cell_is_a_year_a_number_a_blank_or_a_text(text: str, expected: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "811"], ("", "")), (["1.505", "12"], (".", "")), (["1,505", "12"], (",", "")),
        (["1.505", "12,5%"], (".", ",")), (["2643", "9,76%"], ("", ",")), (["10 470", "1"], (" ", "")),
        (["1’234", "5.5"], ("’", ".")), (["1.505", "2.75"], ("", ".")), (["1.505", "1,505"], (".", ",")),
        (["1.505.000", "1,505,000"], None),
    ],
)  # fmt: skip
def test_the_simplest_convention_that_all_numbers_fit_is_guessed(
    texts: list[str], expected: tuple[str, str] | None
) -> None:
    found = number_format(texts)
    assert (found and (found.thousands, found.decimal)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("West-Vlaanderen 1.234 5,6%", ("West-Vlaanderen", ["1.234", "5,6%"])),
        ("Zone 3 12 -", ("Zone", ["3", "12", "-"])),
        ("2013* 10 470 k. A.", ("", ["2013*", "10", "470", "k. A."])),
        ("€ 12 12 %", ("", ["€ 12", "12 %"])),
        ("sinds 2020, dus", ("sinds 2020, dus", [])),
    ],
)
def test_a_line_is_parted_into_its_label_and_its_cells(
    text: str, expected: tuple[str, list[str]]
) -> None:
    assert split_row(text) == expected


@pytest.mark.parametrize(
    ("cells", "count", "expected"),
    [
        (["10", "470", "1", "1"], 3, ["10 470", "1", "1"]), (["1", "234", "567", "8"], 2, ["1 234 567", "8"]),
        (["1", "2"], 1, None), (["1", "2"], 3, None), (["1", "2"], 2, ["1", "2"]),
    ],
)  # fmt: skip
def test_cells_are_put_together_where_a_space_may_part_thousands(
    cells: list[str], count: int, expected: list[str] | None
) -> None:
    assert regrouped(cells, count) == expected


@pytest.mark.parametrize(
    ("text", "total", "footnote"),
    [
        ("Totaal", True, False), ("Eindtotaal 5", True, False), ("Totaalbedrag", False, False),
        ("Gesamt (alle)", True, False), ("** = tot mei 2023", False, True), ("* Stand: Mai", False, True),
        ("(*) onbekend 78.140", False, False), ("Som", True, False), ("Somme", False, False),
    ],
)  # fmt: skip
def test_totals_and_footnotes_are_known_by_how_they_begin(
    text: str, total: bool, footnote: bool
) -> None:
    assert (is_total(text), is_footnote(text)) == (total, footnote)


def test_a_mark_is_parted_from_the_text_before_or_behind_it() -> None:
    assert [bare(text) for text in ("2013*", "(**) x", "5 ¹", "x", "*")] == [
        ("2013", "*"), ("x", "(**)"), ("5", "¹"), ("x", None), ("*", None),
    ]  # fmt: skip


def test_names_are_made_of_headings_and_never_twice_the_same() -> None:
    texts = ("Aantal (%)", "Fälle", "Order", "2021", "#", "Totaal", "Leefloon 2019–2021")
    assert [unique(text, {"totaal"}) for text in texts] == [
        "aantal", "falle", "order_column", "column_2021", "column", "totaal_2", "leefloon_2019_2021",
    ]  # fmt: skip


def test_a_long_heading_makes_a_name_of_whole_words() -> None:
    heading = "AYP Based on Testing State included scores of students taking assessments"
    assert unique(heading, ()) == "ayp_based_on_testing_state_included"
    assert unique("Landwirtschaft" * 4, ()) == ("landwirtschaft" * 4)[:40]


def test_a_pattern_of_everything_else_leaves_out_what_begins_with_a_text() -> None:
    pattern = compiled(other_than(["Totaal", "To ]^-"]))
    texts = ("Totaal", "Totaal x", "To ]^-", "Tot", "Total", "T", "To x", "Aalst", "")
    assert [text for text in texts if pattern.fullmatch(text)] == [
        "Tot",
        "Total",
        "T",
        "To x",
        "Aalst",
    ]


def test_drafts_are_written_as_yaml_that_reads_back_with_a_comment_behind_each_guess() -> None:
    entries = [
        Entry("rows", "{a} {b}", "the pattern"),
        Entry("fields", [Entry("a", {"pattern": r"x\.y", "blank": {"": "not_given"}})]),
        Entry("list", ["één", "twee: drie", "2020"]),
        Entry("tables", [{"name": "a"}, {"name": "b"}]),
    ]
    text = authored(entries, ["a comment"])
    assert text == (
        "# a comment\n"
        'rows: "{a} {b}"  # guess: the pattern\n'
        "fields:\n"
        "  a: {pattern: 'x\\.y', blank: {\"\": not_given}}\n"
        'list: [één, "twee: drie", "2020"]\n'
        "tables:\n"
        "  - {name: a}\n"
        "  - {name: b}\n"
    )
    assert yaml.safe_load(text)["fields"] == {"a": {"pattern": r"x\.y", "blank": {"": "not_given"}}}
