"""Long documents: they are shown in parts, and each line is on the part that a link to it names."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lxml import html

from openbaar.database.shown import document_parts
from openbaar.database.shown.document_parts import parts
from openbaar.site.document_parts import Parts
from openbaar.tables.dataset import DocumentLine
from served import ROOT, Built, build, published_of, shown

PATH = "sources/municipalities.txt"


def on_pages(*counts: int) -> list[DocumentLine]:
    """The lines of a document with so many on each page."""
    lines = []
    for page, count in enumerate(counts, start=1):
        lines += [DocumentLine(str(page), line, "text") for line in range(1, count + 1)]
    return lines


def test_a_short_document_is_one_part() -> None:
    assert parts([DocumentLine("", line, "text") for line in range(1, 1_501)]) == {}
    whole = Parts({})
    assert (whole.of_line("", 900).ending, len(whole.all)) == ("", 1)


def test_a_long_document_is_cut_after_so_many_lines_whatever_its_pages() -> None:
    found = Parts(parts(on_pages(700, 700, 700)))
    starts = [(part.number, part.page, part.line) for part in found.all]
    assert starts == [(1, "1", 1), (2, "2", 301)]
    numbers = [found.of_line(page, line).number for page, line in (("1", 700), ("2", 300))]
    assert numbers == [1, 1]
    numbers = [found.of_line(page, line).number for page, line in (("2", 301), ("3", 1))]
    assert numbers == [2, 2]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Built:
    """The hand-made publication, its document of thirteen lines cut into parts of five."""
    monkeypatch.setattr(document_parts, "LINES", 5)
    monkeypatch.setattr(document_parts, "LONGEST_LAST", 2)
    return build(ROOT / "tests" / "publications" / "hand_made", tmp_path)


def test_each_line_is_on_the_part_that_links_name(cut: Built) -> None:
    published = published_of(cut)
    for line in range(1, 14):
        path, _, anchor = published.line_path(PATH, None, line).partition("#")
        answer = asyncio.run(shown(cut).client.get(path))
        assert answer.status_code == 200
        page = html.document_fromstring(answer.text)
        lines = page.xpath('//ol[@class="lines whole"]/li[@id]')
        assert len(lines) <= 5
        assert page.get_element_by_id(anchor) in lines


def test_parts_lead_to_their_neighbours_and_to_what_was_read(cut: Built) -> None:
    answer = asyncio.run(shown(cut).client.get("/en/source/municipalities.txt/part/2"))
    page = html.document_fromstring(answer.text)
    neighbours = [link.get("href") for link in page.xpath('//nav[@class="parts"]/a')]
    first, last = "/en/source/municipalities.txt#L1", "/en/source/municipalities.txt/part/3#L11"
    assert neighbours == [first, last] * 2
    assert page.get_element_by_id("L6").xpath("small/a")
    assert not page.xpath('//*[@class="contents"]')


@pytest.mark.parametrize("part", ["0", "4", "1x", "99999999"])
def test_a_part_that_is_not_there_is_not_found(cut: Built, part: str) -> None:
    answer = asyncio.run(shown(cut).client.get(f"/source/municipalities.txt/part/{part}"))
    assert answer.status_code == 404


def test_the_sitemap_has_each_part(cut: Built) -> None:
    sitemap = asyncio.run(shown(cut).client.get("/sitemap.xml")).text
    assert sitemap.count("/source/municipalities.txt") == 6  # three parts in two languages
