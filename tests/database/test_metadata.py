"""What the site says around the tables of the hand-made publication."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from datasets import dataset_from, dataset_of
from generated.publication import write_several
from openbaar.database.metadata import merged, metadata, metadata_bytes
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert

LICENCE = (
    "niet vermeld / not stated (brondocument / source document); CC0-1.0 (toevoegingen / additions)"
)

MUNICIPALITIES = {
    "title": "Gemeenten per gewest",
    "description_html": """\
<p lang="nl">Hoeveel gemeenten er waren op 1 januari.</p>
<p lang="en"><strong>Municipalities per region</strong> \
How many municipalities there were on 1 January.</p>
<ul class="bullets" lang="nl">
<li>Bron: antwoord 1a, sources/municipalities.txt, regels 4–6 \
(<a href="/municipalities/provenance?table_name=municipalities">bron van elke cel</a>).</li>
<li>Alle 2 vermelde totalen kloppen. \
(<a href="/municipalities/reconciliation?table_name=municipalities">\
controle van de totalen</a>)</li>
<li><strong>Voetnoot (*)</strong> the regions exist since 1970, \
Brussels as one since 1989 (regel 8)</li>
<li><strong><a href="/municipalities/anomalies/merger_before_the_year">Opmerking</a></strong> \
De fusie van december 2024 staat bij 2025.</li>
</ul>
<details lang="nl"><summary>Hoe deze tabel is ingelezen</summary>
<ul class="bullets" lang="nl">
<li>In 1961 bestonden de gewesten nog niet; hun cellen zijn leeg.</li>
</ul>
</details>
<details lang="en"><summary>English: source, notes, columns</summary>
<ul class="bullets" lang="en">
<li>Source: answer 1a, sources/municipalities.txt, lines 4–6 \
(<a href="/municipalities/provenance?table_name=municipalities">source of each cell</a>).</li>
<li>All 2 stated totals add up. \
(<a href="/municipalities/reconciliation?table_name=municipalities">reconciliation</a>)</li>
<li><strong>Footnote (*)</strong> the regions exist since 1970, \
Brussels as one since 1989 (line 8)</li>
<li><strong><a href="/municipalities/anomalies/merger_before_the_year">Note</a></strong> \
The merger of December 2024 stands with 2025.</li>
</ul>
<ul class="bullets" lang="en">
<li>In 1961 the regions did not exist yet; their cells are empty.</li>
</ul>
<dl class="column-descriptions">
<dt>year</dt><dd>Year — The year.</dd>
<dt>region</dt><dd>Region — The region, or the country.</dd>
<dt>number</dt><dd>Number — The number of municipalities. — municipalities</dd>
<dt>share</dt><dd>Share — The share in the country, to one decimal. — percent</dd>
<dt>status</dt><dd>Status — Why a value is missing.</dd>
</dl>
</details>""",
    "source": "Gemeenten van België, regels 4–6",
    "license": LICENCE,
    "about": "antwoord 1a",
    "columns": {
        "year": "Jaar — Het jaar.",
        "region": "Gewest — Het gewest, of het land.",
        "number": "Aantal — Het aantal gemeenten. — gemeenten",
        "share": "Aandeel — Het aandeel in het land, op één decimaal. — procent",
        "status": "Status — Waarom een waarde ontbreekt.",
    },
    "facets": ["year", "region"],
    "sort": "rowid",
    "sortable_columns": ["year", "region", "number", "share", "status", "rowid"],
}

REGIONS = {
    "title": "Gewesten",
    "description_html": """\
<p lang="nl">De gewesten en het land waartoe ze horen.</p>
<p lang="en"><strong>Regions</strong> The regions and the country they are part of.</p>
<details lang="en"><summary>English: source, notes, columns</summary>
<dl class="column-descriptions">
<dt>code</dt><dd>Code — Our name of the region.</dd>
<dt>iso_code</dt><dd>ISO code — The code of ISO 3166.</dd>
<dt>title_nl</dt><dd>Dutch name — The name in Dutch.</dd>
<dt>part_of</dt><dd>Part of — The larger whole.</dd>
</dl>
</details>""",
    "source": "ISO 3166-2 - Country subdivision code",
    "license": LICENCE,
    "source_url": "https://www.iso.org/obp/ui/#iso:code:3166:BE",
    "columns": {
        "code": "Code — Onze naam van het gewest.",
        "iso_code": "ISO-code — De code van ISO 3166.",
        "title_nl": "Nederlandse naam — De naam in het Nederlands.",
        "part_of": "Deel van — Het grotere geheel.",
    },
    "sort": "rowid",
    "sortable_columns": ["code", "iso_code", "title_nl", "part_of", "rowid"],
    "label_column": "title_nl",
}

HOME = """\
<p lang="nl">Het aantal gemeenten per gewest, als voorbeeld voor de tests.</p>
<p lang="en"><strong>Municipalities of Belgium</strong> \
The number of municipalities per region, as an example for the tests.</p>
<h2><span lang="nl">Tabellen</span> · <span lang="en">Tables</span></h2>
<ul class="bullets">
<li><a href="/municipalities/regions"><span lang="nl">Gewesten</span> · \
<span lang="en">Regions</span></a></li>
<li><a href="/municipalities/statuses"><span lang="nl">Statussen</span> · \
<span lang="en">Statuses</span></a></li>
<li><a href="/municipalities/municipalities"><span lang="nl">Gemeenten per gewest</span> · \
<span lang="en">Municipalities per region</span></a></li>
<li><a href="/municipalities/mergers"><span lang="nl">Fusies</span> · \
<span lang="en">Mergers</span></a></li>
</ul>
<h2><span lang="nl">Bronnen en controles</span> · <span lang="en">Sources and checks</span></h2>
<ul class="bullets">
<li><a href="/municipalities/provenance"><span lang="nl">Bron van elke cel</span> · \
<span lang="en">Source of each cell</span></a></li>
<li><a href="/municipalities/reconciliation"><span lang="nl">Controle van de totalen</span> · \
<span lang="en">Reconciliation of the totals</span></a></li>
<li><a href="/municipalities/footnotes"><span lang="nl">Voetnoten</span> · \
<span lang="en">Footnotes</span></a></li>
<li><a href="/municipalities/anomalies"><span lang="nl">Aandachtspunten</span> · \
<span lang="en">Points to note</span></a></li>
</ul>
<h2><span lang="nl">Vragen over de cijfers</span> · \
<span lang="en">Questions about the figures</span></h2>
<ul class="bullets">
<li><a href="/municipalities/per_year"><span lang="nl">Hoeveel gemeenten telde België?</span> · \
<span lang="en">How many municipalities did Belgium have?</span></a></li>
</ul>"""


def of_database(publication: Publication, files: dict[str, bytes]) -> dict[str, Any]:
    """The part of the metadata that is about the database of the hand-made publication."""
    part: dict[str, Any] = metadata(dataset_from(publication, files))["databases"]["municipalities"]
    return part


def with_block(root: Path, block: dict[str, Any]) -> Publication:
    """The publication in `root`, with `block` as what only Datasette needs."""
    path = root / "tables" / "package.yaml"
    path.write_text(path.read_text("utf-8") + yaml.safe_dump({"datasette": block}), "utf-8")
    return load_publication(root)


def test_a_table_tells_its_place_totals_footnotes_and_anomalies(
    publication: Publication, files: dict[str, bytes]
) -> None:
    assert of_database(publication, files)["tables"]["municipalities"] == MUNICIPALITIES


def test_a_hand_made_table_tells_its_own_source(
    publication: Publication, files: dict[str, bytes]
) -> None:
    assert of_database(publication, files)["tables"]["regions"] == REGIONS


def test_a_query_keeps_its_lines_and_has_its_title_in_each_language(
    publication: Publication, files: dict[str, bytes]
) -> None:
    assert of_database(publication, files)["queries"] == {
        "per_year": {
            "title": "Hoeveel gemeenten telde België?",
            "description_html": (
                '<p lang="en"><strong>How many municipalities did Belgium have?</strong></p>'
            ),
            "sql": (
                "SELECT year, sum(number) AS number FROM municipalities\n"
                "WHERE year = coalesce(nullif(:year, ''), year) GROUP BY year ORDER BY year"
            ),
        }
    }


def test_the_home_page_lists_all_tables_and_queries(
    publication: Publication, files: dict[str, bytes]
) -> None:
    made = metadata(dataset_from(publication, files))
    made.pop("databases")
    assert made == {
        "title": "Gemeenten van België",
        "description_html": HOME,
        "source": "Gemeenten van België",
        "license": LICENCE,
    }


def test_an_answer_is_linked_where_there_is_a_table_of_answers(
    hand_made: Path, files: dict[str, bytes]
) -> None:
    tables = hand_made / "tables"
    (tables / "statuses.yaml").rename(tables / "answers.yaml")
    for name in ("package", "municipalities"):
        path = tables / f"{name}.yaml"
        path.write_text(path.read_text("utf-8").replace("statuses", "answers"), "utf-8")
    files["tables/answers.csv"] = files["tables/statuses.csv"]
    about = of_database(load_publication(hand_made), files)["tables"]["municipalities"]
    place = '<a href="/municipalities/answers/1a">antwoord 1a</a>, sources/municipalities.txt'
    assert about["about_url"] == "/municipalities/answers/1a"
    assert place in about["description_html"]


def test_a_stated_licence_is_shown_as_stated(hand_made: Path, files: dict[str, bytes]) -> None:
    path = hand_made / "tables" / "package.yaml"
    text = path.read_text("utf-8")
    stated = text.replace("documents:\n  - path", "documents:\n  - license: CC BY 4.0\n    path")
    path.write_text(stated, "utf-8")
    shown = metadata(dataset_of(load_publication(hand_made)))["license"]
    assert shown == "CC BY 4.0 (brondocument / source document); CC0-1.0 (toevoegingen / additions)"


def of_several_documents(root: Path, count: int) -> dict[str, Any]:
    """What is said of a publication of several documents."""
    return metadata(convert(load_publication(write_several(root, count))))


def test_a_table_tells_the_document_that_it_was_read_from(tmp_path: Path) -> None:
    tables = of_several_documents(tmp_path, 3)["databases"]["made-up"]["tables"]
    told = (tables["t1"]["source"], tables["t1"]["license"])
    assert told == ("Document 1, line 1", "Licence 1 (source document); CC0-1.0 (additions)")
    assert tables["provenance"]["source"] == "Document 0; Document 1; Document 2"
    assert "Licence 0, Licence 1, Licence 2 (source" in tables["provenance"]["license"]


@pytest.mark.parametrize(
    ("count", "end"),
    [(5, "Document 4"), (6, "and 1 other document"), (8, "and 3 other documents")],
)
def test_of_many_documents_the_first_ones_are_named(tmp_path: Path, count: int, end: str) -> None:
    told = of_several_documents(tmp_path, count)["source"].split("; ")
    assert (told[:4], told[-1]) == ([f"Document {number}" for number in range(4)], end)
    assert len(told) == min(count, 6)


@pytest.mark.parametrize(
    ("rows", "size"), [(0, None), (100, None), (101, 1000), (1000, 1000), (1001, None)]
)
def test_a_small_table_is_on_one_page(
    publication: Publication, files: dict[str, bytes], rows: int, size: int | None
) -> None:
    lines = [b"c%d,x\n" % number for number in range(rows)]
    files["tables/statuses.csv"] = b"code,title_nl\n" + b"".join(lines)
    assert of_database(publication, files)["tables"]["statuses"].get("size") == size


def test_a_facet_on_a_list_counts_its_items(hand_made: Path, files: dict[str, bytes]) -> None:
    path = hand_made / "tables" / "mergers.yaml"
    path.write_text(path.read_text("utf-8") + "facets: [names, region]\nsort: date\n", "utf-8")
    about = of_database(load_publication(hand_made), files)["tables"]["mergers"]
    assert (about["facets"], about["sort"]) == ([{"array": "names"}, "region"], "date")


class Tags(HTMLParser):
    """Collects the names of all tags of an HTML text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def attacked(root: Path, files: dict[str, bytes]) -> dict[str, Any]:
    """The metadata where a title, a description, a column and a note hold markup.

    So do the text of a footnote and that of an anomaly.
    """
    for path in (root / "tables").glob("*.yaml"):
        text = path.read_text("utf-8")
        for word in ("Fusie", "samengingen", "van de fusie", "bestonden"):
            text = text.replace(word, ATTACK)
        path.write_text(text, "utf-8")
    for name, word in (("footnotes", b"the regions"), ("anomalies", b"De fusie")):
        path = f"tables/{name}.csv"
        files[path] = files[path].replace(word, ATTACK.encode())
    return of_database(load_publication(root), files)


def test_markup_in_the_texts_of_authors_and_documents_is_shown_and_not_run(
    hand_made: Path, files: dict[str, bytes]
) -> None:
    tables = attacked(hand_made, files)["tables"]
    tags: set[str] = set()
    for table in tables.values():
        tags |= Tags(table["description_html"]).found
    shown = tables["municipalities"]["description_html"] + tables["mergers"]["description_html"]
    assert tags == {"p", "strong", "ul", "li", "a", "details", "summary", "dl", "dt", "dd"}
    assert shown.count("&lt;script&gt;") == 6
    assert tables["mergers"]["title"] == f"{ATTACK}s"  # Datasette escapes titles


def test_what_only_datasette_needs_is_merged_in_last(
    hand_made: Path, files: dict[str, bytes]
) -> None:
    before = metadata(dataset_of(load_publication(hand_made)))
    block = {
        "plugins": {"some-plugin": {"key": 1}},
        "databases": {"municipalities": {"tables": {"municipalities": {"facets": ["status"]}}}},
    }
    after = metadata(dataset_of(with_block(hand_made, block)))
    before["plugins"] = {"some-plugin": {"key": 1}}
    before["databases"]["municipalities"]["tables"]["municipalities"]["facets"] = ["status"]
    assert after == before


def test_merging_leaves_both_mappings_as_they_were() -> None:
    below: dict[str, Any] = {"a": {"b": 1, "c": [1]}, "d": 2}
    above: dict[str, Any] = {"a": {"c": [2]}, "d": {"e": 3}}
    assert merged(below, above) == {"a": {"b": 1, "c": [2]}, "d": {"e": 3}}
    assert (below, above) == ({"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}, "d": {"e": 3}})


def test_what_breaks_pages_or_runs_scripts_is_refused_with_its_place(
    hand_made: Path, files: dict[str, bytes]
) -> None:
    table = {
        "units": {"number": "gemeenten"},
        "sort_desc": "year",
        "about_url": "/municipalities/regions",
    }
    block = {
        "source_url": "javascript:alert(1)",
        "license_url": "//elsewhere.example/",
        "databases": {"municipalities": {"tables": {"mergers": table}}},
    }
    publication = with_block(hand_made, block)
    with pytest.raises(OpenbaarError) as raised:
        metadata(dataset_from(publication, files))
    lines = (hand_made / "tables" / "package.yaml").read_text("utf-8").splitlines()
    found = [
        (
            lines[(problem.place.first_line or 0) - 1].split(":")[0].strip(),
            problem.message.split(";")[0],
        )
        for problem in raised.value.problems
    ]
    assert found == [
        ("sort_desc", "'sort_desc' makes Datasette lose and repeat rows between pages"),
        ("units", "'units' makes Datasette answer table pages with an error"),
        (
            "license_url",
            "the address '//elsewhere.example/' should begin with https:, http: or mailto:",
        ),
        (
            "source_url",
            "the address 'javascript:alert(1)' should begin with https:, http: or mailto:",
        ),
    ]


def test_the_file_reads_back_as_what_was_written(
    publication: Publication, files: dict[str, bytes]
) -> None:
    data = metadata_bytes(dataset_from(publication, files))
    assert yaml.safe_load(data) == metadata(dataset_from(publication, files))


def test_the_file_is_the_same_each_time_says_who_made_it_and_has_no_aliases(
    publication: Publication, files: dict[str, bytes]
) -> None:
    data = metadata_bytes(dataset_from(publication, files))
    aliases = [event for event in yaml.parse(data) if isinstance(event, yaml.AliasEvent)]
    first_line = data.splitlines()[0]
    assert (first_line, aliases) == (
        b"# Generated by `openbaar build` from tables/; change it there.",
        [],
    )
    assert data == metadata_bytes(dataset_from(publication, files))
