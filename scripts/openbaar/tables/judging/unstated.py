"""What catalogues ask for and the package file does not say, with what they lose by it.

The keys are those that DCAT-AP 3.0.1 and DCAT-AP-VL 3.0 require or recommend, and those for which
data.europa.eu's assessment of metadata gives points (https://data.europa.eu/mqa/methodology). Where
nobody knows, a person says so under `unstated`; nothing is made up, so catalogues then get nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from openbaar.errors import Problem
from openbaar.schema.conventions import NOT_SPECIFIED
from openbaar.tables.authored.about import Unstated
from openbaar.tables.authored.publication import Publication

# What catalogues lose without a key of the package file.
LOST: dict[Unstated, str] = {
    "publisher": "DCAT-AP requires who makes it available",
    "contact": "DCAT-AP-VL requires whom readers can ask",
    "access_rights": "DCAT-AP-VL requires whether everybody may see it",
    "themes": "portals list it under no theme",
    "keywords": "portals find it by no keyword",
    "places": "portals find it by no place",
    "period": "portals find it by no time",
    "frequency": "nobody can tell when to come back for new figures",
    "licenses": "nobody can tell whether the figures may be used again",
    "rights_checked": "nobody can tell of what day the statement on its rights is",
}


def unstated_facts(publication: Publication) -> list[Problem]:
    """Each key that catalogues ask for and that is neither given nor declared unstated."""
    declared = publication.package.unstated
    return [problem for name, problem in _missing(publication) if name not in declared]


def _missing(publication: Publication) -> Iterator[tuple[Unstated, Problem]]:
    """Each key without a value, and what that costs."""
    package = publication.package
    for name in LOST:
        if name not in ("licenses", "rights_checked") and not getattr(package, name):
            yield name, _problem(publication, name)
    if all(licence.name == NOT_SPECIFIED for licence in package.licenses):
        yield "licenses", _problem(publication, "licenses")
    for index, document in enumerate(package.documents):
        if document.rights_checked is None:
            yield "rights_checked", _problem(publication, "rights_checked", "documents", index)


def _problem(publication: Publication, name: Unstated, *path: str | int) -> Problem:
    place = publication.place(None, *(path or (name,)))
    message = f"does not say '{name}': {LOST[name]}"
    hint = "say it, or name it under 'unstated' where nobody knows it"
    return Problem(place, message, hint)
