"""Who answers questions: on each page, in the download and in the citation file."""

from __future__ import annotations

import asyncio
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from datasets import dataset_of
from openbaar.package.archive import readme
from openbaar.package.citation_file import citation_bytes
from openbaar.tables.authored.references import load_publication
from served import ROOT, Built, build, shown
from stated import state

MAIL = {"name": {"nl": "Dienst", "en": "Desk"}, "email": "data+vragen@agency.example"}
ON_A_PAGE = {"name": {"nl": "Dienst", "en": "Desk"}, "path": "https://agency.example/issues"}
PAGES = ["/", "/municipalities/municipalities", "/municipalities/regions/flanders", "/nowhere"]


def stated(folder: Path, contact: dict[str, object]) -> Built:
    """The hand-made publication with somebody who answers questions, built."""
    root = folder / "authored"
    shutil.copytree(ROOT / "tests" / "publications" / "hand_made", root)
    state(root, {"contact": contact, "unstated": []})
    return build(root, folder / "built")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication whose contact answers mail."""
    return stated(tmp_path_factory.mktemp("mail"), MAIL)


def reported_at(built: Built, path: str) -> tuple[str, str]:
    """Where a page has its readers tell of an error: the address, and who it is."""
    page = str(asyncio.run(shown(built).client.get(path)).text)
    footer = page.partition('<footer class="bottom">')[2]
    found = re.search(r'<a href="([^"]*)" data-report>([^<]*)</a>', footer)
    assert found is not None
    return unescape(found[1]), found[2]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_who_is_told_of_an_error_in_a_mail_that_names_the_version(
    built: Built, path: str
) -> None:
    address, name = reported_at(built, path)
    assert name == "Dienst"
    parts = urlsplit(address)
    assert (parts.scheme, parts.path) == ("mailto", "data%2Bvragen@agency.example")
    (subject,) = parse_qs(parts.query)["subject"]
    assert subject.endswith("versie 1.2.0")


def test_it_speaks_the_language_of_the_page(built: Built) -> None:
    address, name = reported_at(built, "/en/municipalities/municipalities")
    assert name == "Desk"
    assert address.endswith("version%201.2.0")


def test_a_contact_without_mail_has_a_page(tmp_path: Path) -> None:
    built = stated(tmp_path, ON_A_PAGE)
    assert reported_at(built, "/")[0] == "https://agency.example/issues"


def test_the_home_page_shows_the_address_in_writing(built: Built) -> None:
    home = str(asyncio.run(shown(built).client.get("/")).text)
    assert ">data+vragen@agency.example</a>" in home


def test_where_nobody_answers_no_page_says_so(small: Built) -> None:
    assert "data-report" not in str(asyncio.run(shown(small).client.get("/")).text)


def test_the_download_tells_it(built: Built) -> None:
    publication = load_publication(built.metadata.parent.parent / "authored")
    lines = readme(dataset_of(publication)).splitlines()
    assert "Dienst <data+vragen@agency.example>" in lines
    assert "Desk <data+vragen@agency.example>" in lines


def test_the_citation_file_names_the_contact(built: Built) -> None:
    publication = load_publication(built.metadata.parent.parent / "authored")
    cited = yaml.safe_load(citation_bytes(publication))
    assert cited["contact"] == [{"name": "Dienst", "email": "data+vragen@agency.example"}]
