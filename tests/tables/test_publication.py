"""Mistakes in authored files: all named at once, each with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from openbaar.errors import OpenbaarError
from openbaar.tables.authored.publication import trust_tables
from openbaar.tables.authored.references import load_publication

PACKAGE = """\
name: small
version: 1.0.0
languages: [nl]
title: {nl: Klein}
description: {nl: Klein}
contributors: [{title: someone}]
licenses: [{name: notspecified, title: unknown}]
additions: [{name: CC0-1.0, title: CC0}]
documents:
  - path: sources/d.txt
    sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    title: {nl: d}
fields:
  n: {type: integer, title: {nl: n}, description: {nl: n}}
tables: [t]
"""
TABLE = """\
title: {nl: t}
description: {nl: t}
schema:
  primaryKey: n
  fields:
    - n
    - name: m
      title: {nl: m}
      description: {nl: m}
recipe:
  from: '^t$'
  rows: '{n} {m}'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/package.yaml").write_text(PACKAGE)
    (tmp_path / "tables/t.yaml").write_text(TABLE)
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        load_publication(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_table_may_name_a_column_that_the_package_file_describes(folder: Path) -> None:
    publication = load_publication(folder)
    assert [(field.name, field.type) for field in publication.tables["t"].table_schema.fields] == [
        ("n", "integer"),
        ("m", "string"),
    ]
    assert list(publication.resources) == [
        "t",
        "provenance",
        "reconciliation",
        "footnotes",
        "anomalies",
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("recipe:\n", "recipe:\n  untill: x\n",
         ["tables/t.yaml:11:3: the key 'untill' is not known (did you mean 'until'?)"]),
        ("    - n\n", "    - k\n",
         ["tables/t.yaml:6:7: tables/package.yaml describes no field 'k' (known: n; or describe it here)"]),
        ("primaryKey: n", "primaryKey: k",
         ["tables/t.yaml:3:1: schema: a key names the column 'k', which does not exist; known: m, n"]),
        ("title: {nl: t}\n", "",
         ["tables/t.yaml:1:1: the key 'title' is missing here"]),
        ("{nl: m}\n      desc", "{nl: m, fr: m}\n      desc",
         ["tables/t.yaml:8:7: schema.fields.1.title: should be given in nl (remove fr)"]),
        ("'^t$'", "'(t'",
         ["tables/t.yaml:11:3: recipe.from.0: the pattern '(t' is not a valid regular expression: missing ): (t"]),
        ("name: m", "name: select",
         ["tables/t.yaml:7:7: schema.fields.1.name: the name 'select' is a keyword of SQL; choose another, such as "
          "'select_name'"]),
        ("name: m", "name: 'x]y'",
         ["tables/t.yaml:7:7: schema.fields.1.name: the name 'x]y' should be small letters, digits and _, begin with a "
          "letter, at most 63 long"]),
        ("'{n} {m}'", "'{n} {m!r}'",
         ["tables/t.yaml:12:3: recipe.rows.0: '{n} {m!r}' should hold field names between braces, as in "
          "'{start_year} {started}'"]),
        ("recipe:\n", "recipe:\n  cells: {n: {marks: '*'}}\n",
         ["tables/t.yaml:11:15: there is no footnote '*'"]),
        ("recipe:\n", "recipe:\n  document: sources/e.txt\n",
         ["tables/t.yaml:11:3: there is no document 'sources/e.txt' (did you mean 'sources/d.txt'?)"]),
        ("recipe:\n", "checks: [{name: c, sum: n, by: k, equals: {table: u}}]\nrecipe:\n",
         ["tables/t.yaml:10:10: there is no column 'k' (known: m, n)",
          "tables/t.yaml:10:10: there is no table 'u' (known: t)"]),
        ("recipe:\n", "title: {nl: again}\nrecipe:\n",
         ["tables/t.yaml:10:1: the key 'title' is given here and on line 1 (keep one of them)"]),
        ("    - n\n", "    - &a n\n    - *a\n",
         ["tables/t.yaml:7:7: the alias *a is refused (write it out)"]),
        ("    - n\n", "    - {name: n, unit: percent}\n",
         ["tables/t.yaml:6:17: schema.fields.0.unit: should be given for each language, such as {nl: percent}"]),
        ("recipe:\n", "sort: k\nrecipe:\n",
         ["tables/t.yaml:10:1: sort: the column 'k' is not there; known: m, n"]),
        ("recipe:\n", "facets: [m, k]\nrecipe:\n",
         ["tables/t.yaml:10:13: facets.1: the column 'k' is not there; known: m, n"]),
        ("recipe:\n", "chart:\n  x: m\n  y: k\nrecipe:\n",
         ["tables/t.yaml:12:3: chart.y.0: the column 'k' is not there; known: m, n"]),
        ("recipe:\n", "chart:\n  x: m\n  y: n\nrecipe:\n",
         ["tables/t.yaml:10:1: chart: one of 'x' and 'y', and not both, should be a column with a 'unit'"]),
        ("    - n\n", "    - {name: n, constraints: {required: yes}}\n",
         ["tables/t.yaml:6:31: schema.fields.0.constraints.required: should be true or false"]),
        ("'^t$'", "!!python/name:os.system",
         ["tables/t.yaml:11:9: the tag tag:yaml.org,2002:python/name:os.system is refused (write plain text, numbers, "
          "lists and mappings)"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_file_is_named_with_its_place(
    folder: Path, was: str, becomes: str, expected: list[str]
) -> None:
    assert TABLE.count(was) == 1
    (folder / "tables/t.yaml").write_text(TABLE.replace(was, becomes))
    found = problems(folder)
    assert found == expected


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("tables: [t]", "tables: [t, u]", ["tables/package.yaml:15:13: there is no tables/u.yaml (known: t)"]),
        ("tables: [t]", "tables: []",
         ["tables/package.yaml:15:1: tables/t.yaml is not in this list (add it where readers should see it)"]),
        ("languages: [nl]", "languages: [nl, en]", ["tables/package.yaml:4:1: title: should be given in nl, en (add en)"]),
        ("path: sources/d.txt", "path: ../d.txt",
         ["tables/package.yaml:10:5: documents.0.path: the path '../d.txt' should be relative and stay inside the "
          "publication"]),
        ("title: someone", "title: someone, path: 'javascript:alert(1)'",
         ["tables/package.yaml:6:33: contributors.0.path: the address 'javascript:alert(1)' should begin with https:, "
          "http: or mailto:"]),
        ("version: 1.0.0", "version: one", ["tables/package.yaml:2:1: version: is 'one'; it should look like 1.0.0"]),
        ("  n: {type: integer", "  n: {type: integral",
         ["tables/package.yaml:14:7: fields.n.type: is 'integral'; it should be 'string'",
          "tables/t.yaml:6:7: schema.fields.0.type: is 'integral'; it should be 'string'"]),
        ("version: 1.0.0", "version: 1.0.0\nperiod: {first: 2023, last: 2024-01-01}",
         ["tables/package.yaml:3:10: period.first: is 2023; it should look like 2024-02-29"]),
        ("name: small", "name: [small", ["tables/package.yaml:2:8: is not YAML: a bracket is not closed, or a text holds one of : , [ ] { } (close "
         "each { with } and each [ with ], or put the text in quotes)"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_package_file_is_named_with_its_place(
    folder: Path, was: str, becomes: str, expected: list[str]
) -> None:
    assert PACKAGE.count(was) == 1
    (folder / "tables/package.yaml").write_text(PACKAGE.replace(was, becomes))
    found = problems(folder)
    assert found[0][: len(expected[0])] == expected[0]


def test_the_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    (folder / "tables/package.yaml").write_text(PACKAGE.replace("tables:", "extra: 1\ntables:"))
    (folder / "tables/t.yaml").write_text(
        TABLE.replace("recipe:\n", "recipe:\n  untill: x\n  unit: y\n")
    )
    assert [each.split(" is not")[0] for each in problems(folder)] == [
        "tables/package.yaml:15:1: the key 'extra'",
        "tables/t.yaml:11:3: the key 'untill'",
        "tables/t.yaml:12:3: the key 'unit'",
    ]


def test_a_table_may_not_take_the_name_of_a_trust_table(folder: Path) -> None:
    (folder / "tables/provenance.yaml").write_text(TABLE)
    (folder / "tables/package.yaml").write_text(PACKAGE.replace("[t]", "[t, provenance]"))
    assert problems(folder) == [
        "tables/provenance.yaml: has the name of a generated table (rename it)"
    ]


def test_a_folder_without_a_package_file_is_no_publication(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        f"tables/package.yaml: does not exist, so {tmp_path} is not a publication (use --project DIR)"
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a" * 1_000_001, "tables/t.yaml: has 1000001 bytes; at most 1000000 are read"),
        (b"title: \xeb", "tables/t.yaml:1:8: is not UTF-8: byte 7 is 0xeb (save it as UTF-8)"),
        (b"- a\n", "tables/t.yaml:1:1: should be a mapping of keys to values"),
    ],
)
def test_a_file_that_is_no_table_file_is_refused(folder: Path, data: bytes, expected: str) -> None:
    (folder / "tables/t.yaml").write_bytes(data)
    assert problems(folder)[0] == expected


def test_the_trust_tables_are_described_in_the_languages_of_the_publication() -> None:
    footnotes = trust_tables(("nl", "fr"))["footnotes"]
    assert footnotes.title == {"nl": "Voetnoten", "fr": "Notes de bas de page"}
    text = footnotes.table_schema.field("text_fr")
    assert text.title == {"nl": "Tekst (Frans)", "fr": "Texte (français)"}


def test_a_language_without_a_catalogue_has_the_trust_tables_in_the_first_language() -> None:
    assert trust_tables(("nl", "es"))["footnotes"].title == {"nl": "Voetnoten", "es": "Voetnoten"}
    assert trust_tables(("es",))["footnotes"].title == {"es": "Footnotes"}
