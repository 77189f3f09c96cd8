"""The frozen site: static files that hold every page, whose links lead to each other."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from openbaar.errors import OpenbaarError
from openbaar.placing import FROZEN
from openbaar.publishing.frozen import freeze_published
from openbaar.site.frozen import static_paths
from openbaar.site.frozen.freeze import freeze, no_progress
from openbaar.site.frozen.rewriting import Rows, rewritten
from openbaar.site.frozen.static_paths import Page, file_of
from openbaar.site.frozen.targets import Target, _target, target_of
from openbaar.site.published import Published
from served import ROOT, Built, build, files_of, published_of, shown

pytestmark = pytest.mark.slow

URL = "https://data.example"
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"


class Links(HTMLParser):
    """The addresses that a page leads to, and the places on it that one can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has of them."""
        given = dict(attrs)
        self.places |= {each for each in (given.get("id"), given.get("name")) if each}
        self.addresses += [
            each for each in (given.get("href"), given.get("src"), given.get("data")) if each
        ]
        if given.get("http-equiv") == "refresh":
            self.addresses.append((given["content"] or "").partition("url=")[2])


FULL_ADDRESS = re.compile(re.escape(URL) + r"[^\s\"'<>\\{}]*")
BINARY = (".db", ".ico", ".parquet", ".png", ".xlsx", ".zip")


def full_addresses(folder: Path) -> dict[str, str]:
    """The full addresses of the site in its files, each with a file that tells it.

    Canonical ones and those of other languages, of charts to share, in JSON-LD, the sitemap, the
    feed, citations, catalogues.
    """
    found = {}
    for name, data in files_of(folder).items():
        if name.endswith(BINARY):
            continue
        text = unescape(data.decode("utf-8"))
        for address in FULL_ADDRESS.findall(text):
            found[address.rstrip(".,;)")] = name
    return found


def is_answered(folder: Path, path: str) -> bool:
    """Whether a server of files finds one for the path of an address."""
    file = folder / unquote(path).lstrip("/")
    return file.is_file() or (file / "index.html").is_file()


def broken_links(folder: Path, prefix: str = "") -> list[str]:
    """Each link in a folder of static files that leads to no file, or to no place on its page.

    The folder is at the path `prefix` of its host.
    """
    pages = {path: Links(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for address in page.addresses:
            if not leads_somewhere(path, address, pages, prefix):
                broken.append(f"{path.relative_to(folder)}: {address}")
    return broken


def leads_somewhere(path: Path, address: str, pages: dict[Path, Links], prefix: str) -> bool:
    """Whether a link on the page at `path` leads to another site, or to a file and a place in it.

    Only the page for what is not found, which is shown at any address, has links from the root.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    linked = unquote(parts.path)
    if path.name == "404.html":
        linked = linked.removeprefix(f"{prefix}/")
    elif linked.startswith("/"):
        return False
    target = (path.parent / unquote(linked)).resolve() if linked else path
    if parts.fragment and target in pages:
        return unquote(parts.fragment) in pages[target].places
    return target.is_file()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, built."""
    return build(HAND_MADE, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def frozen(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It, frozen."""
    folder = tmp_path_factory.mktemp("frozen") / "site"
    made = freeze(built.database, built.metadata, folder, URL)
    assert made.files == made.changed == len(files_of(folder)) - len([FROZEN])
    return folder


@pytest.fixture(scope="module")
def published(built: Built) -> Published:
    """What a site knows of it."""
    return published_of(built, URL)


@pytest.mark.slow
def test_every_link_leads_to_a_file_that_is_there(frozen: Path) -> None:
    assert broken_links(frozen) == []


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "/figures"])
def test_every_full_address_is_answered_below_a_prefix_too(
    built: Built, tmp_path: Path, prefix: str
) -> None:
    freeze(built.database, built.metadata, tmp_path / f"host{prefix}", URL + prefix)
    told = full_addresses(tmp_path / f"host{prefix}")
    wrong = []
    for address, file in told.items():
        if not is_answered(tmp_path / "host", urlsplit(address).path):
            wrong.append(f"{file}: {address}")
    assert wrong == []
    kinds = ("id/regions", "en/", "catalog", "download/1.2.0/tables/regions.csv", "sitemap.xml")
    assert [kind for kind in kinds if f"{URL}{prefix}/{kind}" not in told] == []


@pytest.mark.slow
def test_the_link_checker_finds_a_link_that_leads_nowhere(frozen: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(frozen, tmp_path / "copy"))
    (copy / "download/1.2.0/tables/regions.csv").unlink()
    home = copy / "index.html"
    home.write_text(home.read_text("utf-8") + '<a href="#nowhere"></a><a href="/rooted/">', "utf-8")
    assert {"index.html: #nowhere", "index.html: /rooted/"} < set(broken_links(copy))
    assert any(each.endswith("tables/regions.csv") for each in broken_links(copy))


@pytest.mark.slow
def test_all_that_the_site_shows_is_there(frozen: Path) -> None:
    wanted = [
        "index.html",
        "en/index.html",
        "municipalities/index.html",
        "municipalities/regions/index.html",
        "municipalities/regions/flanders/index.html",
        "en/municipalities/regions/flanders/index.html",
        "municipalities/municipalities/1961,belgium/index.html",
        "municipalities/per_year/index.html",
        "id/regions/index.html",
        "id/regions/1.2.0/index.html",
        "id/regions/flanders/index.html",
        "cite/regions.bib",
        "en/cite/regions.bib",
        "municipalities/per_year.csv",
        "municipalities/per_year.json",
        "404.html",
        ".nojekyll",
        "download/1.2.0/municipalities-1.2.0.zip",
        "download/1.2.0/municipalities-1.2.0.xlsx",
        "download/1.2.0/municipalities-1.2.0.db",
        "download/1.2.0/tables/regions.csv",
        "download/1.2.0/tables/regions.json",
        "download/1.2.0/sources/municipalities.txt",
        "download/1.2.0/croissant.json",
        "download/1.2.0/ro-crate-metadata.json",
        "catalog.ttl",
        "catalog.jsonld",
        "sitemap.xml",
        "robots.txt",
        "favicon.ico",
    ]
    assert [path for path in wanted if not (frozen / path).is_file()] == []


@pytest.mark.slow
def test_charts_are_there_as_files_and_as_pages_to_frame_in_each_language(tmp_path: Path) -> None:
    root = Path(shutil.copytree(HAND_MADE, tmp_path / "publication"))
    table = root / "tables" / "municipalities.yaml"
    chart = "chart: {x: year, y: number, color: region}\n"
    table.write_text(table.read_text("utf-8") + chart, "utf-8")
    built = build(root, tmp_path / "built")
    frozen = tmp_path / "frozen"
    freeze(built.database, built.metadata, frozen, f"{URL}/figures")
    for language in ("", "en/"):
        for path in ("chart/{}.svg", "chart/{}.png", "embed/{}/index.html"):
            assert (frozen / language / path.format("municipalities")).is_file()
    page = (frozen / "en" / "municipalities" / "municipalities" / "index.html").read_text("utf-8")
    assert f"{URL}/figures/en/chart/municipalities.png" in page
    assert broken_links(frozen, "/figures") == []


@pytest.mark.slow
def test_each_value_that_a_question_offers_has_a_page_and_its_results(tmp_path: Path) -> None:
    built = build(with_choices(tmp_path / "publication"), tmp_path / "built")
    frozen = tmp_path / "frozen"
    freeze(built.database, built.metadata, frozen, URL)
    found = sorted(path.name for path in (frozen / "municipalities" / "per_year").iterdir())
    years = ["1961", "2019", "2025"]
    made = [f"year={year}{ending}" for year in years for ending in ("", ".csv", ".json")]
    assert found == sorted(["index.html", *made])
    chosen = frozen / "en" / "municipalities" / "per_year" / "year=2019" / "index.html"
    page = chosen.read_text("utf-8")
    assert 'aria-current="true">2019</a>' in page
    assert '"../../../../municipalities/per_year/year=2019.json"' in page
    results = frozen / "municipalities" / "per_year" / "year=2019.json"
    assert [row["year"] for row in json.loads(results.read_text("utf-8"))] == [2019]
    assert broken_links(frozen) == []


def with_choices(root: Path) -> Path:
    """The hand-made publication, whose question offers each year."""
    shutil.copytree(HAND_MADE, root)
    package = root / "tables" / "package.yaml"
    choices = (
        "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"
    )
    text = package.read_text("utf-8")
    assert "  per_year:\n" in text
    package.write_text(text.replace("  per_year:\n", f"  per_year:\n{choices}"), "utf-8")
    return root


@pytest.mark.slow
def test_what_asks_something_of_a_running_site_is_gone(frozen: Path) -> None:
    pages = [path.read_text("utf-8") for path in frozen.rglob("*.html")]
    assert [
        text[:200]
        for text in pages
        if re.search(r"<form(?! class=\"search-box)|\bnonce=|<a(?=[ >])(?![^>]*\shref=)", text)
    ] == []


@pytest.mark.slow
def test_an_address_that_one_cites_leads_on(frozen: Path) -> None:
    page = (frozen / "id/regions/index.html").read_text("utf-8")
    assert 'content="0; url=../../municipalities/regions/index.html"' in page
    assert Links((frozen / "id/regions/1.2.0/index.html").read_text("utf-8")).addresses
    question = (frozen / "id/per_year/1.2.0/index.html").read_text("utf-8")
    assert "municipalities/per_year/index.html" in question
    assert (frozen / "id/per_year.jsonld").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 3])
def test_the_files_are_the_same_whoever_makes_them(
    built: Built, frozen: Path, tmp_path: Path, workers: int
) -> None:
    freeze(built.database, built.metadata, tmp_path / "again", URL, workers=workers)
    assert files_of(tmp_path / "again") == files_of(frozen)


@pytest.mark.slow
def test_a_new_freeze_takes_the_place_of_an_earlier_one_whole(built: Built, tmp_path: Path) -> None:
    target = tmp_path / "site"
    freeze(built.database, built.metadata, target, URL)
    (target / "left-over.html").write_text("from before")
    freeze(built.database, built.metadata, target, URL)
    assert not (target / "left-over.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.slow
def test_only_what_changed_is_written_and_the_whole_is_as_from_scratch(
    built: Built, tmp_path: Path
) -> None:
    target = tmp_path / "site"
    freeze(built.database, built.metadata, target, URL)
    kept = target / "municipalities" / "regions" / "index.html"
    before = kept.stat()
    other = Path(shutil.copytree(built.metadata.parent, tmp_path / "other"))
    database = other / built.database.name
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE municipalities SET number = 4321 WHERE year = 1961")
        connection.commit()
    again = freeze(database, other / "metadata.yml", target, URL)
    scratch = tmp_path / "scratch"
    assert freeze(database, other / "metadata.yml", scratch, URL).files == again.files
    assert files_of(target) == files_of(scratch)
    assert 0 < again.changed < again.files / 2
    assert (kept.stat().st_mtime_ns, kept.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.slow
def test_nothing_is_made_where_nothing_changed(built: Built, tmp_path: Path) -> None:
    root = published_folder(built, tmp_path / "published")
    target = tmp_path / "site"

    def frozen(url: str = URL) -> tuple[int, int]:
        return freeze_published(root, target, url, no_progress, workers=1)

    files, changed = frozen()
    assert files == changed > 0
    assert frozen() == (files, 0)
    (target / "index.html").write_text("edited")
    assert frozen() == (files, 1)
    (target / "left-over.html").write_text("of somebody else")
    assert frozen() == (files, 0)
    assert not (target / "left-over.html").exists()
    assert frozen("https://other.example")[1] > 0
    (root / "dist" / "added.txt").write_text("")
    assert frozen("https://other.example") == (files, 0)


def published_folder(built: Built, root: Path) -> Path:
    """A folder with a publication where `openbaar publish` would have put it."""
    shutil.copytree(built.metadata.parent, root)
    (root / "build").mkdir()
    (root / built.database.name).rename(root / "build" / built.database.name)
    return root


def test_a_folder_with_other_files_is_left_alone(built: Built, tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(OpenbaarError) as raised:
        freeze(built.database, built.metadata, tmp_path, URL)
    assert [str(problem) for problem in raised.value.problems] == [
        f"{tmp_path}: contains other files, which would be lost "
        "(give a folder that is new, empty, or was made by `openbaar freeze`)"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_page_that_does_not_answer_stops_it_and_leaves_nothing(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "openbaar.site.frozen.frozen_pages.known_pages",
        lambda _published: [Page("/municipalities/nothing", "", "nl")],
    )
    with pytest.raises(OpenbaarError, match="/municipalities/nothing: answers with status 404"):
        freeze(built.database, built.metadata, tmp_path / "site", URL)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Where links lead is found anew: some tests change what a folder of files holds."""
    _target.cache_clear()
    yield
    _target.cache_clear()


HOME_PAGE = Page("/", "", "nl")
REGIONS = Page("/municipalities/regions", "", "nl")
ENGLISH = Page("/municipalities/regions", "", "en")


@pytest.mark.parametrize(
    ("link", "page", "expected"),
    [
        ("/municipalities/regions", HOME_PAGE, Target(REGIONS)),
        ("/en/municipalities/regions", REGIONS, Target(ENGLISH)),
        ("?part_of=x", ENGLISH, Target(ENGLISH, "part_of=x")),
        (
            "https://data.example/municipalities",
            HOME_PAGE,
            Target(Page("/municipalities", "", "nl")),
        ),
        (
            "/municipalities/regions?part_of=belgium&code=x#rows",
            HOME_PAGE,
            Target(REGIONS, "code=x&part_of=belgium", "rows"),
        ),
        ("?part_of__in=a,b", REGIONS, Target(REGIONS, "part_of__in=a%2Cb")),
        (
            "/municipalities/regions/flanders",
            ENGLISH,
            Target(Page("/municipalities/regions/flanders", "", "nl")),
        ),
        (
            "/en/municipalities/anomalies/a~2Fb",
            ENGLISH,
            Target(Page("/municipalities/anomalies", "", "en"), "", "row-a~2Fb"),
        ),
        ("/municipalities/regions?_sort=code", HOME_PAGE, None),
        ("/municipalities/regions?code__contains=y", HOME_PAGE, None),
        ("/municipalities/regions/flanders.json", HOME_PAGE, None),
        ("/municipalities/per_year?year=1961", HOME_PAGE, None),
        ("/municipalities?sql=select+1", HOME_PAGE, None),
        ("/municipalities/-/query", HOME_PAGE, None),
        ("/-/plugins", HOME_PAGE, None),
        (
            "/municipalities/regions.csv?_size=max",
            HOME_PAGE,
            Target(Page("/download/1.2.0/tables/regions.csv")),
        ),
        (
            "/municipalities/regions.json",
            HOME_PAGE,
            Target(Page("/download/1.2.0/tables/regions.json")),
        ),
        (
            "/municipalities.db",
            HOME_PAGE,
            Target(Page("/download/1.2.0/municipalities-1.2.0.db")),
        ),
        (
            "/municipalities/per_year.json?year=",
            HOME_PAGE,
            Target(Page("/municipalities/per_year.json")),
        ),
        ("/municipalities/per_year.json?year=1961", HOME_PAGE, None),
        (
            "/-/static-plugins/openbaar/openbaar.css?1234",
            HOME_PAGE,
            Target(Page("/-/static-plugins/openbaar/openbaar.css")),
        ),
        ("/en/id/regions/", HOME_PAGE, Target(Page("/id/regions", "", "en"))),
        ("/en/cite/regions.bib", HOME_PAGE, Target(Page("/cite/regions.bib", "", "en"))),
    ],
)
def test_a_folder_holds_the_pages_of_the_publication_but_not_what_visitors_think_up(
    published: Published, link: str, page: Page, expected: Target | None
) -> None:
    assert target_of(published, link, page) == expected


@pytest.mark.parametrize(
    ("link", "query"),
    [
        ("?_next=5&part_of=x", "_next=5&part_of=x"),
        ("?part_of=x", "part_of=x"),
        ("?part_of=x&code=y", None),
        ("?part_of__in=x,y", None),
    ],
)
def test_of_a_table_of_several_pages_there_are_pages_with_one_filter(
    published: Published, monkeypatch: pytest.MonkeyPatch, link: str, query: str | None
) -> None:
    monkeypatch.setattr(static_paths, "ROWS_ON_A_PAGE", 0)
    expected = None if query is None else Target(replace(REGIONS, query=query))
    assert target_of(published, link, REGIONS) == expected
    assert target_of(published, "/municipalities/anomalies/a", REGIONS) is None


def test_the_rows_of_a_table_of_very_many_have_no_pages(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "/municipalities/regions/flanders"
    assert target_of(published, link, HOME_PAGE) == Target(Page(link, "", "nl"))
    _target.cache_clear()
    monkeypatch.setattr(static_paths, "MOST_ROWS", 1)
    assert target_of(published, link, HOME_PAGE) == Target(REGIONS, "", "row-flanders")
    monkeypatch.setattr(static_paths, "ROWS_ON_A_PAGE", 1)
    _target.cache_clear()
    assert target_of(published, link, HOME_PAGE) is None


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (Page("/", "", "nl"), "index.html"),
        (Page("/", "", "en"), "en/index.html"),
        (
            Page("/municipalities/regions", "part_of=belgium", "en"),
            "en/municipalities/regions/part_of=belgium/index.html",
        ),
        (Page("/m/r", "a=%2F..", "nl"), "m/r/a=_2F..~45d4e1f2cd79/index.html"),
        (Page("/source/a.txt", "", "en"), "en/source/a.txt/index.html"),
        (Page("/robots.txt"), "robots.txt"),
        (Page("/cite/a.bib", "", "en"), "en/cite/a.bib"),
    ],
)
def test_each_page_has_a_place_of_its_own(published: Published, page: Page, expected: str) -> None:
    assert re.sub("~[0-9a-f]{12}", "~", str(file_of(published, page))) == re.sub(
        "~[0-9a-f]{12}", "~", expected
    )


@pytest.mark.slow
def test_the_page_for_what_is_not_there_works_at_any_address(frozen: Path) -> None:
    page = Links((frozen / "404.html").read_text("utf-8"))
    assert {"/index.html", "/en/index.html"} < set(page.addresses)
    assert [each for each in page.addresses if not each.startswith(("/", "#", "https:"))] == []


@pytest.mark.slow
def test_search_engines_read_full_addresses(frozen: Path) -> None:
    page = (frozen / "en/municipalities/regions/index.html").read_text("utf-8")
    assert f'<link rel="canonical" href="{URL}/en/municipalities/regions">' in page


@pytest.mark.slow
def test_a_row_of_a_trust_table_is_a_place_on_the_page_of_the_table(frozen: Path) -> None:
    assert not (frozen / "municipalities/anomalies/merger_before_the_year").exists()
    source = Links((frozen / "source/municipalities.txt/index.html").read_text("utf-8"))
    link = "../../municipalities/anomalies/index.html#row-merger_before_the_year"
    assert link in source.addresses


def page_with(body: str) -> str:
    """A page with something in its body."""
    return f"<!DOCTYPE html>\n<html><head><title>é</title></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<a class="x" href="/a?b=1&amp;c=2">A &amp; B</a>',
            '<a class="x" href="[/a?b=1&amp;c=2]">A &amp; B</a>',
        ),
        ('a <a href="gone">text</a><link rel="x" href="gone">', "a "),
        ('<script nonce="abc" src="/x.js"></script>', '<script src="[/x.js]"></script>'),
        (
            "<script nonce='a'>if (a < b && c) { '</p>' }</script>",
            "<script>if (a < b && c) { '</p>' }</script>",
        ),
        ('<p title="a>b">&#233;&nbsp;</p>', '<p title="a&gt;b">é\N{NO-BREAK SPACE}</p>'),
        (
            '<div>a<form action="/x"><input name="q"><a href="/y">y</a></form>b</div>',
            "<div>ab</div>",
        ),
        (
            '<svg viewBox="0 0 9 9"><path data-row="1"/><use href="#a"/></svg>',
            '<svg viewbox="0 0 9 9"><path data-row="1"></path><use href="[#a]"></use></svg>',
        ),
        (
            "<details open><summary>s</summary><button hidden>b</button></details>",
            "<details open><summary>s</summary><button hidden>b</button></details>",
        ),
    ],
)
def test_only_the_links_of_a_page_change(body: str, expected: str) -> None:
    """Browsers read `viewbox` as `viewBox`, and an empty SVG element in either way."""
    changed = rewritten(page_with(body), lambda link: None if link == "gone" else f"[{link}]")
    assert changed == page_with(expected)


def test_a_link_that_leads_nowhere_goes_with_the_line_that_held_it() -> None:
    body = '<ul><li><a href="/a">a</a></li><li><a href="/b">b</a> · <a href="gone">c</a></li>'
    lines = (
        '<li><a href="gone">d</a></li></ul><table><tr><th><a href="gone">e</a></th></tr></table>'
    )
    changed = rewritten(page_with(body + lines), lambda link: None if link == "gone" else link)
    kept = '<ul><li><a href="/a">a</a></li><li><a href="/b">b</a></li></ul>'
    assert changed == page_with(kept + "<table><tr><th>e</th></tr></table>")


def test_words_that_only_introduce_links_go_with_the_last_one() -> None:
    body = '<p class="export-links">As <a href="gone">JSON</a></p><p>As <a href="gone">it</a></p>'
    assert rewritten(page_with(body), lambda _link: None) == page_with("<p>As </p>")


def test_the_signs_between_links_go_with_them() -> None:
    links = '<a href="gone">a</a>, <a href="/b">b</a>, <a href="/c">c</a> · <a href="gone">d</a>'
    changed = rewritten(
        page_with(f"<p>As {links}</p>"), lambda link: None if link == "gone" else link
    )
    assert changed == page_with('<p>As <a href="/b">b</a>, <a href="/c">c</a></p>')


def test_rows_get_anchors_and_the_values_that_choose_among_them() -> None:
    body = (
        '<div class="facet-results"><div data-column="b"></div></div>'
        '<table class="rows-and-columns"><tbody><tr><td>1</td></tr></tbody></table>'
    )
    rows = Rows([{"a": 1, "b": "</script>"}], ["row-1"], "/x.js", ["a"], {"sorted": "by"})
    page = rewritten(page_with(body), lambda link: f"..{link}", rows)
    assert '<tr id="row-1">' in page
    told = page.partition('<script type="application/json" id="frozen-rows">')[2]
    told, _, after = told.partition("</script>")
    assert json.loads(told) == {
        "columns": ["b", "a"],
        "ordered": ["a"],
        "values": [["</script>", 1]],
        "words": {"sorted": "by"},
    }
    assert after == '<script src="../x.js"></script></body></html>'
    assert '<div class="facet-results" hidden="">' in page


def test_a_page_that_gives_rows_as_a_file_has_all_columns_and_every_digit() -> None:
    file = {"columns": ["a", "b"], "table": "t"}
    rows = Rows([{"a": 2**60 + 1, "b": 0.5}], ["row-1"], "/x.js", ["b"], {}, file)
    page = rewritten(page_with("<table></table>"), lambda link: link, rows)
    told = page.partition('id="frozen-rows">')[2].partition("</script>")[0]
    assert json.loads(told)["values"] == [["1152921504606846977", 0.5]]
    assert json.loads(told)["file"] == file


@pytest.mark.slow
def test_where_sql_could_be_asked_it_is_said_that_nobody_answers(frozen: Path) -> None:
    page = (frozen / "en" / "municipalities" / "index.html").read_text("utf-8")
    assert "no server that could answer other questions" in page
    assert "<h1>All tables and columns</h1>" in page  # and promises no SQL


QUESTION = """<form class="sql" action="/m/q">
<p><label for="a">Year</label><select id="a" name="year"><option value="">(all)</option>
<option value="2024" selected>in 2024</option></select></p>
<p><label for="b">Kind</label><select id="b" name="kind"><option value="">(all)</option>
<option value="x&amp;y">XY</option></select></p>
<p><label for="c">Word</label><input id="c" name="word"></p><button>Show</button></form>"""


def test_the_values_that_a_question_offers_are_links_which_keep_what_is_chosen() -> None:
    page = rewritten(page_with(QUESTION), lambda link: f"..{link}", unasked="Others: no.")
    links = re.findall(r'<a href="([^"]*)"[^>]*?( aria-current="true")?>([^<]*)</a>', page)
    assert [(unescape(address), bool(chosen), text) for address, chosen, text in links] == [
        ("../m/q", False, "(all)"),
        ("../m/q?year=2024", True, "in 2024"),
        ("../m/q?year=2024", True, "(all)"),
        ("../m/q?year=2024&kind=x%26y", False, "XY"),
    ]
    assert re.findall(r"<h3 [^>]*>([^<]*)</h3>", page) == ["Year", "Kind"]
    assert page.endswith('</div><p class="aside">Others: no.</p></body></html>')


def test_a_value_without_a_page_is_not_offered() -> None:
    page = rewritten(page_with(QUESTION), lambda link: None if "kind" in link else link)
    assert re.findall(r"<h3 [^>]*>([^<]*)</h3>", page) == ["Year"]
    assert rewritten(page_with(QUESTION), lambda _link: None) == page_with("")


class Content(HTMLParser):
    """The elements of a page with their attributes, and its text, outside forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.in_form = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, without what belongs to one answer."""
        kept = {name: value or "" for name, value in attrs if name != "nonce"}
        self.in_form = self.in_form or (tag == "form" and kept.get("role") != "search")
        if tag == "form":  # until its script is there
            kept.pop("hidden", None)
        if not self.in_form:
            self.elements.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        self.in_form = self.in_form and tag != "form"

    def handle_data(self, data: str) -> None:
        """Note text."""
        if not self.in_form:
            self.words += data.split()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/municipalities/municipalities",
        "/municipalities/municipalities/1961,belgium",
        "/municipalities/per_year",
        "/source/municipalities.txt",
    ],
)
def test_a_page_is_rewritten_without_losing_anything(built: Built, path: str) -> None:
    page = asyncio.run(shown(built, URL).client.get(path)).text
    kept = re.sub(r'<details class="more-filters.*?</details>', "", page, flags=re.DOTALL)
    before, after = Content(kept), Content(rewritten(page, lambda link: link))
    assert after.elements == before.elements
    assert after.words == before.words


def test_the_address_of_a_row_that_is_gone_leads_to_the_last_version_that_had_it(
    tmp_path: Path,
) -> None:
    built = build(HAND_MADE, tmp_path / "built")
    before = b"year,region,number,share,status\n1950,belgium,2670,,\n"
    kept = tmp_path / "built" / "tables" / "releases" / "0.1.0" / "municipalities.csv"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(before)
    record = tmp_path / "built" / "tables" / "permalinks.json"
    recorded = json.loads(record.read_text("utf-8"))
    recorded["tables"]["municipalities"]["0.1.0"] = hashlib.sha256(before).hexdigest()
    record.write_text(json.dumps(recorded), "utf-8")
    freeze(built.database, built.metadata, tmp_path / "frozen", URL)
    page = tmp_path / "frozen" / "id" / "municipalities" / "1950,belgium" / "index.html"
    assert "../0.1.0/index.html#row-1950,belgium" in page.read_text("utf-8")
    assert broken_links(tmp_path / "frozen") == []
