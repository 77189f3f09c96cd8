"""Deposits: what Zenodo and CKAN get, what they refuse, and the DOI that they give."""

from __future__ import annotations

import json
import shutil
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from openbaar.cli.main import main
from openbaar.deposit import ckan, zenodo
from openbaar.deposit.made import published_facts
from openbaar.deposit.sending import _said
from openbaar.errors import OpenbaarError
from openbaar.publishing.publish import publish
from openbaar.tables.authored.references import load_publication
from repositories import TOKEN, Another, Ckan, Zenodo, served

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"


@pytest.fixture(scope="module")
def once_published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(HAND_MADE, tmp_path_factory.mktemp("published") / "publication"))
    path = root / "tables/package.yaml"
    text = path.read_text("utf-8")
    if "additions:" not in text:
        licence = "{name: CC0-1.0, title: CC0, path: 'https://creativecommons.org/publicdomain/zero/1.0/'}"
        path.write_text(f"{text}additions:\n  - {licence}\n", "utf-8")
    publish(load_publication(root))
    return root


@pytest.fixture
def published(once_published: Path, tmp_path: Path) -> Path:
    """The hand-made publication, published, in a folder that a test may change."""
    return Path(shutil.copytree(once_published, tmp_path / "publication"))


def run(root: Path, *arguments: str, token: str | None = TOKEN) -> Result:
    asked = ["--project", str(root), "deposit", *arguments]
    return CliRunner().invoke(main, asked, env={"OPENBAAR_TOKEN": token})


def test_without_an_address_it_is_shown_and_nothing_is_sent(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any, **_named: Any) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    shown = run(published, "zenodo", token=None)
    assert shown.exit_code == 0
    told = json.loads(shown.stdout)
    assert told["metadata"]["license"] == "cc0-1.0"
    assert [each["name"] for each in told["files"]] == [
        "municipalities-1.2.0.zip",
        "municipalities-1.2.0.xlsx",
        "municipalities-1.2.0.en.xlsx",
        "municipalities-1.2.0.db",
    ]
    dry = run(published, "ckan", "--to", "https://portal.example", "--dry-run", token=None)
    assert json.loads(dry.stdout)["metadata"]["name"] == "municipalities"


def test_zenodo_gets_a_draft_with_the_files_and_gives_no_doi_yet(published: Path) -> None:
    double = Zenodo()
    before = (published / "tables/package.yaml").read_bytes()
    with served(double) as address:
        done = run(published, "zenodo", "--to", address)
    assert done.exit_code == 0, done.output
    assert f"a draft: {address}/deposit/42" in done.output
    packed = published / "dist/municipalities-1.2.0.zip"
    assert double.files[packed.name] == packed.read_bytes()
    assert (len(double.files), double.published) == (4, [])
    assert (published / "tables/package.yaml").read_bytes() == before


def test_the_doi_of_a_published_deposit_stands_in_every_citation(published: Path) -> None:
    double = Zenodo()
    with served(double) as address:
        done = run(published, "zenodo", "--to", address, "--publish")
    assert done.exit_code == 0, done.output
    assert double.published == ["42"]
    assert "\ndoi: 10.5072/zenodo.41\n" in (published / "tables/package.yaml").read_text("utf-8")
    publish(load_publication(published))
    for name in ("CITATION.cff", "datapackage.json"):
        assert "10.5072/zenodo.41" in (published / name).read_text("utf-8")


def test_the_next_version_is_a_new_version_of_the_same_deposit(published: Path) -> None:
    double = Zenodo()
    with served(double) as address:
        assert run(published, "zenodo", "--to", address, "--publish").exit_code == 0
        publish(load_publication(published))
        same = run(published, "zenodo", "--to", address, "--publish")
        assert same.exit_code == 1
        assert "is version 1.2.0, which that deposit has already" in same.output
        package = published / "tables/package.yaml"
        package.write_text(package.read_text("utf-8").replace("1.2.0", "1.2.1"), "utf-8")
        publish(load_publication(published))
        done = run(published, "zenodo", "--to", address, "--publish")
    assert done.exit_code == 0, done.output
    assert double.published == ["42", "43"]
    assert double.drafts["43"]["version"] == "1.2.1"
    endings = ("db", "en.xlsx", "xlsx", "zip")
    assert sorted(double.files) == [f"municipalities-1.2.1.{ending}" for ending in endings]
    assert package.read_text("utf-8").count("\ndoi: 10.5072/zenodo.41\n") == 1


def test_a_doi_of_another_account_is_told_before_anything_is_sent(published: Path) -> None:
    package = published / "tables/package.yaml"
    package.write_text(package.read_text("utf-8") + "doi: 10.5072/zenodo.7\n", "utf-8")
    publish(load_publication(published))
    double = Zenodo()
    with served(double) as address:
        done = run(published, "zenodo", "--to", address)
    assert done.exit_code == 1
    assert "has the DOI 10.5072/zenodo.7, and this account has no deposit with it" in done.output
    assert (double.drafts, double.files) == ({}, {})


@pytest.mark.parametrize(
    ("service", "data", "missing"),
    [
        ("zenodo", {}, "id"),
        ("zenodo", {"id": 1}, "links.bucket"),
        ("zenodo", [], "id"),
        ("ckan", {"hello": "world"}, "result"),
        ("ckan", "text", "result"),
    ],
)
def test_something_else_that_answers_is_told_in_a_sentence(
    published: Path, service: str, data: Any, missing: str
) -> None:
    with served(Another(data)) as address:
        done = run(published, service, "--to", address)
    assert done.exit_code == 1
    assert f"{address}: answers without '{missing}'" in done.output


def test_what_zenodo_refuses_is_told_in_a_sentence(published: Path) -> None:
    with served(Zenodo()) as address:
        refused = run(published, "zenodo", "--to", address, token="another")  # noqa: S106  no token
    assert (refused.exit_code, refused.output) == (
        1,
        f"{address}: refuses: the token is not accepted: Unauthorized\n1 problem\n",
    )


def test_a_draft_that_is_not_complete_is_told(published: Path) -> None:
    double = Zenodo(refuse_file="municipalities-1.2.0.xlsx")
    with served(double) as address:
        failed = run(published, "zenodo", "--to", address, "--publish")
    assert failed.exit_code == 1
    assert "refuses: a file is too large for it: Too large" in failed.output
    assert f"{address}/deposit/42: is a draft that is not complete" in failed.output
    assert double.published == []


def test_ckan_gets_a_resource_for_each_table_and_a_second_time_renews_them(published: Path) -> None:
    double = Ckan()
    with served(double) as address:
        for _time in range(2):
            done = run(published, "ckan", "--to", address, "--publish")
            assert done.exit_code == 0, done.output
    (dataset,) = double.datasets.values()
    names = [each["name"] for each in dataset["resources"]]
    assert len(names) == len(set(names)) > 4
    assert double.files["regions.csv"] == (published / "tables/regions.csv").read_bytes()
    assert dataset["private"] is False


def test_what_ckan_refuses_is_told_in_a_sentence(published: Path) -> None:
    with served(Ckan()) as address:
        refused = run(published, "ckan", "--to", address)
    assert "status 409: owner_org: An organization must be provided" in refused.output


def test_a_dataset_of_somebody_else_is_left_alone(published: Path) -> None:
    double = Ckan(datasets={"municipalities": {"id": "other", "extras": []}})
    with served(double) as address:
        refused = run(published, "ckan", "--to", address, "--publish")
    assert "is a dataset that was not made of this publication" in refused.output
    assert double.datasets["municipalities"] == {"id": "other", "extras": []}


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("http://zenodo.example", "is no address that a token may be sent to"),
        ("http://127.0.0.1:9", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(
    published: Path, address: str, message: str
) -> None:
    assert message in run(published, "zenodo", "--to", address).output


def test_sending_needs_a_token_and_what_is_published(published: Path) -> None:
    assert "OPENBAAR_TOKEN" in run(published, "ckan", "--to", "https://a.example", token="").output
    (published / "dist/municipalities-1.2.0.zip").unlink()
    assert "is missing, so nothing can be deposited" in run(published, "zenodo").output
    (published / "datapackage.json").unlink()
    assert "is missing, so nothing can be deposited" in run(published, "ckan").output


def test_what_changed_since_it_was_published_is_not_sent(published: Path) -> None:
    package = published / "tables/package.yaml"
    package.write_text(package.read_text("utf-8") + "# changed\n", "utf-8")
    refused = run(published, "ckan", "--to", "https://portal.example")
    assert "changed since it was last published" in refused.output


def test_zenodo_needs_a_licence_and_a_description(published: Path) -> None:
    path = published / "datapackage.json"
    described = json.loads(path.read_bytes())
    described["licenses"] = []
    del described["description"]
    del described["translations"]
    path.write_text(json.dumps(described))
    with pytest.raises(OpenbaarError) as raised:
        zenodo.deposit(published)
    assert len(raised.value.problems) == 2


def test_ckan_calls_licences_and_tags_as_it_does(published: Path) -> None:
    said = published_facts(published)
    odd = replace(said, keywords=("a", "R&D: (new)", "R&D: (new)"), licences=said.additions)
    told = ckan.metadata(odd, "agency")
    assert (told["tags"], told["license_id"]) == ([{"name": "R D   new"}], "cc-zero")
    assert told["owner_org"] == "agency"


def test_a_refusal_of_another_form_is_told_too() -> None:
    answer = httpx.Response(400, json={"message": "No.", "errors": ["too many files"]})
    assert _said(answer) == "No; too many files"
