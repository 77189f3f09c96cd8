"""The wheel, installed into an empty environment, does what the tutorial says.

What is declared but missing in the wheel (a template, a catalogue, a dependency) is found only here:
all other tests run in a checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drafted import confirm_guesses
from openbaar.tables.judging.unstated import LOST

ROOT = Path(__file__).parent.parent
DOCUMENT = """Answer about courses

Table 1: courses per year

Year Started Done
2020 1.012 3
2021 1.015 4
2022 1.019 5
Total 3.046 12

These are all courses.
"""
UNREACHABLE = (
    "Could not find a version",
    "dns error",
    "error sending request",
    "Could not connect",
)
FREEZE = ["freeze", "site", "--url", "https://example.org/data/"]


def run(*command: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment or of the user around it."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "OPENBAAR", "GIT_"))
    }
    environment["GIT_CEILING_DIRECTORIES"] = str(folder)
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built in a copy: setuptools keeps files of earlier builds."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "copy"
    for name in ("scripts", "docs"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    done = run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, copy,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def openbaar(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment that holds the wheel, what it depends on and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    python = folder / "bin" / "python"
    assert run(sys.executable, "-m", "uv", "venv", "--quiet", folder).returncode == 0
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    locked = run(*install, "--require-hashes", "-r", ROOT / "requirements" / "run.txt")
    if locked.returncode != 0:
        if any(sign in locked.stderr for sign in UNREACHABLE):
            pytest.skip(f"the package index is out of reach: {locked.stderr.strip()[-300:]}")
        pytest.fail(locked.stderr)
    done = run(*install, "--offline", wheel)
    assert done.returncode == 0, f"the lock lacks what the wheel needs: {done.stderr}"
    return folder / "bin" / "openbaar"


@pytest.mark.slow
def test_the_commands_of_the_tutorial_work_from_the_wheel(openbaar: Path, tmp_path: Path) -> None:
    def answer(*arguments: str, folder: Path) -> str:
        done = run(openbaar, *arguments, folder=folder)
        assert done.returncode == 0, f"openbaar {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    (tmp_path / "courses.txt").write_text(DOCUMENT)
    drafted = answer("init", "courses", "--document", "courses.txt", folder=tmp_path)
    assert "2 of 2 stated totals add up" in drafted
    project = tmp_path / "courses"
    assert "3 rows, 2 stated totals, 0 problems" in answer("preview", folder=project)
    finish(project)
    answer("publish", folder=project)
    assert answer("check", folder=project) == "nothing is wrong\n"
    answer(*FREEZE, folder=project)
    catalogue = (project / "site" / "catalog.ttl").read_text("utf-8")
    assert "<https://example.org/data/catalog>\n  a dcat:Catalog" in catalogue
    assert "released 1.0.0" in answer("release", folder=project)
    correct(project)
    answer("publish", folder=project)
    assert "1 text changed" in answer("diff", "1.0.0", folder=project)
    assert "released 1.0.1" in answer("release", folder=project)
    assert "patch" in answer("diff", "1.0.0", "1.0.1", folder=project)


def finish(project: Path) -> None:
    """What a person does: confirm each guess, and write what `init` left open.

    What catalogues ask for, nobody knows.
    """
    confirm_guesses(project)
    with (project / "tables" / "package.yaml").open("a", encoding="utf-8") as package:
        package.write(f"unstated: [{', '.join(LOST)}]\n")
    for name in ("README.md", "LICENSE"):
        (project / name).write_text("Written by a person.\n")


def correct(project: Path) -> None:
    """Say what the table holds, which nobody had said."""
    (table,) = (each for each in (project / "tables").glob("*.yaml") if each.stem != "package")
    text = table.read_text("utf-8")
    assert "description: {en: unknown}\nschema" in text
    known = text.replace("{en: unknown}\nschema", "{en: Courses by year.}\nschema", 1)
    table.write_text(known, "utf-8")


@pytest.mark.slow
def test_each_page_of_the_handbook_is_in_the_wheel(openbaar: Path, tmp_path: Path) -> None:
    from openbaar.cli.handbook import PAGES

    for topic, page in PAGES.items():
        shown = run(openbaar, "help", topic, folder=tmp_path).stdout
        assert shown.strip() == (ROOT / "docs" / page).read_text("utf-8").strip()


@pytest.mark.slow
def test_man_pages_are_beside_the_environment(openbaar: Path) -> None:
    pages = {path.name for path in (openbaar.parent.parent / "share/man/man1").glob("*.1")}
    assert pages == {path.name for path in (ROOT / "docs" / "man").glob("*.1")}
