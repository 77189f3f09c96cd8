"""Two versions compared: what changed is told exactly, and which part of the version has to rise."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.versions.changes import Change, Diff, RowChange, SharedKey
from openbaar.versions.diff import difference
from openbaar.versions.report import as_text
from openbaar.versions.snapshot import Contents, Snapshot, snapshot
from openbaar.versions.sources import version_files

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "year", "type": "year", "title": "Jaar"},
        {"name": "count", "type": "integer", "title": "Aantal", "constraints": {"minimum": 0}},
    ],
    "primaryKey": ["year"],
}
ROWS = {"2020": "12", "2021": "15"}


def version(
    number: str = "1.0.0",
    rows: Mapping[str, str] = ROWS,
    schema: Mapping[str, Any] = SCHEMA,
    table: str = "counts",
    **said: Any,
) -> Snapshot:
    """A version with one table of a year and a count, and what else its package says."""
    resource = {"name": table, "path": f"tables/{table}.csv", "title": "T", "schema": schema}
    columns = tuple(field["name"] for field in schema["fields"])
    contents = Contents(columns, [row[: len(columns)] for row in rows.items()])
    return Snapshot(number, {"version": number, "resources": [resource], **said}, {table: contents})


def changed_schema(**keys: Any) -> dict[str, Any]:
    """The schema with other properties of its second field."""
    first, second = SCHEMA["fields"]
    return {**SCHEMA, "fields": [first, {**second, **keys}]}


def compared(new: Snapshot) -> Diff:
    return difference(version(), new)


def test_nothing_changed() -> None:
    found = compared(version("1.0.1"))
    assert (found.part, found.tables) == (None, [])


def test_a_corrected_cell_is_told_with_its_row() -> None:
    found = compared(version(rows={"2020": "12", "2021": "16"}))
    (table,) = found.tables
    assert table.rows_changed == (RowChange({"year": "2021"}, [Change("count", "15", "16")]),)
    assert (table.rows_added, table.rows_gone, found.part) == ((), (), "patch")


def test_a_new_row_raises_the_second_part_and_one_that_went_the_first() -> None:
    added = compared(version(rows={**ROWS, "2022": "3"}))
    gone = compared(version(rows={"2020": "12"}))
    assert (added.tables[0].rows_added, added.part) == (({"year": "2022", "count": "3"},), "minor")
    assert (gone.tables[0].rows_gone, gone.part) == (({"year": "2021", "count": "15"},), "major")


def test_rows_in_another_order_are_the_same_rows() -> None:
    assert compared(version(rows={"2021": "15", "2020": "12"})).part is None


def test_a_table_that_came_or_went() -> None:
    found = compared(version(table="other"))
    assert (found.tables_added, found.tables_gone, found.part) == (["other"], ["counts"], "major")


def test_a_column_that_went_is_not_told_again_as_a_changed_cell_or_rule() -> None:
    narrow = {"fields": SCHEMA["fields"][:1], "primaryKey": ["year"]}
    found = compared(version(schema=narrow))
    (table,) = found.tables
    assert (table.columns_gone, table.rows_changed, table.schema) == (("count",), (), ())
    assert found.part == "major"


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"type": "number"}, "major"),
        ({"constraints": {"minimum": 1}}, "major"),
        ({"constraints": {"minimum": 0, "maximum": 99}}, "major"),
        ({"constraints": {"minimum": -5}}, "minor"),
        ({"constraints": {}}, "minor"),
        ({"title": "Getal"}, "patch"),
        ({"unit": "cursisten"}, "patch"),
    ],
)
def test_a_rule_that_became_stricter_breaks_and_a_looser_one_adds(
    keys: dict[str, Any], part: str
) -> None:
    assert compared(version(schema=changed_schema(**keys))).part == part


def test_texts_and_documents_are_corrections() -> None:
    texts = compared(version(title="Cijfers"))
    assert (texts.texts, texts.part) == ([Change("title", None, "Cijfers")], "patch")
    old = version(sources=[{"path": "sources/a.txt", "sha256": "1"}])
    new = version(sources=[{"path": "sources/a.txt", "sha256": "2"}])
    assert difference(old, new).documents == [Change("sources/a.txt", "1", "2")]


def test_without_a_key_a_changed_row_is_one_that_went_and_one_that_came() -> None:
    keyless = {"fields": SCHEMA["fields"]}
    old = version(schema=keyless)
    (table,) = difference(old, version(rows={**ROWS, "2021": "16"}, schema=keyless)).tables
    assert table.rows_added == ({"year": "2021", "count": "16"},)
    assert table.rows_gone == ({"year": "2021", "count": "15"},)


YEARS = st.dictionaries(st.integers(1900, 2100).map(str), st.integers(0, 99).map(str), max_size=12)


def test_rows_that_share_a_key_are_told_and_none_is_lost() -> None:
    """A package of others may break its own key; its rows are then compared as a whole."""
    before, after = version(), version("1.0.1")
    (contents,) = after.tables.values()
    contents.rows.append(("2020", "99"))  # type: ignore[attr-defined]  a list in this test
    (table,) = difference(before, after).tables
    assert table.shared_keys == (SharedKey("1.0.1", {"year": "2020"}, [1, 3]),)
    assert table.rows_added == ({"year": "2020", "count": "99"},)
    assert (table.rows_gone, table.rows_changed) == ((), ())
    assert (
        "  ! in 1.0.1 rows 1 and 3 have the same key (year 2020): rows were compared as a whole"
        in as_text(difference(before, after))
    )


def test_a_revision_is_read_within_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@x", "commit", "-qm", "one"],
    ):
        (tmp_path / "datapackage.json").write_text('{"resources": []}')
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    monkeypatch.setenv("OPENBAAR_LIMIT_TABLE_BYTES", "5")
    with pytest.raises(OpenbaarError, match="has 17 bytes; at most 5 are read"):
        snapshot(version_files("HEAD", tmp_path))


@given(YEARS, YEARS)
def test_the_difference_leads_from_the_old_rows_to_the_new_ones(
    old: dict[str, str], new: dict[str, str]
) -> None:
    found = difference(version(rows=old), version(rows=new))
    rows = dict(old)
    for table in found.tables:
        for gone in table.rows_gone:
            assert rows.pop(gone["year"]) == gone["count"]
        for added in table.rows_added:
            assert added["year"] not in old
            rows[added["year"]] = added["count"]
        for change in table.rows_changed:
            (cell,) = change.cells
            assert rows[change.key["year"]] == cell.old
            rows[change.key["year"]] = cell.new
    assert rows == new


# --- the command, on this repository ---


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["--project", str(ROOT), "diff", *arguments])


def test_releases_of_before_descriptors_were_kept_are_compared_by_their_rows() -> None:
    found = json.loads(run("1.0.0", "2.0.0", "--json").output)
    assert (found["part"], found["texts_known"]) == ("major", False)
    assert {table["name"] for table in found["tables"]} == {"footnotes", "anomalies"}
    assert run("2.0.0", "2.1.0").output.startswith("2.0.0 → 2.1.0: minor: data were added\n")


def copied(tmp_path: Path) -> Path:
    """A copy of this publication as a folder of data."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(ROOT / "datapackage.json", folder)
    shutil.copytree(ROOT / "tables", folder / "tables")
    table = folder / "tables" / "started_by_gender.csv"
    text = table.read_text("utf-8")
    assert "44899" in text
    table.write_text(text.replace("44899", "44898"), "utf-8")
    return folder


def test_a_figure_corrected_in_a_folder_or_a_zip_is_shown(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    archive = tmp_path / "copy.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, f"inside/{path.relative_to(folder)}")
    for new in (folder, archive):
        said = run(str(ROOT), str(new)).output
        assert "~ table started_by_gender: 1 row changed\n" in said
        assert "started: 44899 → 44898\n" in said


def sent(tmp_path: Path, table: bytes, described: object = None) -> Path:
    """A zip that somebody sent, with one table."""
    archive = tmp_path / "sent.zip"
    resources = [{"name": "t", "path": "t.csv"}] if described is None else described
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("datapackage.json", json.dumps({"resources": resources}))
        packed.writestr("t.csv", table)
    return archive


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (b"a\n" + b"1" * 150_000_000, "t.csv: unpacks to more than 200 times its size"),
        (b"a,b\n1\n1,2\n1,2,3\n", "sent.zip/t.csv:2: has 1 cells, not 2"),
        (b'a\n"1\n', "sent.zip/t.csv:2: the record that begins here is broken"),
        (b"a\n\xff\n", "sent.zip/t.csv:2:1: is not UTF-8"),
    ],
)
def test_a_zip_that_somebody_sent_is_read_within_limits(
    table: bytes, message: str, tmp_path: Path
) -> None:
    done = run(str(ROOT), str(sent(tmp_path, table)))
    assert done.exit_code == 1
    assert message in done.output


@pytest.mark.parametrize("described", [["t"], [{"name": "t"}], [{"name": "t", "path": ["t.csv"]}]])
def test_a_descriptor_without_files_is_an_error(described: object, tmp_path: Path) -> None:
    done = run(str(ROOT), str(sent(tmp_path, b"a\n1\n", described)))
    assert done.exit_code == 1
    assert "has a resource without a name or the path of a file" in done.output


def test_a_revision_of_git_is_a_version(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    shutil.copy(ROOT / "tables" / "started_by_gender.csv", folder / "tables")
    said = CliRunner().invoke(main, ["--project", str(folder), "diff", "HEAD"]).output
    assert "started: 44898 → 44899\n" in said


def test_what_is_not_published_yet_is_told_to_be_missing(hand_made: Path) -> None:
    def told() -> str:
        done = CliRunner().invoke(main, ["--project", str(hand_made), "diff", str(hand_made)])
        assert "nothing changed" in done.stdout
        return done.stderr

    CliRunner().invoke(main, ["--project", str(hand_made), "publish"])
    assert told() == ""
    package = hand_made / "tables" / "package.yaml"
    package.write_text(package.read_text("utf-8") + "# looked at\n", "utf-8")
    assert "`openbaar publish` first" in told()


def test_a_name_that_is_no_version_is_an_error_that_names_those_there_are() -> None:
    done = run("9.9.9")
    assert done.exit_code == 1
    assert "is no folder, no zip, no released version and no revision of git" in done.output
    assert "released versions: 1.0.0, 2.0.0, 2.1.0" in done.output


def test_a_folder_without_a_descriptor_is_an_error(tmp_path: Path) -> None:
    done = run(str(tmp_path))
    assert done.exit_code == 1
    assert "has no datapackage.json" in done.output
