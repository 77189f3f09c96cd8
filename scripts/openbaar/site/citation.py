"""How to cite: the source document and this publication, apart, each as APA, BibTeX, RIS and CSL-JSON.

The one source of truth is an item of CSL-JSON (https://docs.citationstyles.org/en/stable/specification.html); the other
formats are made from it. What is not known is left out, or said in the format's own way: `n.d.` in APA, no `year` in
BibTeX. APA is formatted here, because the style that citeproc-py comes with is another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response

from openbaar.site.language import gettext
from openbaar.site.published import Descriptor, Published, published_by, text_of
from openbaar.site.refusals import language_of, refusal
from openbaar.texts import catalogue, spoken

Item = dict[str, Any]
UNKNOWN = "unknown"
# https://en.wikibooks.org/wiki/LaTeX/Special_Characters; braces by name, because BibTeX counts the escaped ones too.
LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_"},
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
RIS_TYPES = {"dataset": "DATA", "document": "GEN"}


@dataclass(frozen=True)
class Block:
    """One citation: of the `source` or of this `publication`, in each format, and what there is to say beside it.

    `doi` stays empty until there is one; `date` is None where it is unknown.
    """

    kind: str
    apa: str
    formats: Mapping[str, str]
    version: str | None
    date: str | None
    sha256: str | None
    doi: str = ""


def blocks(
    published: Published,
    language: str,
    table: str | None = None,
    query: tuple[str, str] | None = None,
    request: Any = None,
) -> list[Block]:
    """The citations to show on a page: the source documents first, then this publication, or a part of it.

    The part is `table`, or `query`: its title and its path with the parameters in it.
    """
    items = [*sources(published, table), publication(published, language, table, query, request)]
    return [
        Block(
            "publication" if item["type"] == "dataset" else "source",
            apa(item, spoken(language, published.languages[0])),
            {name: write(item) for name, (write, _) in FORMATS.items()},
            item.get("version"),
            _date(item),
            item.get("custom", {}).get("sha256"),
            item.get("DOI", ""),
        )
        for item in items
    ]


def sources(published: Published, table: str | None = None) -> list[Item]:
    """The source documents as items: those that `table` was read from, or all of them."""
    paths = (
        [source.get("path") for source in published.tables[table].get("sources", [])]
        if table
        else []
    )
    documents = published.descriptor["sources"]
    return [_document(each) for each in documents if each["path"] in paths] or [
        _document(each) for each in documents
    ]


def _document(source: Descriptor) -> Item:
    return _filled(
        {
            "id": re.sub(r"\W+", "-", source["path"].rsplit("/", 1)[-1]),
            "type": "document",
            "title": source["title"],
            "author": _authors(source),
            "issued": _issued(source.get("date")),
            "custom": {"sha256": source["sha256"]},
        }
    )


def publication(
    published: Published,
    language: str,
    table: str | None = None,
    query: tuple[str, str] | None = None,
    request: Any = None,
) -> Item:
    """This publication as an item, or the part of it that `blocks` describes."""
    whole = text_of(published.descriptor, "title", language)
    title, path, digest = whole, f"/{published.name}", None
    if query is not None:
        title, path = query
    elif table is not None:
        resource = published.tables[table]
        title, digest = (
            text_of(resource, "title", language),
            resource["hash"].removeprefix("sha256:"),
        )
        path = f"/id/{table}/{published.version}"
    address = published.address(path, request)
    return _filled(
        {
            "id": "-".join([published.name, *([table] if table else []), published.version]),
            "type": "dataset",
            "title": title,
            "container-title": whole if title != whole else None,
            "author": [{"literal": each["title"]} for each in published.descriptor["contributors"]],
            "issued": _issued(published.descriptor.get("created")),
            "version": published.version,
            "DOI": published.descriptor.get("doi"),
            "URL": address if address.startswith("http") else None,
            "language": language,
            "custom": {"sha256": digest} if digest else None,
        }
    )


def _authors(source: Descriptor) -> list[dict[str, str]]:
    """The authors of a document by their names; where only a text tells of them, that text as it is."""
    if source.get("authors"):
        return [
            {"literal": each["name"]} if "name" in each else dict(each)
            for each in source["authors"]
        ]
    author = source.get("author", UNKNOWN)
    return [] if author == UNKNOWN else [{"literal": author}]


def _issued(date: str | None) -> Item | None:
    """A date `2023`, `2023-05` or `2023-05-31`, perhaps with a time behind it, as CSL has it; of others the text."""
    if date in (None, UNKNOWN):
        return None
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T|$)", str(date))
    return (
        {"date-parts": [[int(part) for part in match.groups() if part]]}
        if match
        else {"literal": date}
    )


def _date(item: Item) -> str | None:
    issued = item.get("issued")
    if issued is None:
        return None
    return str(issued.get("literal") or "-".join(f"{part:02}" for part in issued["date-parts"][0]))


def _filled(item: Item) -> Item:
    return {key: value for key, value in item.items() if value not in (None, [], "")}


def apa(item: Item, language: str) -> str:
    """The item as the APA (7th edition, 10.9) has it; without an author the title comes first."""
    words = catalogue(language)
    unknown = words.gettext("n.d.")
    date = f"({_date(item) or unknown})"
    authors = " & ".join(filter(None, [", ".join(_apa_names(item)[:-1]), *_apa_names(item)[-1:]]))
    title = item["title"]
    if "version" in item:
        version = words.gettext("Version %(version)s") % {"version": item["version"]}
        title += f" ({version})"
    if item["type"] == "dataset":
        kind = words.gettext("Data set")
        title += f" [{kind}]"
    title += "."
    head = f"{authors.rstrip('.')}. {date}. {title}" if authors else f"{title} {date}."
    container = f" In {item['container-title']}." if "container-title" in item else ""
    address = f"https://doi.org/{item['DOI']}" if "DOI" in item else item.get("URL", "")
    return f"{head}{container} {address}".rstrip()


def _apa_names(item: Item) -> list[str]:
    def initials(given: str) -> str:
        return " ".join(f"{part[0]}." for part in given.split())

    return [
        each["literal"]
        if "literal" in each
        else ", ".join(filter(None, [each["family"], initials(each["given"])]))
        for each in item.get("author", [])
    ]


def bibtex(item: Item) -> str:
    """The item as an entry of BibTeX, in UTF-8."""
    names = [
        f"{{{_latex(each['literal'])}}}"
        if "literal" in each
        else ", ".join(_latex(each[key]) for key in ("family", "given"))
        for each in item.get("author", [])
    ]
    date = item.get("issued", {}).get("date-parts", [[]])[0]
    fields = {
        "author": " and ".join(names),
        "title": f"{{{_latex(item['title'])}}}",
        "booktitle": _latex(item.get("container-title", "")),
        "year": str(date[0]) if date else "",
        "version": item.get("version", ""),
        "doi": item.get("DOI", ""),
        "url": item.get("URL", "").replace("{", "%7B").replace("}", "%7D"),
        "note": _latex(_note(item)),
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{item['id']},\n{body}\n}}\n"


def _latex(text: str) -> str:
    return "".join(LATEX.get(sign, sign) for sign in " ".join(text.split()))


def ris(item: Item) -> str:
    """The item as a record of RIS (https://en.wikipedia.org/wiki/RIS_(file_format)), in UTF-8."""
    date = item.get("issued", {}).get("date-parts", [[]])[0]
    authors = [
        each.get("literal") or ", ".join([each["family"], each["given"]])
        for each in item.get("author", [])
    ]
    fields = [
        ("TY", RIS_TYPES[item["type"]]),
        ("ID", item["id"]),
        *(("AU", author) for author in authors),
        ("TI", item["title"]),
        ("T2", item.get("container-title")),
        ("PY", str(date[0]) if date else None),
        ("ET", item.get("version")),
        ("DO", item.get("DOI")),
        ("UR", item.get("URL")),
        ("LA", item.get("language")),
        ("N1", _note(item)),
    ]
    return (
        "".join(f"{tag}  - {' '.join(text.split())}\n" for tag, text in fields if text) + "ER  - \n"
    )


def _note(item: Item) -> str:
    return f"SHA-256: {item['custom']['sha256']}" if "custom" in item else ""


def csl_json(item: Item) -> str:
    """The item as a list of CSL-JSON, the form in which citation managers exchange it."""
    note = {"note": _note(item)} if "custom" in item else {}
    plain = {key: value for key, value in item.items() if key != "custom"}
    return json.dumps([{**plain, **note}], ensure_ascii=False, indent=2) + "\n"


# Each format by the ending of its address: how it is written, and its media type.
FORMATS: dict[str, tuple[Callable[[Item], str], str]] = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (csl_json, "application/vnd.citationstyles.csl+json; charset=utf-8"),
}


async def cite(datasette: Any, request: Any) -> Response:
    """`/cite/<table>.<format>`, and `/cite.<format>` of the whole: this publication, for a citation manager."""
    published = published_by(datasette)
    assert published is not None
    table = request.url_vars.get("table")
    if table is not None and table not in published.tables:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=table)
    write, kind = FORMATS[request.url_vars["format"]]
    item = publication(published, language_of(published), table, request=request)
    return Response(write(item), content_type=kind, headers={"vary": "Accept-Language"})


ROUTES = [
    (rf"/cite\.(?P<format>{'|'.join(FORMATS)})$", cite),
    (rf"/cite/(?P<table>[a-z][a-z0-9_]*)\.(?P<format>{'|'.join(FORMATS)})$", cite),
]
