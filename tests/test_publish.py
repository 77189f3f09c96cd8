"""Publishing makes the same bytes each time, and replaces files whole, or none if any is wrong."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from click.testing import CliRunner, Result

from openbaar.cli.main import main
from openbaar.placing import CACHE
from served import Built, served

ROOT = Path(__file__).parent.parent
DATABASE = "build/vdab-online-opleidingen.db"
VERSION = yaml.safe_load((ROOT / "tables/package.yaml").read_text("utf-8"))["version"]
WORKBOOKS = [f"dist/vdab-online-opleidingen-{VERSION}{end}" for end in (".xlsx", ".en.xlsx")]
ARCHIVE = f"dist/vdab-online-opleidingen-{VERSION}.zip"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of this repository's publication, without anything that is generated outside git."""
    for name in ("tables", "sources"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("datapackage.json", "metadata.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), *arguments])


def everything(folder: Path) -> dict[str, bytes]:
    """All files but those that any run may add to: drawings that are kept, and what saves time."""
    kept = (folder / "build" / "charts", folder / CACHE)
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not any(each in path.parents for each in kept):
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


@pytest.mark.slow
def test_publishing_twice_changes_no_byte(folder: Path) -> None:
    first = run(folder, "publish")
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "no file changed",
        f"built {DATABASE}",
        f"built {ARCHIVE}",
        *[f"built {workbook}" for workbook in WORKBOOKS],
    ]
    before = everything(folder)
    assert run(folder, "publish", "--again").exit_code == 0
    assert everything(folder) == before


@pytest.mark.slow
def test_a_wrong_publication_replaces_nothing(folder: Path) -> None:
    assert run(folder, "publish").exit_code == 0
    file = folder / "tables/started_by_quarter.yaml"
    file.write_text(file.read_text().replace("rows: 14", "rows: 15"))
    before = everything(folder)
    failed = run(folder, "publish")
    assert failed.exit_code == 1
    assert "check rows: 15 rows stated, 14 found" in failed.stderr
    assert everything(folder) == before


@pytest.mark.slow
def test_a_killed_run_leaves_every_file_whole(folder: Path) -> None:
    """Killed at many moments, each file is what it was or what it should become, never between."""
    assert run(folder, "publish").exit_code == 0
    old = everything(folder)
    package = folder / "tables/package.yaml"
    package.write_text(package.read_text().replace("Online training at", "Training at"))
    command = [sys.executable, "-m", "openbaar", "--quiet", "--project", str(folder), "publish"]
    started = time.monotonic()
    subprocess.run(command, check=True)
    duration = time.monotonic() - started
    new = everything(folder)
    changed = [name for name in new if old[name] != new[name]]
    generated = [name for name in changed if name != "tables/package.yaml"]
    assert set(generated) > {"datapackage.json", "metadata.yml", ARCHIVE}
    for part in range(8):
        for name in generated:
            (folder / name).write_bytes(old[name])
        process = subprocess.Popen(command)
        time.sleep(duration * (0.5 + part / 14))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = everything(folder)
        between = [name for name in generated if now[name] not in (old[name], new[name])]
        assert between == []
        with sqlite3.connect(folder / DATABASE) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert run(folder, "publish").exit_code == 0
    assert {name: (folder / name).read_bytes() for name in generated} == {
        name: new[name] for name in generated
    }


@pytest.mark.slow
def test_check_says_when_a_generated_file_is_not_what_a_fresh_build_makes(folder: Path) -> None:
    assert run(folder, "check").exit_code == 0
    csv = folder / "tables/started_by_gender.csv"
    csv.write_text(csv.read_text().replace("44899", "44989"))
    (folder / "metadata.yml").unlink()
    found = run(folder, "check", "--json")
    assert found.exit_code == 1
    report = json.loads(found.stdout)
    assert report["valid"] is False
    assert [(each["file"], each["line"], each["message"]) for each in report["problems"]] == [
        ("tables/started_by_gender.csv", 2, "is out of date"),
        ("metadata.yml", None, "is missing"),
    ]


def test_check_reports_a_document_that_changed(folder: Path) -> None:
    document = folder / "sources/vdab-online-opleidingen.txt"
    document.write_bytes(document.read_bytes().replace(b"44.899", b"44.898"))
    found = run(folder, "check", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["problems"][0]["message"].startswith(
        "has changed: its SHA-256 is not 22980746d91c"
    )


def test_convert_can_be_given_tables_and_then_writes_no_other(folder: Path) -> None:
    for name in ("budgets", "answers", "provenance"):
        (folder / f"tables/{name}.csv").unlink()
    done = run(folder, "convert", "budgets")
    assert (done.exit_code, done.stdout) == (0, "wrote tables/budgets.csv\n")
    assert (folder / "tables/budgets.csv").read_bytes() == (
        ROOT / "tables/budgets.csv"
    ).read_bytes()
    assert not (folder / "tables/answers.csv").exists()


def test_convert_refuses_a_name_that_is_no_table_with_a_recipe(folder: Path) -> None:
    refused = run(folder, "convert", "budget", "answer")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "tables/budget.yaml: is not a table with a recipe",
        "  → did you mean 'budgets'?",
        "tables/answer.yaml: is not a table with a recipe",
        "  → did you mean 'answers'?",
        "2 problems",
    ]


@pytest.mark.slow
def test_convert_package_and_build_one_after_the_other_make_what_publish_makes(
    folder: Path,
) -> None:
    wanted = everything(folder)
    for path in [
        "datapackage.json",
        "metadata.yml",
        *(f"tables/{name}.csv" for name in ("questions", "anomalies")),
    ]:
        (folder / path).unlink()
    for command in ("convert", "package", "build"):
        done = run(folder, command)
        assert done.exit_code == 0, done.output
    made = everything(folder)
    assert made.pop(DATABASE)
    assert made.pop("build/vdab-online-opleidingen.lines.json")
    assert made.pop("build/.openbaar/lock") == b""
    assert made == wanted


@pytest.mark.slow
def test_quiet_says_nothing_and_may_stand_before_or_behind_the_command(folder: Path) -> None:
    assert run(folder, "--quiet", "convert").output == ""
    assert run(folder, "convert", "--quiet").output == ""


def test_help_imports_none_of_the_large_libraries() -> None:
    """That is what keeps it under 0.3 seconds."""
    code = (
        "import sys; from openbaar.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "large = {'pydantic', 'frictionless', 'datasette', 'sqlite_utils', 'yaml', 're2'}\n"
        "print(sorted(large & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert output.splitlines()[-1] == "[]"


def test_messages_have_no_colour_when_not_shown_in_a_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "openbaar", "--project", str(tmp_path), "check"]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "\x1b" not in failed.stderr
    assert failed.stderr.splitlines()[-1] == "1 problem"


@pytest.mark.slow
def test_the_date_and_the_doi_reach_the_citations_and_what_machines_read(hand_made: Path) -> None:
    """Both are documented keys, so every judge passes them, and all that is made carries them."""
    doi = "10.1234/openbaar.example"
    package = hand_made / "tables" / "package.yaml"
    known = f"version: 1.2.0\ncreated: 2026-01-31\ndoi: {doi}\n"
    package.write_text(package.read_text("utf-8").replace("version: 1.2.0\n", known), "utf-8")
    published = run(hand_made, "publish")
    assert published.exit_code == 0, published.output
    descriptor = json.loads((hand_made / "datapackage.json").read_text("utf-8"))
    assert (descriptor["created"], descriptor["doi"]) == ("2026-01-31T00:00:00Z", doi)
    citation = yaml.safe_load((hand_made / "CITATION.cff").read_text("utf-8"))
    assert (citation["date-released"], citation["doi"]) == ("2026-01-31", doi)
    built = Built(hand_made / "build" / "municipalities.db", hand_made / "metadata.yml")
    with served(built) as site:
        (item,) = json.loads(read(f"{site.address}/cite.json"))
        page = read(f"{site.address}/")
    assert (item["issued"], item["DOI"]) == ({"date-parts": [[2026, 1, 31]]}, doi)
    linked = re.search(r'<script[^>]* type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert linked is not None
    dataset = json.loads(linked.group(1))
    assert dataset["dateCreated"] == "2026-01-31"
    assert f"https://doi.org/{doi}" in dataset["identifier"]


def read(address: str) -> str:
    """The text behind an address of a site on this machine."""
    with urlopen(address) as response:
        return str(response.read().decode("utf-8"))
