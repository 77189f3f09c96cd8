"""A citation in each format that readers and citation managers ask for.

Each function takes an item of CSL-JSON
(https://docs.citationstyles.org/en/stable/specification.html) as `citation.py` makes it. What an
item does not have is left out, or said in the format's own way: `n.d.` in APA.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON

from openbaar.texts import ENGLISH, catalogue

Item = dict[str, Any]
STYLE = Path(__file__).parent.parent / "apa.csl"
# The locale of CSL for each language that the toolkit speaks.
LOCALES = {"en": "en-US", "nl": "nl-NL", "de": "de-DE", "fr": "fr-FR"}
STYLED = ("id", "type", "title", "container-title", "author", "issued", "version", "DOI", "URL")
# Months as BibTeX styles know them, to print them in their own language.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# https://en.wikibooks.org/wiki/LaTeX/Special_Characters; braces by name, because BibTeX counts the
# escaped ones too.
LATEX = {
    "&": "\\&",
    "%": "\\%",
    "$": "\\$",
    "#": "\\#",
    "_": "\\_",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}
BIBTEX_TYPES = {"dataset": "dataset", "document": "misc"}
RIS_TYPES = {"dataset": "DATA", "document": "GEN"}


def apa(item: Item, language: str) -> str:
    """The item as the 7th edition of the APA has it, in a language that the toolkit speaks.

    >>> apa({"id": "x", "type": "dataset", "title": "Wages", "version": "1.0.0"}, "en")
    'Wages (Version 1.0.0) [Data set]. (n.d.).'
    """
    styled = {key: item[key] for key in STYLED if key in item}
    if "literal" in item.get("issued", {}):
        styled["issued"] = {**item["issued"], "circa": True}  # so the style knows it is in words
    return _printed(json.dumps(styled), language)


@lru_cache(maxsize=1024)
def _printed(item: str, language: str) -> str:
    """An item, as JSON, as the style prints it; kept, because that takes milliseconds."""
    styled = json.loads(item)
    bibliography = CitationStylesBibliography(
        _style(language), CiteProcJSON([styled]), formatter.plain
    )
    bibliography.register(Citation([CitationItem(styled["id"])]))
    text = str(bibliography.bibliography()[0])
    return re.sub(r"([?!])\.", r"\1", text)  # a title that is a question takes no full stop


@lru_cache(maxsize=len(LOCALES))
def _style(language: str) -> CitationStylesStyle:
    return CitationStylesStyle(str(STYLE), locale=LOCALES[language], validate=False)


def bibtex(item: Item) -> str:
    """The item as an entry of BibTeX, in UTF-8.

    A dataset has its container and version in the fields of biblatex
    (https://ctan.org/pkg/biblatex, 2.1.1); the styles of before it print `howpublished` instead.
    """
    names = [_bibtex_name(author) for author in item.get("author", [])]
    fields = {
        "author": " and ".join(names),
        "title": f"{{{_latex(item['title'])}}}",
        "series": _latex(item.get("container-title", "")),
        "version": _latex(item.get("version", "")),
        "howpublished": _latex(_how_published(item)),
        **_bibtex_date(item),
        "doi": item.get("DOI"),
        "url": _bibtex_address(item),
        "note": _latex(note(item)),
    }
    lines = [f"@{BIBTEX_TYPES[item['type']]}{{{item['id']}"]
    for name, value in fields.items():
        if name == "month":
            lines.append(f"  month = {value}")
        elif value:
            lines.append(f"  {name} = {{{value}}}")
    return ",\n".join(lines) + "\n}\n"


def _bibtex_name(author: dict[str, str]) -> str:
    """A name as BibTeX takes it apart: in braces where it is to stay whole."""
    if "literal" in author:
        return f"{{{_latex(author['literal'])}}}"
    return f"{_latex(author['family'])}, {_latex(author['given'])}"


def _bibtex_date(item: Item) -> dict[str, str]:
    """The fields `year`, `month` (the name of a macro) and `day`, as far as they are known."""
    fields = {}
    for name, part in zip(("year", "month", "day"), date_parts(item), strict=False):
        fields[name] = MONTHS[part - 1] if name == "month" else str(part)
    return fields


def _bibtex_address(item: Item) -> str:
    return str(item.get("URL", "")).replace("{", "%7B").replace("}", "%7D")


def _how_published(item: Item) -> str:
    """The container and the version of an item in words: `Online training, version 2.0.0`."""
    parts = []
    if "container-title" in item:
        parts.append(item["container-title"])
    if "version" in item:
        message = catalogue(item.get("language", ENGLISH)).gettext("version %(version)s")
        parts.append(message % {"version": item["version"]})
    return ", ".join(parts)


def _latex(text: str) -> str:
    """A text on one line, with the characters that LaTeX reads as commands as it prints them."""
    return "".join(LATEX.get(character, character) for character in " ".join(text.split()))


def ris(item: Item) -> str:
    """The item as a record of RIS (https://en.wikipedia.org/wiki/RIS_(file_format)), in UTF-8."""
    fields = [("TY", RIS_TYPES[item["type"]]), ("ID", item["id"])]
    for author in item.get("author", []):
        fields.append(("AU", _ris_name(author)))
    fields += [
        ("TI", item["title"]),
        ("T2", item.get("container-title")),
        *_ris_date(item),
        ("ET", item.get("version")),
        ("DO", item.get("DOI")),
        ("UR", item.get("URL")),
        ("LA", item.get("language")),
        ("N1", note(item)),
    ]
    lines = [f"{tag}  - {' '.join(text.split())}\n" for tag, text in fields if text]
    return "".join(lines) + "ER  - \n"


def _ris_name(author: dict[str, str]) -> str:
    if "literal" in author:
        return author["literal"]
    return f"{author['family']}, {author['given']}"


def _ris_date(item: Item) -> list[tuple[str, str]]:
    """The fields of the year and, where it is known to the day, of the date."""
    parts = date_parts(item)
    if not parts:
        return []
    year = ("PY", str(parts[0]))
    if len(parts) < 3:
        return [year]
    return [year, ("DA", "/".join(f"{part:02}" for part in parts))]


def csl_json(item: Item) -> str:
    """The item as a list of CSL-JSON, the form in which citation managers exchange it."""
    exchanged = {key: value for key, value in item.items() if key != "custom"}
    if "custom" in item:
        exchanged["note"] = note(item)
    return json.dumps([exchanged], ensure_ascii=False, indent=2) + "\n"


def note(item: Item) -> str:
    """What the item says of its file; empty where it is no file."""
    if "custom" not in item:
        return ""
    return f"SHA-256: {item['custom']['sha256']}"


def date_parts(item: Item) -> list[int]:
    """The year, month and day of an item as far as they are known: [2024, 2, 3], [2024] or []."""
    issued = item.get("issued")
    if issued is None or "date-parts" not in issued:
        return []
    return list(issued["date-parts"][0])


@dataclass(frozen=True)
class Format:
    """A format of citation managers: how an item is written in it, and its media type."""

    write: Callable[[Item], str]
    media_type: str


# By the ending of their addresses.
FORMATS = {
    "bib": Format(bibtex, "application/x-bibtex"),
    "ris": Format(ris, "application/x-research-info-systems"),
    "json": Format(csl_json, "application/vnd.citationstyles.csl+json"),
}
