"""A preview shows each line of a document beside what the recipe reads from it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path

import pytest
from click import unstyle
from click.testing import CliRunner
from lxml import html
from reportlab.pdfgen.canvas import Canvas

from browser.chromium import EXECUTABLE, MISSING, chromium
from openbaar.authoring.preview.lines import Preview, previews
from openbaar.authoring.preview.page import page
from openbaar.authoring.preview.terminal import render
from openbaar.authoring.preview.watch import watch
from openbaar.cli.main import main
from openbaar.tables.authored.references import load_publication
from openbaar.tables.judging.trust import footnote_rows

DOCUMENT = """\
Een vraag.
Tabel 1
Jaar 2020 2021
2022*
man 1.505 2 3
niet
bekend 7 8 9
zie ook
totaal 1.512 10 12
* tot mei
Einde
"""
PACKAGE = """\
name: proef
version: 0.1.0
languages: [nl]
title: {{nl: Proef}}
description: {{nl: Proef}}
contributors: [{{title: iemand}}]
licenses: [{{name: notspecified, title: onbekend}}]
additions: [{{name: CC0-1.0, title: CC0}}]
documents: [{{path: sources/d.txt, sha256: {sha256}, title: {{nl: d}}}}]
numbers: "1.234.567"
tables: [counted]
"""
TABLE = """\
title: {nl: Geteld}
description: {nl: Geteld}
schema:
  primaryKey: [year, gender]
  fields:
    - {name: year, type: year, title: {nl: j}, description: {nl: j}}
    - {name: gender, title: {nl: g}, description: {nl: g}}
    - {name: number, type: integer, title: {nl: n}, description: {nl: n}}
footnotes:
  "*": {line: '^\\* tot', text: {nl: tot mei}}
recipe:
  from: '^Tabel 1$'
  header: "Jaar {year} {year} {year}"
  until: '^Einde$'
  by: line
  join: 2
  skip: '^zie ook$'
  cells: {year: {marks: "*"}, gender: {pattern: 'man|niet bekend'}}
  rows: "{gender} {number} {number} {number}"
  totals: {table: "totaal {number} {number} {number}"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A publication of one small document, whose recipe reads all of it."""
    for folder in ("sources", "tables"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sources/d.txt").write_text(DOCUMENT, "utf-8")
    digest = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    (tmp_path / "tables/package.yaml").write_text(PACKAGE.format(sha256=digest), "utf-8")
    (tmp_path / "tables/counted.yaml").write_text(TABLE, "utf-8")
    return tmp_path


def change(root: Path, was: str, becomes: str) -> None:
    path = root / "tables/counted.yaml"
    assert was in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(was, becomes), "utf-8")


def preview_of(root: Path) -> Preview:
    return previews(load_publication(root))[0]


def told(preview: Preview) -> list[tuple[int, str, list[str]]]:
    """For each line its number, its state, and what was read from it."""
    return [
        (seen.line.number, seen.state, [f"{part.kind} {part.told}".strip() for part in seen.parts])
        for seen in preview.lines
    ]


def test_every_line_says_what_was_read_from_it(root: Path) -> None:
    assert told(preview_of(root)) == [
        (1, "outside", []),
        (2, "read", ["from ^Tabel 1$"]),
        (3, "read", ["heading year 2020", "heading year 2021"]),
        (4, "read", ["heading year 2022 ‹2022*›"]),
        (5, "read", ["key gender man", "value number [2020] 1505 ‹1.505›", "value number [2021] 2",
                     "value number [2022*] 3"]),
        (6, "read", ["key gender niet bekend"]),
        (7, "read", ["value number [2020] 7", "value number [2021] 8", "value number [2022*] 9"]),
        (8, "read", ["dropped"]),
        (9, "read", ["total number [2020] 1512 ‹1.512›", "total number [2021] 10", "total number [2022*] 12"]),
        (10, "read", ["note *"]),
        (11, "read", ["until ^Einde$"]),
        (12, "blank", []),
    ]  # fmt: skip


def test_a_stated_total_that_differs_is_told_by_preview_and_by_convert(root: Path) -> None:
    document = DOCUMENT.replace("1.512", "1.513")
    (root / "sources/d.txt").write_text(document, "utf-8")
    digest = hashlib.sha256(document.encode()).hexdigest()
    (root / "tables/package.yaml").write_text(PACKAGE.format(sha256=digest), "utf-8")
    message = "counted: the total of number (year = 2020): 1513 stated, 1512 computed"
    assert [problem.message for problem in preview_of(root).lines[8].problems] == [message]
    done = CliRunner().invoke(main, ["--project", str(root), "--quiet", "convert"])
    assert done.exit_code == 0
    assert f"sources/d.txt:9: {message}" in done.stderr.splitlines()
    assert (root / "tables/counted.csv").read_text("utf-8").count("\n") == 7


def test_a_recipe_that_fails_still_shows_the_lines_that_it_reads_and_why_the_others_fit_nothing(
    root: Path,
) -> None:
    change(root, "  skip: '^zie ook$'\n", "")
    preview = preview_of(root)
    assert [each for each in told(preview) if each[1] == "missed"] == [(8, "missed", [])]
    assert [problem.message for problem in preview.lines[7].problems] == [
        "recipe key 'rows': 'zie ook' fits no row pattern"
    ]
    assert len(preview.reading.records) == 6


@pytest.mark.parametrize(
    ("was", "becomes", "line", "message"),
    [
        (
            "'^Tabel 1$'",
            "'^Tabel 2$'",
            2,
            "recipe key 'from': '^Tabel 2$' matches no line in the document",
        ),
        (
            "Jaar {year} {year}",
            "Jaar {year} en {year}",
            3,
            "recipe key 'header': expected 'Jaar {year} en {year} {year}', found 'Jaar 2020 2021'",
        ),
        (
            "{nl: tot mei}",
            "{nl: tot juni}",
            10,
            "key 'footnotes': the footnote * should read 'tot juni' here",
        ),
        ("[year, gender]", "[year]", 6, "the key (2020) was already read on line 5"),
    ],
)
def test_a_problem_stands_at_the_line_it_is_about(
    root: Path, was: str, becomes: str, line: int, message: str
) -> None:
    change(root, was, becomes)
    found = {
        seen.line.number: seen.problems[0].message
        for seen in preview_of(root).lines
        if seen.problems
    }
    assert found[line].startswith(message)


def test_a_label_whose_group_is_wrong_is_shown_as_the_label_that_it_is(root: Path) -> None:
    change(
        root,
        "  totals:",
        "  group: {label: gender, printed: merged, ends: '{number}'}\n  totals:",
    )
    preview = preview_of(root)
    assert told(preview)[4][2][0] == "label gender man"
    assert "recipe key 'group': the label 'man' should stand" not in str(preview.general)
    assert preview.reading.problems != []


def test_a_footnote_goes_on_over_the_lines_that_its_text_fills(root: Path) -> None:
    document = root / "sources/d.txt"
    text = document.read_text("utf-8").replace("* tot mei", "* tot\nen met mei")
    document.write_text(text, "utf-8")
    package = root / "tables/package.yaml"
    was = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    now = hashlib.sha256(text.encode()).hexdigest()
    package.write_text(package.read_text("utf-8").replace(was, now), "utf-8")
    change(root, "tot mei", "tot en met mei")
    preview = preview_of(root)
    assert preview.reading.problems == []
    first = next(seen for seen in preview.lines if seen.line.text == "* tot").line.number
    notes = [number for number, _, parts in told(preview) if parts == ["note *"]]
    assert notes == [first, first + 1]
    (row,) = footnote_rows(load_publication(root), preview.reading.table, preview.reading.document,
                           preview.reading.notes)  # fmt: skip
    assert (row["first_line"], row["last_line"]) == (first, first + 1)
    change(root, "tot en met mei", "tot en met juni")
    assert "nothing else" in str(preview_of(root).reading.problems[0])


def test_the_terminal_shows_lines_and_readings_side_by_side(root: Path) -> None:
    change(root, "  skip: '^zie ook$'\n", "")
    shown = CliRunner().invoke(
        main, ["--project", str(root), "preview", "counted"], env={"COLUMNS": "100"}
    )
    lines = [line for line in shown.stdout.splitlines(keepends=True) if "came nearest" not in line]
    assert (shown.exit_code, "".join(lines)) == (0, SHOWN)


SHOWN = """\
counted  sources/d.txt:2-11  6 rows, 3 stated totals, 1 problem
   1 │ Een vraag.         │
   2 │ Tabel 1            │ from ^Tabel 1$
   3 │ Jaar 2020 2021     │ heading year 2020 · year 2021
   4 │ 2022*              │ heading year 2022 ‹2022*›
   5 │ man 1.505 2 3      │ key gender man · value number [2020] 1505 ‹1.505› · number [2021] 2
     │                    │ value number [2022*] 3
   6 │ niet               │ key gender niet bekend
   7 │ bekend 7 8 9       │ value number [2020] 7 · number [2021] 8 · number [2022*] 9
   8 │ zie ook            │ not understood
    ✗ sources/d.txt:8: recipe key 'rows': 'zie ook' fits no row pattern
   9 │ totaal 1.512 10 12 │ total number [2020] 1512 ‹1.512› · number [2021] 10 · number [2022*] 12
  10 │ * tot mei          │ note *
  11 │ Einde              │ until ^Einde$
  12 │                    │

"""


def test_the_terminal_has_colours_and_keeps_long_lines_short(root: Path) -> None:
    shown = render(preview_of(root))
    assert "\x1b[33mtotal\x1b[0m number [2020] 1512" in shown
    (root / "sources/d.txt").write_text("lang " * 30 + "\n" + DOCUMENT, "utf-8")
    digest = hashlib.sha256(("lang " * 30 + "\n" + DOCUMENT).encode()).hexdigest()
    (root / "tables/package.yaml").write_text(PACKAGE.format(sha256=digest), "utf-8")
    assert f"{('lang ' * 30)[:59]}… │" in unstyle(render(preview_of(root)))


def test_spaces_at_the_end_of_a_line_are_shown_because_they_say_how_it_joins_the_next(
    root: Path,
) -> None:
    (root / "sources/d.txt").write_text(DOCUMENT.replace("Een vraag.", "Een vraag.  "), "utf-8")
    digest = hashlib.sha256(DOCUMENT.replace("Een vraag.", "Een vraag.  ").encode()).hexdigest()
    (root / "tables/package.yaml").write_text(PACKAGE.format(sha256=digest), "utf-8")
    assert "│ Een vraag.␠␠" in unstyle(render(preview_of(root)))


def test_a_table_that_is_not_there_is_named_with_the_nearest_one(root: Path) -> None:
    shown = CliRunner().invoke(main, ["--project", str(root), "preview", "count"])
    assert (shown.exit_code, shown.stderr) == (
        1,
        "tables/count.yaml: is not a table with a recipe\n  → did you mean 'counted'?\n1 problem\n",
    )


def test_on_the_page_each_cell_leads_to_its_line_and_each_line_to_its_rows(root: Path) -> None:
    tree = html.fromstring(page(root, "proef", previews(load_publication(root))))
    addresses = [element.get("id") for element in tree.xpath("//*[@id]")]
    assert len(addresses) == len(set(addresses))
    assert {link[1:] for link in tree.xpath("//a/@href")} <= set(addresses)
    cell = tree.get_element_by_id("counted.4.number")
    assert (cell.text_content(), cell.xpath("a/@href")) == ("7", ["#d1.7"])
    line = tree.get_element_by_id("d1.7")
    assert line.xpath(".//span[@class='told']//a/@href") == [
        "#counted.4",
        "#counted.5",
        "#counted.6",
    ]
    assert line.xpath("@class") == ["read"]


def test_the_page_needs_nothing_else_and_shows_markup_of_a_document_as_text(root: Path) -> None:
    hostile = DOCUMENT.replace("Een vraag.", "<script>alert(1)</script>")
    (root / "sources/d.txt").write_text(hostile, "utf-8")
    digest = hashlib.sha256(hostile.encode()).hexdigest()
    (root / "tables/package.yaml").write_text(PACKAGE.format(sha256=digest), "utf-8")
    made = page(root, "proef", previews(load_publication(root)))
    tree = html.fromstring(made)
    assert [len(tree.xpath(f"//{name}")) for name in ("script", "style", "link", "img")] == [
        1,
        1,
        0,
        0,
    ]
    assert tree.xpath("//@src") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made


def test_the_cells_of_a_grid_can_be_looked_up_by_their_address(root: Path) -> None:
    data = "geslacht;aantal\nman;1.505\n"
    (root / "sources/d.csv").write_text(data, "utf-8")
    digest = hashlib.sha256(data.encode()).hexdigest()
    package = PACKAGE.format(sha256=digest).replace("d.txt", "d.csv")
    (root / "tables/package.yaml").write_text(package, "utf-8")
    recipe = "recipe: {from: '^geslacht', rows: '{gender} | {number}', cells: {}}\n"
    fields = TABLE[: TABLE.index("footnotes")].replace(
        "    - {name: year, type: year, title: {nl: j}, description: {nl: j}}\n", ""
    )
    (root / "tables/counted.yaml").write_text(
        fields.replace("[year, gender]", "gender") + recipe, "utf-8"
    )
    tree = html.fromstring(page(root, "proef", previews(load_publication(root))))
    line = tree.xpath("//*[contains(concat(' ', @data-find, ' '), ' B2 ')]")
    assert [each.get("id") for each in line] == ["d1.2"]
    assert (
        line[0].xpath(".//span[@class='part value']")[0].text_content()
        == "value number 1505 ‹1.505› B2"
    )


def test_the_page_is_written_where_one_wants_it(root: Path) -> None:
    shown = CliRunner().invoke(
        main, ["--project", str(root), "preview", "--html", str(root / "preview.html")]
    )
    assert (shown.exit_code, shown.stdout) == (0, f"wrote {root / 'preview.html'}\n")
    assert (root / "preview.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.browser
@pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)
def test_a_line_or_a_cell_is_looked_up_by_its_name(root: Path) -> None:
    path = root / "preview.html"
    path.write_text(page(root, "proef", previews(load_publication(root))), "utf-8")
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(path.as_uri())
        found = []
        for name in ("7", "counted.4.number", "99"):
            tab.fill("input", name)
            tab.keyboard.press("Enter")
            found.append(
                (tab.evaluate("document.querySelector(':target')?.id"), tab.text_content("output"))
            )
    missing = "There is no such line or cell."
    assert found == [("d1.7", ""), ("counted.4.number", ""), ("counted.4.number", missing)]


def test_watching_draws_again_when_a_file_was_saved_and_only_then(root: Path) -> None:
    drawn: list[int] = []
    looks = iter([None, "saved", None, None])

    def pause(seconds: float) -> None:
        look = next(looks, "interrupted")
        if look == "interrupted":
            raise KeyboardInterrupt
        if look == "saved":
            path = root / "tables/counted.yaml"
            os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))

    watch(root, lambda: drawn.append(1), pause)
    assert drawn == [1, 1]


def test_watching_goes_on_while_a_file_is_no_yaml(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = iter([("title:", "title: ["), ("title: [", "title:")])

    def pause(seconds: float) -> None:
        was, becomes = next(changes, ("", ""))
        if not was:
            raise KeyboardInterrupt
        change(root, was, becomes)

    monkeypatch.setattr(watch, "__defaults__", (pause,))
    shown = CliRunner().invoke(main, ["--project", str(root), "preview", "--watch"])
    assert shown.exit_code == 0
    assert (
        shown.stdout.count("counted  sources/d.txt:2-11  6 rows, 3 stated totals, 0 problems") == 2
    )
    assert "tables/counted.yaml:2:1: is not YAML" in shown.stderr


def layout_publication(folder: Path) -> Path:
    """A publication drafted from a PDF with a table without rules, its first border moved."""
    canvas = Canvas(str(folder / "d.pdf"))
    canvas.drawString(72, 800, "Tabel 1: leerlingen")
    rows = [
        ("Stad", "2021", "2022"),
        ("Gent", "345", "98"),
        ("Aalst", "45", "7"),
        ("Mol", "5", "8"),
    ]
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            canvas.drawString(72 + 130 * column, 760 - 20 * row, text)
    canvas.save()
    CliRunner().invoke(main, ["init", str(folder / "made"), "--document", str(folder / "d.pdf")])
    table = folder / "made/tables/tabel_1.yaml"
    text = table.read_text("utf-8")
    table.write_text(re.sub(r"columns: \[[\d.]+,", "columns: [101,", text), "utf-8")
    return folder / "made"


def test_the_borders_of_the_recipe_and_of_init_stand_on_a_picture_of_the_page(
    tmp_path: Path,
) -> None:
    made = layout_publication(tmp_path)
    tree = html.fromstring(page(made, "proef", previews(load_publication(made))))
    (picture,) = tree.iter("svg")
    (image,) = picture.iter("image")
    drawn = base64.b64decode(image.get("href", "").removeprefix("data:image/png;base64,"))
    assert drawn.startswith(b"\x89PNG")
    at = {
        kind: [float(line.get("x1")) for line in picture.iter("line") if line.get("class") == kind]
        for kind in ("ours", "proposed")
    }
    assert (at["ours"][0], len(at["ours"]), len(at["proposed"])) == (101, 2, 2)
    assert 95 < at["proposed"][0] < 202 < at["proposed"][1] < 332
    assert at["ours"][1] == pytest.approx(at["proposed"][1], abs=0.1)


def test_a_page_without_places_of_words_has_no_picture(root: Path) -> None:
    assert "<svg" not in page(root, "proef", previews(load_publication(root)))
