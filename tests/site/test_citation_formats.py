"""Each format of a citation, read back by a parser that is not ours; APA by its own examples."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
import rispy
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from pybtex.backends.plaintext import Backend
from pybtex.database import Entry, parse_string
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style

from openbaar.site.routes.citation_formats import LOCALES, STYLE, Item, apa, bibtex, csl_json, ris
from openbaar.texts import INTERFACE_LANGUAGES

ODD = 'Kosten & baten: 50% {geëvalueerd} van #1_000 $ ~ ^ \\ "aan" <b>één</b> – Ærøskøbing'
FULL: Item = {
    "id": "x-1.0.0",
    "type": "dataset",
    "title": ODD,
    "container-title": f"Het geheel: {ODD}",
    "author": [
        {"family": "de Vries & Zn", "given": "Jan Piet"},
        {"literal": "Dienst {Cijfers} & Co"},
    ],
    "issued": {"date-parts": [[2023, 5, 31]]},
    "version": "1.0.0",
    "DOI": "10.1234/ab_c",
    "URL": "https://data.example/id/x/1.0.0",
    "language": "nl",
    "custom": {"sha256": "ab" * 32},
}
UNKNOWN: Item = {"id": "y", "type": "document", "title": "Antwoord op vragen"}

# APA ------------------------------------------------------------------------

JEAN = {"family": "Dupont", "given": "Jean-Pierre"}
JAN = {"family": "de Vries", "given": "Jan Piet"}
STATBEL = {"literal": "Statbel"}
ANSWER: Item = {**UNKNOWN, "author": [JEAN], "issued": {"date-parts": [[2023]]}}
DATA: Item = {
    "id": "x",
    "type": "dataset",
    "title": "Lonen",
    "author": [STATBEL],
    "issued": {"date-parts": [[2024, 2, 3]]},
    "version": "1.0.0",
    "URL": "https://data.example/id/x",
}


def with_authors(*authors: dict[str, str]) -> Item:
    """The answer, by others."""
    return {**ANSWER, "author": list(authors)}


def dated(*parts: int) -> Item:
    """The answer, of another date."""
    return {**ANSWER, "issued": {"date-parts": [list(parts)]}}


def people(number: int) -> list[dict[str, str]]:
    """As many authors."""
    return [{"family": f"Naam{index}", "given": "Ann"} for index in range(1, number + 1)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (with_authors(JEAN), "Dupont, J.-P. (2023)"),
        (with_authors(JEAN, JAN), "Dupont, J.-P., & de Vries, J. P. (2023)"),
        (with_authors(JEAN, JAN, STATBEL), "Dupont, J.-P., de Vries, J. P., & Statbel. (2023)"),
        (with_authors(STATBEL), "Statbel. (2023)"),
        (with_authors({"literal": "Cijfers & Co."}), "Cijfers & Co. (2023)"),
        (with_authors(*people(20)), "Naam18, A., Naam19, A., & Naam20, A. (2023)"),
        (with_authors(*people(21)), "Naam18, A., Naam19, A., … Naam21, A. (2023)"),
    ],
)
def test_apa_names_authors_as_its_manual_does(item: Item, expected: str) -> None:
    assert apa(item, "en").endswith(f"{expected}. Antwoord op vragen.")


@pytest.mark.parametrize(
    ("item", "language", "expected"),
    [
        (dated(2023), "en", "2023"),
        (dated(2023, 5), "en", "2023, May"),
        (dated(2023, 5), "nl", "2023, mei"),
        (dated(2023, 5, 31), "en", "2023, May 31"),
        (dated(2023, 5, 31), "nl", "2023, 31 mei"),
        (dated(2023, 5, 31), "de", "2023, 31. Mai"),
        (dated(2023, 5, 31), "fr", "2023, 31 mai"),
        ({**ANSWER, "issued": {"literal": "voorjaar 2023"}}, "nl", "voorjaar 2023"),
        ({**UNKNOWN, "author": [JEAN]}, "en", "n.d."),
        ({**UNKNOWN, "author": [JEAN]}, "nl", "z.d."),
        ({**UNKNOWN, "author": [JEAN]}, "de", "o. D."),
        ({**UNKNOWN, "author": [JEAN]}, "fr", "s.\N{NO-BREAK SPACE}d."),
    ],
)
def test_apa_writes_a_date_as_the_language_does(item: Item, language: str, expected: str) -> None:
    assert apa(item, language) == f"Dupont, J.-P. ({expected}). Antwoord op vragen."


@pytest.mark.parametrize(
    ("item", "language", "expected"),
    [
        (
            DATA,
            "en",
            "Statbel. (2024, February 3). Lonen (Version 1.0.0) [Data set]. https://data.example/id/x",
        ),
        (
            DATA,
            "nl",
            "Statbel. (2024, 3 februari). Lonen (Versie 1.0.0) [Dataset]. https://data.example/id/x",
        ),
        (
            {**DATA, "DOI": "10.1234/ab_c", "container-title": "Alle lonen"},
            "en",
            "Statbel. (2024, February 3). Lonen (Version 1.0.0) [Data set]. In Alle lonen. "
            "https://doi.org/10.1234/ab_c",
        ),
        (UNKNOWN, "en", "Antwoord op vragen. (n.d.)."),
        ({**UNKNOWN, "issued": {"date-parts": [[2023]]}}, "nl", "Antwoord op vragen. (2023)."),
        ({**ANSWER, "title": "Wat nu?"}, "nl", "Dupont, J.-P. (2023). Wat nu?"),
    ],
)
def test_apa_says_what_is_known_and_that_the_rest_is_not(
    item: Item, language: str, expected: str
) -> None:
    assert apa(item, language) == expected


def test_apa_prints_any_title_as_it_is() -> None:
    assert ODD in apa(FULL, "nl")


def test_the_style_of_apa_is_valid_csl_in_each_language_of_the_interface() -> None:
    assert set(LOCALES) == set(INTERFACE_LANGUAGES)
    for (
        locale
    ) in LOCALES.values():  # a style that is not valid is a warning, which is an error here
        CitationStylesStyle(str(STYLE), locale=locale)


# BibTeX ---------------------------------------------------------------------

# Commands of LaTeX that pybtex reads as they stand.
LEFT = {"\\textbraceleft ": "{", "\\textbraceright ": "}", "\\textasciicircum ": "^", "\\$": "$"}
VERBATIM = {"doi", "url"}


def plain(entry: Entry, field: str) -> str:
    """A field of BibTeX as text: LaTeX decoded, the braces that protect capitals gone."""
    if field in VERBATIM:
        return str(entry.fields[field])
    text = str(Text.from_latex(entry.fields[field]))
    for command, sign in LEFT.items():
        text = text.replace(command, sign)
    return text


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            FULL,
            {
                "title": ODD,
                "series": f"Het geheel: {ODD}",
                "version": "1.0.0",
                "howpublished": f"Het geheel: {ODD}, versie 1.0.0",
                "year": "2023",
                "month": "May",
                "day": "31",
                "doi": "10.1234/ab_c",
                "url": "https://data.example/id/x/1.0.0",
                "note": f"SHA-256: {'ab' * 32}",
            },
        ),
        (UNKNOWN, {"title": "Antwoord op vragen"}),
        (dated(2023, 12), {"title": "Antwoord op vragen", "year": "2023", "month": "December"}),
    ],
)
def test_bibtex_reads_back_as_it_was_and_leaves_out_what_is_unknown(
    item: Item, expected: dict[str, str]
) -> None:
    entry = parse_string(bibtex(item), "bibtex").entries[item["id"]]
    assert {field: plain(entry, field) for field in entry.fields} == expected


def test_bibtex_keeps_a_person_and_an_organisation_apart() -> None:
    persons = parse_string(bibtex(FULL), "bibtex").entries["x-1.0.0"].persons["author"]
    assert [
        (each.first_names, each.middle_names, each.prelast_names, each.last_names)
        for each in persons
    ] == [
        (["Jan"], ["Piet"], ["de"], ["Vries", "\\&", "Zn"]),
        ([], [], [], ["{Dienst \\textbraceleft{}Cijfers\\textbraceright{} \\& Co}"]),
    ]


def test_a_standard_style_of_bibtex_prints_the_container_the_version_and_the_date() -> None:
    item = {**DATA, "container-title": "Alle lonen"}
    entries = parse_string(bibtex(item), "bibtex").entries.values()
    [formatted] = Style().format_entries(entries)
    text = formatted.text.render(Backend())
    assert text.startswith("Statbel. Lonen. Alle lonen, version 1.0.0, February 2024.")


# RIS and CSL-JSON -----------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            FULL,
            {
                "type_of_reference": "DATA",
                "id": "x-1.0.0",
                "authors": ["de Vries & Zn, Jan Piet", "Dienst {Cijfers} & Co"],
                "title": ODD,
                "secondary_title": f"Het geheel: {ODD}",
                "year": "2023",
                "date": "2023/05/31",
                "edition": "1.0.0",
                "doi": "10.1234/ab_c",
                "urls": ["https://data.example/id/x/1.0.0"],
                "language": "nl",
                "notes": [f"SHA-256: {'ab' * 32}"],
            },
        ),
        (UNKNOWN, {"type_of_reference": "GEN", "id": "y", "title": "Antwoord op vragen"}),
        (
            ANSWER,
            {
                "type_of_reference": "GEN",
                "id": "y",
                "authors": ["Dupont, Jean-Pierre"],
                "title": "Antwoord op vragen",
                "year": "2023",
            },
        ),
    ],
)
def test_ris_reads_back_as_it_was_and_leaves_out_what_is_unknown(
    item: Item, expected: dict[str, Any]
) -> None:
    assert rispy.loads(ris(item)) == [expected]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (FULL, ["de Vries & Zn, J.P.", "Dienst {Cijfers} & Co", "(2023)", ODD, "10.1234/ab_c"]),
        (UNKNOWN, ["Antwoord op vragen", "no date"]),
    ],
)
def test_csl_json_is_formatted_by_a_style_of_others(item: Item, expected: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc-py reports each part of CSL it does not know
        source = CiteProcJSON(json.loads(csl_json(item)))
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.html)
        bibliography.register(Citation([CitationItem(item["id"])]))
        text = str(bibliography.bibliography()[0])
    assert [each for each in expected if each not in text] == [], text
