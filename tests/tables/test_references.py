"""Names that authored files mention must be there: a misspelt one would quietly do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from openbaar.errors import OpenbaarError
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

PACKAGE = """\
name: small
version: 1.0.0
languages: [en]
title: {en: Small}
description: {en: Small}
contributors: [{title: someone}]
licenses: [{name: notspecified, title: unknown}]
additions: [{name: CC0-1.0, title: CC0}]
documents:
  - {path: sources/d.txt, sha256: 'HASH', title: {en: d}}
tables: [t]
"""
TABLE = """\
title: {en: t}
description: {en: t}
schema:
  primaryKey: name
  fields:
    - {name: name, title: {en: name}, description: {en: name}}
    - {name: n, type: integer, title: {en: n}, description: {en: n}}
recipe:
  from: '^Table 1$'
  by: line
  rows: '{name} {n}'
"""
DOCUMENT = "Table 1\nan 1\nbe 2\nce 3\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tables", "sources"):
        (tmp_path / name).mkdir()
    (tmp_path / "tables/package.yaml").write_text(PACKAGE.replace("HASH", "0" * 64))
    (tmp_path / "tables/t.yaml").write_text(TABLE)
    (tmp_path / "sources/d.txt").write_text(DOCUMENT)
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        convert(load_publication(folder), verify=False)
    return [str(problem) for problem in caught.value.problems]


def rows(folder: Path) -> list[str]:
    return (
        convert(load_publication(folder), verify=False)
        .files["tables/t.csv"]
        .decode()
        .splitlines()[1:]
    )


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("recipe:\n", "recipe:\n  cells: {amount: {scale: 1000}}\n",
         "tables/t.yaml:9:11: there is no field in the row patterns 'amount'"),
        ("recipe:\n", "recipe:\n  cells: {n: {total: m}}\n",
         "tables/t.yaml:9:15: there is no column 'm' (known: n, name)"),
        ("recipe:\n", "recipe:\n  skip: {table: u}\n", "tables/t.yaml:9:3: there is no table with a recipe 'u'"),
        ("recipe:\n", "recipe:\n  set: {place: '{#}'}\n", "tables/t.yaml:9:3: there is no column 'place'"),
        ("recipe:\n", "recipe:\n  group: {label: name, printed: first, ends: '{nme}'}\n",
         "tables/t.yaml:9:40: there is no field in the row patterns 'nme' (did you mean 'name'?)"),
        ("'{name} {n}'", "'{name} {n} {whatever}'",
         "tables/t.yaml:11:3: the field 'whatever' of '{name} {n} {whatever}' is not a column, so what it reads"),
        ("'{name} {n}'", "{row: '{name} {n}', set: {m: x}}", "tables/t.yaml:11:3: there is no column 'm'"),
        ("'{name} {n}'", "{row: '{name} {n}', set: {n: '7'}}",
         "tables/t.yaml:11:3: 'set' would replace the column 'n', which is read from the document"),
        ("'{name} {n}'", "{row: '{n}', set: {n: '7'}}\n  header: '{name}'",
         "tables/t.yaml:11:3: 'set' would replace the column 'n', which is read from the document"),
        ("'{name} {n}'", "'{name} en {name} {n} {n} {n}'",
         "tables/t.yaml:11:3: '{name} en {name} {n} {n} {n}': fields that come more than once must"),
        ("'{name} {n}'\n", "'{name} {n}'\n  totals: {table: 'Total {q}'}\n",
         "tables/t.yaml:12:3: the field 'q' of 'Total {q}' is not a column"),
        ("recipe:\n", "checks: [{name: c, sum: name, equals: {line: '(x)'}}]\nrecipe:\n",
         "tables/t.yaml:8:10: the column 'name' has no numbers"),
        ("recipe:\n", "checks: [{name: c, words: name, count: 1}, {name: c, words: name, count: 1}]\nrecipe:\n",
         "tables/t.yaml:8:44: there is already a check 'c'"),
        ("recipe:\n", "checks: [{name: c, sum: n, equals: {table: t, sum: m}}]\nrecipe:\n",
         "tables/t.yaml:8:10: there is no column of t 'm'"),
        ("recipe:\n", "anomalies: {a: {text: {en: x}, at: '^an', rows: {nme: x}}}\nrecipe:\n",
         "tables/t.yaml:8:13: there is no column 'nme' (did you mean 'name'?)"),
        ("recipe:\n", "anomalies: {a: {text: {en: x}, at: '^an', document: sources/e.txt}}\nrecipe:\n",
         "tables/t.yaml:8:13: there is no document 'sources/e.txt'"),
        ("recipe:\n", "anomalies: {a: {text: {en: x}, at: '(ce'}}\nrecipe:\n",
         "tables/t.yaml:8:32: anomalies.a.at.0: the pattern"),
        ("recipe:\n", "anomalies: {a: {text: {en: x}, at: '^an', rows: {name: zz}}}\nrecipe:\n",
         "sources/d.txt:2-4: t: the anomaly 'a' is about rows with name = zz, but there are none"),
        ("recipe:\n", "footnotes: {'*': {line: x, text: {de: x}}}\nrecipe:\n",
         "tables/t.yaml:8:28: footnotes.*.text: should be given in en (add en; remove de)"),
        ("recipe:\n", "footnotes: {'*': {line: x, text: {en: x}, below: u}}\nrecipe:\n",
         "tables/t.yaml:8:13: there is no table 'u'"),
        ("recipe:\n", "printed_as: '{lable}'\nrecipe:\n", "tables/t.yaml:8:1: there is no column 'lable'"),
        ("recipe:\n", "checks: [{name: c, total: n, anomaly: a, difference: 1}]\n"
                      "anomalies: {a: {text: {en: x}, at: '^an'}}\nrecipe:\n", None),
        ("    - {name: n, type: integer", "    - {name: n, constraints: {enum: [no]}, type: string", "x"),
    ],
)  # fmt: skip
def test_a_name_that_is_nowhere_is_an_error(
    folder: Path, was: str, becomes: str, expected: str | None
) -> None:
    assert TABLE.count(was) == 1
    (folder / "tables/t.yaml").write_text(TABLE.replace(was, becomes))
    if expected is None:
        found = (
            convert(load_publication(folder), verify=False)
            .files["tables/reconciliation.csv"]
            .decode()
        )
        assert "different,,the document states no such total of these rows" in found
    elif expected == "x":
        assert load_publication(folder).tables["t"].table_schema.field("n").constraints.enum == (
            "no",
        )
    else:
        found = problems(folder)[0]
        assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    ("document", "recipe", "expected"),
    [
        ("Table 1\nan 1\nbe 2\n\nce 3\n", "by: line", ["an,1", "be,2", "ce,3"]),
        ("Table 1\nan 1\n\nbe 2\n\nce 3\n", "by: block", ["an,1", "be,2", "ce,3"]),
        ("Table 1\nan 1\n \nbe 2 \n", "by: line", ["an,1", "be,2"]),
        ("Table 1\nan 1 \n\nNota\n\nbe 2\n", "{by: block, skip: Nota}", ["an,1", "be,2"]),
    ],
)
def test_every_line_between_the_anchors_becomes_a_row(
    folder: Path, document: str, recipe: str, expected: list[str]
) -> None:
    lines = recipe.strip("{}").replace(", ", "\n  ")
    (folder / "tables/t.yaml").write_text(TABLE.replace("by: line", lines))
    (folder / "sources/d.txt").write_text(document)
    assert rows(folder) == expected


@pytest.mark.parametrize(
    ("document", "recipe", "expected"),
    [
        ("Table 1\nan 1\nSource: somebody\nbe 2\n", "by: line",
         "sources/d.txt:3: t: recipe key 'rows' (tables/t.yaml:11): 'Source: somebody' fits no row pattern"),
        ("Table 1\nan 1\nce 3.OOO\nde 4\n", "by: line",
         "sources/d.txt:3: t: recipe key 'rows' (tables/t.yaml:11): 'ce 3.OOO' fits no row pattern ('{name} {n}' came nearest and stopped "
         "fitting before '3.OOO': '3.OOO' is not a number with thousands '', decimals '')"),
        ("Table 1\n\n", "by: line", "sources/d.txt: t: no row was read between the anchors"),
        ("Table 1\nan -\n", "cells: {n: {blank: {'-': not_given}}}\n  by: line",
         "sources/d.txt:2: t: the column 'n' is blank here, and its reason has no column to stand in"),
        ("Table 1\nan 1 * = foo\nbe 2 *\n", "cells: {n: {marks: '*'}}\n  by: line",
         "sources/d.txt:2: t: key 'footnotes': the footnote * should read 'foo' here, and nothing else"),
        ("Table 1\n" + "x" * 10_001, "by: line", "sources/d.txt:2: t: recipe key 'by' (tables/t.yaml:10): 'xxx"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_row_is_an_error_and_not_part_of_the_next_one(
    folder: Path, document: str, recipe: str, expected: str
) -> None:
    footnotes = "footnotes: {'*': {line: ' = ', text: {en: foo}}}\n" if "marks" in recipe else ""
    (folder / "tables/t.yaml").write_text(
        TABLE.replace("by: line", recipe).replace("recipe:", footnotes + "recipe:")
    )
    (folder / "sources/d.txt").write_text(document)
    assert problems(folder)[0][: len(expected)] == expected


def test_a_longer_mark_is_not_taken_for_a_shorter_one(folder: Path) -> None:
    footnotes = "footnotes:\n  '*': {line: '^\\* one', text: {en: one}}\n  '**': {line: '^\\*\\* two', text: {en: two}}\n"
    table = TABLE.replace("by: line", "by: line\n  cells: {n: {marks: ['*', '**']}}")
    (folder / "tables/t.yaml").write_text(table.replace("recipe:", footnotes + "recipe:"))
    (folder / "sources/d.txt").write_text("Table 1\nan 1*\nbe 2**\n* one\n** two\n")
    assert rows(folder) == ["an,1", "be,2"]
    provenance = (
        convert(load_publication(folder), verify=False)
        .files["tables/provenance.csv"]
        .decode()
        .splitlines()
    )
    assert [line.split(",")[-1] for line in provenance if ",n," in line] == ["*", "**"]


def with_digit_marks(folder: Path, document: str, more: str = "") -> None:
    """A table whose footnote mark is `2`, which is a digit of its numbers too."""
    footnotes = "footnotes: {'2': {line: '^2 foo', text: {en: foo}" + more + "}}\n"
    totals = "  totals: {table: 'total {n}'}\n"
    fields = "cells: {name: {pattern: 'an|be|ce|de'}, n: {marks: '2'}}"
    table = TABLE.replace("by: line", f"by: line\n  {fields}")
    (folder / "tables/t.yaml").write_text(table.replace("recipe:", footnotes + "recipe:") + totals)
    (folder / "sources/d.txt").write_text(document)


def test_a_digit_that_may_be_a_mark_is_refused_where_nothing_decides(folder: Path) -> None:
    with_digit_marks(folder, "Table 1\nan 31\nbe 12\n2 foo\n")
    (found,) = problems(folder)
    assert found.startswith(
        "sources/d.txt:3: t: recipe key 'rows' (tables/t.yaml:13): 'be 12' can be read in 2 ways"
    )


@pytest.mark.parametrize(
    ("total", "be", "mark"), [("43", "12", ""), ("32", "1", "2")], ids=["a digit", "a mark"]
)
def test_a_total_decides_whether_a_digit_is_a_mark(
    folder: Path, total: str, be: str, mark: str
) -> None:
    with_digit_marks(
        folder, f"Table 1\nan 31\nbe 12\ntotal {total}\nce 52\nde 7\ntotal 12\n2 foo\n"
    )
    table = (folder / "tables/t.yaml").read_text()
    totals = "totals: {group: 'total {n}'}"
    (folder / "tables/t.yaml").write_text(table.replace("totals: {table: 'total {n}'}", totals))
    assert rows(folder) == ["an,31", f"be,{be}", "ce,5", "de,7"]
    provenance = convert(load_publication(folder), verify=False).rows("provenance")
    marks = [row["mark"] or "" for row in provenance if row["column_name"] == "n"]
    assert marks == ["", mark, "2", ""]


def test_a_mark_at_a_row_that_its_footnote_is_not_about_is_an_error(folder: Path) -> None:
    with_digit_marks(folder, "Table 1\nan 1\nbe 52\ntotal 6\n2 foo\n", ", applies_to: {name: an}")
    assert problems(folder) == [
        "sources/d.txt:3: t: '52' (n) has the mark 2, whose footnote is about rows with name = an only"
        " (correct 'applies_to', or the marks of the field)"
    ]


def test_many_lines_that_do_not_fit_are_not_all_listed(folder: Path) -> None:
    (folder / "sources/d.txt").write_text("Table 1\n" + "nothing\n" * 500)
    assert len(problems(folder)) == 21


@pytest.mark.parametrize(("path", "message"), [
    ("tables/t.csv", "should begin with sources/"), ("datapackage.json", "should begin with sources/"),
])  # fmt: skip
def test_a_document_may_not_stand_where_files_are_generated(
    folder: Path, path: str, message: str
) -> None:
    text = PACKAGE.replace("HASH", "0" * 64).replace("sources/d.txt", path)
    (folder / "tables/package.yaml").write_text(text)
    assert message in problems(folder)[0]


def test_a_csv_file_that_leads_out_of_the_publication_is_refused(folder: Path) -> None:
    (folder / "secret.csv").write_text("name,n\nx,1\n")
    inside = folder / "inside"
    inside.mkdir()
    for name in ("tables", "sources"):
        (folder / name).rename(inside / name)
    (inside / "tables/t.yaml").write_text(TABLE[: TABLE.index("recipe:")])
    (inside / "tables/t.csv").symlink_to(folder / "secret.csv")
    assert problems(inside) == [
        "tables/t.csv: is a link that leads out of the publication (copy the file here)"
    ]


@pytest.mark.parametrize(
    ("kind", "form", "part", "write"),
    [
        ("date", "%B %Y", "day", "%d"),
        ("date", "%d/%Y", "month", "%m or %B or %b"),
        ("yearmonth", "%B", "year", "%Y or %y"),
    ],
)
def test_a_form_of_dates_says_where_each_part_is_so_that_no_day_is_made_up(
    kind: str, form: str, part: str, write: str, folder: Path
) -> None:
    described = TABLE.replace("{name: name,", f"{{name: name, type: {kind},")
    cells = f"  cells: {{name: {{date: '{form}'}}}}\n"
    (folder / "tables/t.yaml").write_text(f"{described}{cells}")
    (problem,) = problems(folder)
    assert problem == (
        f"tables/t.yaml:12:18: '{form}' does not say where the {part} of a '{kind}' is printed "
        f"(write {write} in its place, or give the column another type)"
    )
