"""No row and no total is lost without a word: patterns match something, and tables end at rows' end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from generated.publication import TEXT, schema, write_publication
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.publishing.examine import examine
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

COLUMNS = {"fraction": "string", "y2022": "integer", "y2023": "integer", "source_lines": "string"}
CELLS = """Fractie,2022,2023
Restafval,100,110
Papier,50,55
Glas,30,31
Totaal,180,196
Bron: de gemeente,,
"""
RECIPE: dict[str, Any] = {
    "from": "^Fractie",
    "until": "^Bron",
    "rows": "{fraction} | {y2022} | {y2023}",
    "totals": {"table": "Totaal | {y2022} | {y2023}"},
}


def written(folder: Path, recipe: dict[str, Any], **table: Any) -> Path:
    """A publication of one table, its version still in the making."""
    described = {"schema": schema(COLUMNS, ["fraction"]), "recipe": recipe} | table
    documents = {"d.csv": CELLS.encode()}
    return write_publication(folder, documents, {"waste": described}, {"version": "0.1.0"})


def problems(root: Path) -> list[str]:
    with pytest.raises(OpenbaarError) as caught:
        convert(load_publication(root))
    return [f"{each.message} at {each.place.file}" for each in caught.value.problems]


def doubts(root: Path) -> list[str]:
    return [str(each) for each in examine(load_publication(root)).doubts]


def test_a_table_that_reads_all_its_rows_raises_no_doubt(tmp_path: Path) -> None:
    assert doubts(written(tmp_path, RECIPE)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"until": "^Glas"}, "'totals': nothing in the table fits 'Totaal | {y2022} | {y2023}'"),
        (
            {"totals": {"table": [RECIPE["totals"]["table"], "Total | {y2022} | {y2023}"]}},
            "'totals': nothing in the table fits 'Total | {y2022} | {y2023}'",
        ),
        ({"skip": ["Noot.*"]}, "'skip': nothing in the table fits 'Noot.*'"),
    ],
)
def test_a_pattern_that_matches_nothing_is_an_error(
    changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    root = written(tmp_path, RECIPE | changed)
    assert problems(root) == [f"waste: recipe key {said} at tables/waste.yaml"]


def test_of_the_forms_of_totals_of_groups_one_is_enough(tmp_path: Path) -> None:
    forms = ["Totaal | {y2022} | {y2023}", "Total | {y2022} | {y2023}"]
    group = {"label": "kind", "printed": ["huisvuil"], "why": "made up", "ends": "total"}
    columns = schema({"kind": "string", **COLUMNS}, ["kind", "fraction"])
    recipe = {**RECIPE, "totals": {"group": forms}, "group": group}
    root = written(tmp_path, recipe, schema=columns)
    assert len(convert(load_publication(root)).rows("waste")) == 3
    written(tmp_path, {**recipe, "totals": {"group": ["Som | {y2022} | {y2023}"]}}, schema=columns)
    assert problems(root)


def test_a_pattern_that_a_long_table_does_not_match_is_an_error_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.tables.converting.blocks.LINES", 2)
    without = {"from": "^Fractie", "until": "^Totaal", "rows": RECIPE["rows"]}
    root = written(tmp_path, {**without, "skip": "Noot.*"})
    (said,) = problems(root)
    assert "'skip': nothing in the table fits 'Noot.*'" in said
    written(tmp_path, {**without, "skip": r"Papier \| .*"})
    assert len(convert(load_publication(tmp_path)).rows("waste")) == 2


@pytest.mark.parametrize(
    ("changed", "row", "what"),
    [
        ({"until": "^Glas", "totals": {}}, 4, "a row"),
        ({"until": "^Totaal", "totals": {}}, 5, "a row"),
    ],
)
def test_a_line_after_the_end_that_fits_a_row_is_a_doubt(
    changed: dict[str, Any], row: int, what: str, tmp_path: Path
) -> None:
    assert doubts(written(tmp_path, RECIPE | changed)) == [
        f"sources/d.csv:{row}: waste: recipe key 'until' (tables/waste.yaml:1): this line looks like "
        f"{what}, but no table reads it (let the table end after it; if it is no row, name it under "
        "'skip' then)"
    ]


def test_what_follows_a_table_is_no_doubt_where_another_table_reads_it_or_it_holds_years(
    tmp_path: Path,
) -> None:
    first = {"from": "^Fractie", "until": "^Glas", "rows": RECIPE["rows"]}
    second = {"from": "^Papier", "rows": RECIPE["rows"], "until": "^Bron"}
    described = schema(COLUMNS, ["fraction"])
    tables = {
        name: {"schema": described, "recipe": each} for name, each in (("a", first), ("b", second))
    }
    root = write_publication(tmp_path, {"d.csv": CELLS.encode()}, tables, {"version": "0.1.0"})
    assert doubts(root) == []
    years = CELLS.replace("Glas,30,31", "Jaar,2022,2023")
    only = {"a": {"schema": described, "recipe": {**first, "until": "^Jaar"}}}
    root = write_publication(
        tmp_path / "years", {"d.csv": years.encode()}, only, {"version": "0.1.0"}
    )
    assert [each for each in doubts(root) if ":4:" in each] == []


def declared(difference: int) -> dict[str, Any]:
    anomaly = {"text": TEXT, "at": "^Totaal"}
    check = {"name": "known", "total": "y2022", "difference": difference, "anomaly": "why"}
    return {"checks": [check], "anomalies": {"why": anomaly}}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            {"rows": 5},
            "tables/waste.yaml:1: check rows: 5 rows stated, 3 found (look at 'from', 'until' and "
            "'skip': a row is missing or too many; or correct 'rows')",
        ),
        (
            declared(6),
            "sources/d.csv:5: check known (tables/waste.yaml:1): y2022: the known difference is 6, "
            "found 0 ('difference' is stated minus computed: 0)",
        ),
        (
            {"checks": [{"name": "other", "total": "y2022", "where": {"fraction": "Glas"}}]},
            "tables/waste.yaml:1: check other: y2022 (fraction = Glas): the document states no such "
            "total of these rows ('total' and 'where' should name a total that the recipe reads "
            "under 'totals')",
        ),
        (
            {"checks": [{"name": "counted", "words": "fraction", "count": 4}]},
            "tables/waste.yaml:1: check counted: fraction: 4 stated, 3 computed (a line is missing or "
            "too many; or correct 'count')",
        ),
        (
            {"checks": [{"name": "follow", "consecutive": "y2022"}]},
            "tables/waste.yaml:1: check follow: y2022: line 3: y2022 50 follows 100; line 4: y2022 30 "
            "follows 50 (correct the recipe; if the document prints it so, name the 'anomaly' that "
            "says so)",
        ),
    ],
)
def test_a_check_that_fails_is_named_with_its_line_and_what_helps(
    table: dict[str, Any], said: str, tmp_path: Path
) -> None:
    found = examine(load_publication(written(tmp_path, RECIPE, **table))).problems
    assert str(found[0]) == said


def test_a_stated_total_that_no_check_speaks_of_stands_where_the_document_has_it(
    tmp_path: Path,
) -> None:
    root = written(tmp_path, {**RECIPE, "skip": "Glas.*"})
    found = [str(each) for each in examine(load_publication(root)).problems[:2]]
    assert found == [
        "sources/d.csv:5: waste: the total of y2022: 180 stated, 150 computed (correct the recipe, or "
        "declare the difference with an anomaly that explains it)",
        "sources/d.csv:5: waste: the total of y2023: 196 stated, 165 computed (correct the recipe, or "
        "declare the difference with an anomaly that explains it)",
    ]


def test_a_document_that_is_not_there_is_named_where_the_package_file_does(tmp_path: Path) -> None:
    root = written(tmp_path, RECIPE)
    (root / "sources/d.csv").rename(root / "sources/d1.csv")
    with pytest.raises(OpenbaarError) as caught:
        convert(load_publication(root))
    (problem,) = caught.value.problems
    assert (problem.place.file, problem.place.first_line) == ("tables/package.yaml", 1)
    assert problem.message == "there is no file sources/d.csv"
    assert problem.hint == "did you mean 'd1.csv'? or put the document there"


def test_rows_that_fail_for_one_reason_are_told_once_with_their_number(tmp_path: Path) -> None:
    recipe = {**RECIPE, "from": "^Papier", "cells": {"y2023": {"numbers": "1.234,50"}}}
    numbers = CELLS.replace("30,31", "30,3.1").replace("180,196", "180,19.6")
    described = {"schema": schema(COLUMNS, ["fraction"]), "recipe": recipe}
    root = write_publication(tmp_path, {"d.csv": numbers.encode()}, {"waste": described})
    with pytest.raises(OpenbaarError) as caught:
        convert(load_publication(root))
    (problem,) = caught.value.problems
    assert problem.place.first_line == 4
    assert problem.hint.endswith(
        "'3.1' is not a number with thousands '.', decimals ','; the same on 1 more line"
    )


def test_publishing_tells_doubts_and_publishes_all_the_same(tmp_path: Path) -> None:
    root = written(tmp_path, RECIPE | {"until": "^Totaal", "totals": {}})
    done = CliRunner().invoke(main, ["--project", str(root), "--quiet", "publish"])
    assert done.exit_code == 0, done.output
    assert "this line looks like a row, but no table reads it" in done.stderr
    assert (root / "tables/waste.csv").is_file()


@pytest.mark.parametrize("command", [["convert"], ["convert", "waste"], ["publish"], ["release"]])
def test_each_command_that_reads_documents_tells_doubts_to_people_and_to_programs(
    command: list[str], tmp_path: Path
) -> None:
    said = "this line looks like a row, but no table reads it"
    root = written(tmp_path / "a", RECIPE | {"until": "^Totaal", "totals": {}})
    shutil.copytree(root, tmp_path / "b")
    shown = CliRunner().invoke(main, ["--project", str(root), "--quiet", *command])
    assert (shown.exit_code, said in shown.stderr) == (0, True), shown.output
    asked = CliRunner().invoke(main, ["--project", str(tmp_path / "b"), *command, "--json"])
    (warning,) = json.loads(asked.stdout)["warnings"]
    assert (warning["file"], warning["line"]) == ("sources/d.csv", 5)
    assert said in warning["message"]
    assert asked.stderr == ""


def test_doubts_of_one_of_many_publications_name_its_folder(tmp_path: Path) -> None:
    root = written(tmp_path / "a", RECIPE | {"until": "^Totaal", "totals": {}})
    shutil.copytree(root, tmp_path / "b")
    shown = CliRunner().invoke(main, ["publish", str(root)])
    assert f"{root}/sources/d.csv:5" in shown.stderr
    asked = CliRunner().invoke(main, ["publish", "--json", str(tmp_path / "b")])
    (warning,) = json.loads(asked.stdout)["warnings"]
    assert warning["file"] == f"{tmp_path}/b/sources/d.csv"
