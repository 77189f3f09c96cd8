"""Recipes of before version 0.2 say the same in the language of today."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from openbaar.authoring.migrate import migrated_text
from openbaar.cli.main import main
from openbaar.recipe.language import Recipe

OLD = """\
# Confirm each guess.
title: {nl: Sectoren}  # guess: a title
recipe:
  from: '^3\\. a\\)'  # guess: the lines before the table
  header:
    - "Jaar 2021 2022 (**)Cluster"
    - "Sector man vrouw man vrouw"
  units: line  # how lines make rows
  numbers: {thousands: ".", decimal: ","}
  fields:
    year: {marks: "(**)"}
    a: {blank: {" ": not_given}}
    b: {blank: {" ": not_yet}}
    average: {type: number, sign: "%"}
    part: {type: integer}
  rows:
    - "{sector} {a} {b} {c} {d}"
    - {row: "{part}) {sector} {a} {b} {c} {d}", set: {kind: "{part}"}}
  totals: {table: "Totaal {a} {b} {c} {d} {average}"}
  ignore: average
  count: position
  drop: ['^-$']
  without: [other]
  group: {field: cluster, label: merged, restart: sector}
  melt:
    into: [year, gender]
    columns:
      "2021 | man": {started: a}
      "2021 | vrouw": {started: b}
      "2022 (**) | man": {started: c}
      "2022 (**) | vrouw": {started: d}
"""
NEW = """\
# Confirm each guess.
title: {nl: Sectoren}  # guess: a title
recipe:
  from: '^3\\. a\\)'  # guess: the lines before the table
  header:
    - "Jaar {year} {year}Cluster"
    - "Sector {gender} {gender} {gender} {gender}"
  by: line
  numbers: "1.234.567,5"
  cells:
    year: {marks: "(**)"}
    started: {blank: {" ": [not_given, not_yet, null, null]}}
    _average: {sign: "%"}
    part: {pattern: '[0-9]+'}
    gender: {pattern: man|vrouw}
  rows:
    - "{sector} {started} {started} {started} {started}"
    - {row: "{part}) {sector} {started} {started} {started} {started}", set: {kind: "{part}"}}
  totals:
    table: "Totaal {started} {started} {started} {started} {_average}"
  set: {position: "{#}"}
  skip: ['^-$', {table: [other]}]
  group: {label: cluster, printed: merged, ends: "{sector}"}
"""


def test_every_old_key_is_rewritten_and_comments_stay() -> None:
    new = migrated_text(OLD)
    assert yaml.safe_load(new) == yaml.safe_load(NEW)
    assert [line for line in new.splitlines() if "#" in line and "{#}" not in line][:3] == [
        "# Confirm each guess.",
        "title: {nl: Sectoren}  # guess: a title",
        "  from: '^3\\. a\\)'  # guess: the lines before the table",
    ]
    Recipe.model_validate(yaml.safe_load(new)["recipe"])


def test_what_is_written_in_the_language_of_today_stays_byte_for_byte() -> None:
    assert migrated_text(NEW) == NEW


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{field: a, label: first}", {"label": "a", "printed": "first"}),
        ("{field: a, label: merged, ends: total}",
         {"label": "a", "printed": "merged", "ends": "total"}),
        ("{field: a, label: above, row: '{a} |  | '}", {"label": "a", "printed": "{a} |  | "}),
        ("{field: a, label: none, restart: n, sequence: [1, 2], why: lost}",
         {"label": "a", "printed": [1, 2], "ends": "{n}", "why": "lost"}),
    ],
)  # fmt: skip
def test_each_way_to_print_a_label_is_rewritten(old: str, new: dict[str, object]) -> None:
    text = migrated_text(f"recipe:\n  rows: '{{n}}'\n  group: {old}\n")
    assert yaml.safe_load(text)["recipe"]["group"] == new


def test_headings_that_were_lost_are_listed_with_the_reason() -> None:
    old = (
        "recipe:\n  rows: '{name} {a} {b}'\n"
        "  melt: {into: year, why: cut off, columns: {'2021': {n: a}, '2022': {n: b}}}\n"
    )
    assert yaml.safe_load(migrated_text(old))["recipe"] == {
        "rows": "{name} {n} {n}",
        "set": {"year": ["2021", "2022"]},
        "why": "cut off",
    }


def test_the_command_rewrites_files_and_names_what_needs_a_person(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "package.yaml").write_text("numbers: {thousands: ' '}\n")
    (tables / "good.yaml").write_text("recipe: {rows: '{n}', units: line}\n")
    bad = "recipe: {rows: '{n}', repeated: '^Jaar'}\n"
    (tables / "bad.yaml").write_text(bad)
    done = CliRunner().invoke(main, ["--project", str(tmp_path), "migrate"])
    assert done.exit_code == 1
    assert "tables/bad.yaml: 'repeated' names a heading: write it under 'header'" in done.output
    assert (tables / "bad.yaml").read_text() == bad
    assert (tables / "good.yaml").read_text() == 'recipe: {rows: "{n}", by: line}\n'
    assert (tables / "package.yaml").read_text() == 'numbers: "1 234 567"\n'
    (tables / "bad.yaml").unlink()
    again = CliRunner().invoke(main, ["--project", str(tmp_path), "migrate"])
    assert (again.exit_code, again.output) == (0, "no file needs to be rewritten\n")
