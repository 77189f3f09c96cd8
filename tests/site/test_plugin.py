"""The site as a plugin of a stock Datasette, beside other plugins and other databases."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette

from entry_point import write_entry_point
from openbaar.site.pages.templating import layout
from openbaar.site.published import published_by
from served import ROOT, Built, running, shown

pytestmark = pytest.mark.slow

DATASETTE1 = ROOT / ".venv-datasette1" / "bin" / "python"
# Another plugin, with something for each place in which pages show what plugins add.
OTHER_PLUGIN = """
from datasette import hookimpl
from datasette.utils.asgi import Response

@hookimpl
def menu_links(datasette):
    return [{"href": "/-/other", "label": "Menu of the other"}]

@hookimpl
def table_actions(datasette, table):
    return [{"href": f"/-/other/{table}", "label": "Table action of the other"}]

@hookimpl
def database_actions(datasette, database):
    return [{"href": f"/-/other/{database}", "label": "Database action of the other"}]

@hookimpl
def extra_css_urls(datasette):
    return ["/-/other.css"]

@hookimpl
def extra_js_urls(datasette):
    return ["/-/other.js"]

@hookimpl
def extra_body_script():
    return "other()"

@hookimpl
def register_output_renderer(datasette):
    return {"extension": "other", "render": lambda rows: Response.text(str(len(rows)))}

@hookimpl
def register_routes():
    return [(r"/-/other$", lambda: Response.text("the other"))]
"""


@contextmanager
def stock(python: Path, folder: Path, arguments: list[str]) -> Iterator[httpx.Client]:
    """A client of `datasette serve`, which finds the plugin by its entry point only."""
    write_entry_point(folder / "installed")
    command = [str(python), "-m", "datasette", "serve", *arguments, "--port", "0"]
    modules = [folder / "installed", ROOT / "scripts"]
    with (
        running(command, modules, subprocess.DEVNULL) as process,
        httpx.Client(base_url=address_of(process), timeout=300) as client,
    ):
        yield client


def address_of(process: subprocess.Popen[str]) -> str:
    """Where a server of uvicorn answers, as it says when it does."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if running_on := re.search(r"Uvicorn running on (\S+)", line):
            return running_on[1]
    raise AssertionError("".join(said))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that openbaar did not build, whose table has the name of one of ours."""
    path = tmp_path_factory.mktemp("foreign") / "foreign.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table regions (code text primary key, lang text, n real)")
        connection.executemany(
            "insert into regions values (?, ?, ?)",
            [("flanders", "nl", 1.5), ("wallonia", "fr", 2.5)],
        )
        connection.commit()
    return path


def reader(version: str) -> Path:
    """The Python with that Datasette."""
    if version == "0.65":
        return Path(sys.executable)
    if not DATASETTE1.exists():
        pytest.skip("no environment for Datasette 1.0; `make test` makes it")
    return DATASETTE1


@pytest.fixture(scope="module", params=["0.65", "1.0"])
def client(
    request: pytest.FixtureRequest,
    small: Built,
    foreign: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """A stock Datasette with our database, another one, and another plugin."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "plugins").mkdir()
    (folder / "plugins" / "other.py").write_text(OTHER_PLUGIN)
    metadata = ["--metadata", str(small.metadata)]
    if request.param == "1.0":
        metadata += ["--config", str(small.metadata)]
    databases = [str(small.database), str(foreign)]
    plugins = ["--plugins-dir", str(folder / "plugins")]
    with stock(reader(request.param), folder, [*databases, *metadata, *plugins]) as client:
        yield client


def test_a_stock_datasette_shows_our_pages_with_our_style(client: httpx.Client) -> None:
    page = client.get("/en/municipalities/regions")
    assert (page.status_code, "<h1>Regions</h1>" in page.text) == (200, True)
    style = re.search(r'href="(/-/static-plugins/openbaar/openbaar\.css\?\w+)"', page.text)
    assert style is not None
    assert client.get(style[1]).status_code == 200
    former = client.get("/static/openbaar.css")
    assert (former.status_code, former.headers["location"]) == (
        301,
        "/-/static-plugins/openbaar/openbaar.css",
    )


def test_without_a_folder_there_are_no_downloads_and_the_rest_is_there(
    client: httpx.Client,
) -> None:
    page = client.get("/municipalities/regions")
    assert 'id="download"' not in page.text
    assert "/download/" not in page.headers["link"]
    assert 'id="cite"' in page.text
    led_to = {}
    for form in ("text/html", "text/csv", "application/json"):
        answer = client.get("/id/regions", headers={"accept": form})
        target = client.get(answer.headers["location"])
        led_to[form] = (target.status_code, target.headers["content-type"].partition(";")[0])
    assert led_to == {form: (200, form if form != "text/csv" else "text/plain") for form in led_to}
    assert client.get("/download/1.2.0/tables/regions.csv").status_code == 404


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/", ["Menu of the other", "/-/other.css", "/-/other.js", "other()"]),
        ("/municipalities", ["Menu of the other", "Database action of the other"]),
        ("/municipalities/regions", ["Table action of the other", '">other</a>']),
        ("/municipalities/regions/flanders", ["Menu of the other", '">other</a>']),
        ("/municipalities/per_year", ["Menu of the other", '">other</a>']),
        ("/foreign/regions", ["Menu of the other", "Table action of the other"]),
        ("/-/other", ["the other"]),
    ],
)
def test_pages_show_what_another_plugin_adds(
    client: httpx.Client, path: str, parts: list[str]
) -> None:
    page = client.get(path).text
    assert [part for part in parts if part not in page] == []


def test_a_script_of_another_plugin_may_run(client: httpx.Client) -> None:
    page = client.get("/municipalities/regions")
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
    assert re.search(rf'<script nonce="{nonce}"[^>]*>other\(\)', page.text)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/foreign", "/foreign/regions"),
        ("/foreign/regions", "2.5"),
        ("/foreign/regions/flanders", "1.5"),
        ("/foreign/regions?_facet=lang", "facet-foreign-regions-lang"),
    ],
)
def test_pages_of_another_database_are_those_of_datasette(
    client: httpx.Client, path: str, part: str
) -> None:
    page = client.get(path)
    assert (page.status_code, part in page.text) == (200, True)
    assert "openbaar.css" not in page.text
    assert "app.css" in page.text
    assert "Vlaanderen" not in page.text


def test_a_column_called_lang_of_another_database_can_be_filtered(client: httpx.Client) -> None:
    rows = client.get("/foreign/regions.json?_shape=array&lang=nl").json()
    assert [row["code"] for row in rows] == ["flanders"]


def test_the_home_page_leads_to_other_databases(client: httpx.Client) -> None:
    assert '<a href="/foreign">foreign</a>' in client.get("/").text


def test_a_page_that_is_not_there_is_told_in_the_style_and_language_of_the_site(
    client: httpx.Client,
) -> None:
    page = client.get("/municipalities/nothing")
    assert (page.status_code, '<html lang="nl">' in page.text) == (404, True)
    assert "openbaar.css" in page.text


def test_the_configuration_of_the_plugin_names_the_folder_and_the_address(small: Built) -> None:
    configured = {
        "folder": str(small.metadata.parent),
        "url": "https://data.example/",
        "public": True,
    }
    metadata = {"plugins": {"openbaar": configured}}
    published = published_by(Datasette([str(small.database)], metadata=metadata))
    assert published is not None
    assert (published.folder, published.url) == (small.metadata.parent, "https://data.example")
    assert (published.public, "regions" in published.permalinks["tables"]) == (True, True)


def test_a_datasette_without_our_database_is_left_alone(foreign: Path) -> None:
    assert published_by(Datasette([str(foreign)])) is None
    assert layout(None, "table.html", "foreign") == "default:table.html"


def test_the_rows_of_a_table_are_counted_once(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasette = shown(small)
    asyncio.run(datasette.invoke_startup())
    tables = datasette.inspect_data["municipalities"]["tables"]
    assert tables["regions"] == {"count": 4}
    monkeypatch.setitem(tables, "regions", {"count": 1234})
    page = asyncio.run(datasette.client.get("/municipalities/regions.json"))
    assert page.json()["filtered_table_rows_count"] == 1234
