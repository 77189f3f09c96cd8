"""`openbaar init` makes a project: what a publisher needs around the tables to work and to publish."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from openbaar import __version__
from openbaar.authoring.draft.guessing.language_guess import language_of
from openbaar.authoring.scaffold.files import TARGETS, scaffold
from openbaar.cli.main import main
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.documents.reader import parse_document

TABLE = "Tabel 1\nJaar Aantal\n2020 12\n2021 15\n2022 19\nTotaal 46\n"
TEXTS = {
    "nl": "De vragen van het parlement gaan over een opleiding die niet voor iedereen werd gegeven, naar keuze.",
    "de": "Die Antwort auf die Anfrage wird durch das Ministerium und nicht von der Kanzlei gegeben.",
    "fr": "Les tableaux des communes dans cette réponse sont pour une année, par sexe, sur la base du registre.",
    "en": "The figures were taken from the register and this answer has them for each year, by sex.",
}


def document(text: str) -> Document:
    entry = {"path": "sources/d.txt", "sha256": "0" * 64, "title": {"und": "d"}}
    return parse_document(text.encode(), DocumentEntry.model_validate(entry))


def started(folder: Path, *options: str) -> str:
    """Run `openbaar init` in a folder on a document of one table; returns what it says."""
    (folder / "d.txt").write_text(f"{TEXTS['nl']}\n\n{TABLE}")
    arguments = ["init", str(folder / "cijfers"), "--document", str(folder / "d.txt"), *options]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def loaded(data: bytes) -> Any:
    return yaml.safe_load(data)


def test_a_new_publication_has_a_project_around_it(tmp_path: Path) -> None:
    started(tmp_path)
    around = {*TARGETS.values(), ".dockerignore"}
    assert written(tmp_path / "cijfers") >= around | {"sources/d.txt", "tables/package.yaml"}


def test_minimal_writes_the_documents_and_their_table_files_only(tmp_path: Path) -> None:
    started(tmp_path, "--minimal")
    assert written(tmp_path / "cijfers") == {
        "sources/d.txt",
        "tables/package.yaml",
        "tables/d.yaml",
    }


def test_every_template_is_written_and_nothing_is_left_to_fill_in_by_the_program() -> None:
    files = scaffold("cijfers", 2)
    assert all("§" not in data.decode() for data in files.values())
    assert f"openbaar[all]=={__version__}\n" in files["requirements.txt"].decode()
    assert files["README.md"].startswith(b"# cijfers\n")
    assert b"drafted 2 tables" in files["README.md"]


def test_the_workflows_check_every_change_before_they_publish_it() -> None:
    files = scaffold("cijfers", 1)
    github = loaded(files[".github/workflows/publish.yml"])
    gitlab = loaded(files[".gitlab-ci.yml"])
    assert [step["run"] for step in github["jobs"]["check"]["steps"] if "run" in step] == [
        "make check"
    ]
    assert github["jobs"]["pages"]["needs"] == "check"
    assert gitlab["check"]["script"] == ["make check"]
    assert gitlab["pages"]["needs"] == ["check"]
    assert gitlab["pages"]["artifacts"]["paths"] == ["public"]


def test_the_workflows_call_targets_that_the_makefile_has(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes(scaffold("cijfers", 1)["Makefile"])
    (tmp_path / "requirements.txt").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "ready").touch()
    for target in ("serve", "publish", "check", "freeze"):
        command = ["make", "--dry-run", target, "URL=https://data.example/cijfers/"]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert f".venv/bin/openbaar {target}" in said.stdout
    assert '--url "https://data.example/cijfers/"' in said.stdout


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_is_that_of_the_documents(language: str) -> None:
    assert language_of([document(TEXTS[language])]) == (language, True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Gewest,Mannen,Vrouwen\nVlaanderen,1,2\nTotaal,3,4\nBron: x\n"),
        ("de", "Jahr,Männer,Frauen\nGemeinde,1,2\nInsgesamt,3,4\nQuelle: x\n"),
        ("fr", "Mois,Hommes,dont mineurs\njanvier 2023,1,2\nfévrier 2023,3,4\nmars 2023,5,6\n"),
        ("en", "Month,Men,Women\nJanuary 2023,1,2\nFebruary 2023,3,4\nAll,3,4\n"),
    ],
)
def test_tables_alone_tell_their_language_too(language: str, text: str) -> None:
    assert language_of([document(text)]) == (language, True)


@pytest.mark.parametrize("text", ["2020 12\n2021 13\n", "de die der van von the le\n"])
def test_documents_that_do_not_tell_their_language_are_said_to_be_in_english(text: str) -> None:
    assert language_of([document(text)]) == ("en", False)


def test_a_page_of_few_words_is_in_the_language_that_it_says_and_one_of_many_in_theirs() -> None:
    few = replace(document("2020 12\n"), language="nl")
    assert language_of([few]) == ("nl", True)
    assert language_of([replace(few, language="ga")]) == ("en", False)
    assert language_of([few, replace(few, language="fr")]) == ("en", False)
    german = document("Jahr,Männer,Frauen\nGemeinde,1,2\nInsgesamt,3,4\nQuelle: x\n")
    assert language_of([replace(german, language="en")]) == ("de", True)


def test_a_guessed_language_is_marked_and_a_chosen_one_is_not(tmp_path: Path) -> None:
    started(tmp_path)
    drafted = (tmp_path / "cijfers/tables/package.yaml").read_text()
    assert "languages: [nl]  # guess: the words of the documents\n" in drafted
    assert "title: {nl: onbekend}" in drafted


def test_a_chosen_language_is_no_guess(tmp_path: Path) -> None:
    started(tmp_path, "--language", "fr")
    assert "languages: [fr]\n" in (tmp_path / "cijfers/tables/package.yaml").read_text()
